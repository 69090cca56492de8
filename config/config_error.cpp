// SPDX-License-Identifier: Apache-2.0
#include "config/config_error.hpp"

namespace metergate::config {

std::string ConfigError::text() const {
  std::string out = file.string();
  if (line != 0) out += ':' + std::to_string(line);
  out += ": ";
  switch (kind) {
    case Kind::Wrong:
      // Without one value at fault, something is missing beside it.
      if (value.empty()) return out + key + ": expected " + expected;
      return out + key + " is " + value + "; allowed: " + expected;
    case Kind::Missing:
      return out + key + " is missing; allowed: " + expected;
    case Kind::UnknownKey:
      return out + key + " is not a known key; " + expected;
    case Kind::Unreadable:
      break;
  }
  return out + expected;
}

}  // namespace metergate::config
