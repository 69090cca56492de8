// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

#include "gateway/keys/key_fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// Files that only their owner may read: keys, passphrases, PINs.
namespace metergate::keys {

enum class Rights : std::uint8_t {
  OwnerOnly,
  GroupMayRead,  ///< as systemd shows a credential that it opens to a unit's user by an ACL
};

/// The whole file. Faults: Unavailable; Unprotected where it is no regular file, belongs to
/// somebody else (root apart), or has wider rights; Damaged past `most_octets`.
[[nodiscard]] Result<Octets, KeyFault> read_private_file(const std::filesystem::path& file,
                                                         std::size_t most_octets,
                                                         Rights rights = Rights::OwnerOnly);

enum class Replace : std::uint8_t { No, Yes };

/// Mode 0600; appears under its name complete and flushed to the disk, or not at all: written
/// beside, flushed, renamed, the directory flushed. Fault Present where it must not be replaced.
[[nodiscard]] Result<Done, KeyFault> write_private_file(const std::filesystem::path& file,
                                                        OctetView octets, Replace replace);

/// Runs `change` while no other process that asks this way does so for a file of the directory.
[[nodiscard]] Result<Done, KeyFault> with_directory_locked(
    const std::filesystem::path& file, const std::function<Result<Done, KeyFault>()>& change);

}  // namespace metergate::keys
