// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace metergate::sts {

/// The check digit of ISO/IEC 7812-1 for a number without one; nothing unless all are digits.
[[nodiscard]] std::optional<char> luhn_check_digit(std::string_view payload);
/// Whether the last digit is the check digit of those before it.
[[nodiscard]] bool luhn_holds(std::string_view number);

}  // namespace metergate::sts
