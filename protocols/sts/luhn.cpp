// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/luhn.hpp"

#include <algorithm>

namespace metergate::sts {

std::optional<char> luhn_check_digit(std::string_view payload) {
  if (!std::ranges::all_of(payload, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  int sum = 0;
  bool doubled = true;  // the digit beside the check digit
  for (auto digit = payload.rbegin(); digit != payload.rend(); ++digit, doubled = !doubled) {
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value / 10 + value % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool luhn_holds(std::string_view number) {
  return !number.empty() && luhn_check_digit(number.substr(0, number.size() - 1)) == number.back();
}

}  // namespace metergate::sts
