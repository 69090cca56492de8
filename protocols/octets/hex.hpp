// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/octets/octets.hpp"

namespace metergate::hex {

/// `01 03 00 0a`: lower case, one space between octets.
[[nodiscard]] std::string text(OctetView octets);

/// Pairs of hex digits; white space between pairs is dropped.
[[nodiscard]] std::optional<Octets> parse(std::string_view text);

}  // namespace metergate::hex
