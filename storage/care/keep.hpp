// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "protocols/iso8601/rfc3339.hpp"
#include "storage/storage_error.hpp"

/// What an operator does with a ledger as a whole. Works on files; the gateway may be running,
/// unless said otherwise.
namespace metergate::care {

struct Backup {
  std::filesystem::path file;
  std::int64_t schema = 0;
  std::uintmax_t octets = 0;
};

enum class BackupWhen : std::uint8_t {
  Always,
  BeforeMigration,  ///< only when this release would bring the schema of the ledger forward
};

/// A copy of the ledger in `directory` (made if it is not there, mode 0700), named after its schema
/// and `now`; looked through before it gets its name, so what is there is whole. Nothing when it
/// was not wanted. A ledger of a later release is refused (NewerSchema).
[[nodiscard]] Stored<std::optional<Backup>> back_up(const std::filesystem::path& ledger,
                                                    const std::filesystem::path& directory,
                                                    BackupWhen when, UtcTime now);

struct Vacuumed {
  std::uintmax_t octets_before = 0;
  std::uintmax_t octets_after = 0;
};

/// Writes the file anew without the room of what was deleted. Busy while the gateway runs; DiskFull
/// when there is not room enough for a second copy and its log, before anything is touched.
[[nodiscard]] Stored<Vacuumed> vacuum(const std::filesystem::path& ledger);

}  // namespace metergate::care
