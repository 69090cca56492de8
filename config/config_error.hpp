// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace metergate::config {

/// One mistake in a file an operator wrote: where, what stands there, what would be right.
struct ConfigError {
  enum class Kind : std::uint8_t {
    Wrong,       ///< the value cannot be used
    Missing,     ///< a required key is absent
    UnknownKey,  ///< no such key; its value is never shown, it may be a secret
    Unreadable,  ///< the file cannot be opened, or is no TOML
  };
  Kind kind = Kind::Wrong;
  std::filesystem::path file;
  std::uint32_t line = 0;  ///< from 1; 0 = the file as a whole
  std::string key;         ///< `meter[3].address`; tables of a list are counted from 1
  std::string value;       ///< as written, shortened; empty when it is missing
  std::string expected;    ///< `1 to 247`

  /// `metergate.toml:12: meter[3].address is 300; allowed: 1 to 247`
  [[nodiscard]] std::string text() const;
};

}  // namespace metergate::config
