// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "config/table_reader.hpp"
#include "protocols/crypto/secret_octets.hpp"

/// Keys in files of their own: what stands there is never shown, not even where it is wrong.
namespace metergate::config {

inline constexpr const char* kNotShown = "(not shown)";

void refuse_secret(TableReader& in, ErrorList& errors, std::string_view key,
                   std::string_view expected);

/// A key in hex digits.
[[nodiscard]] std::optional<crypto::SecretOctets> read_secret(TableReader& in, ErrorList& errors,
                                                              std::string_view key,
                                                              std::string_view expected);

}  // namespace metergate::config
