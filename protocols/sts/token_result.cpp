// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_result.hpp"

#include <array>

namespace metergate::sts {
namespace {

constexpr std::array<std::string_view, 17> kWords{
    "Accept",        "1stKCT",       "2ndKCT",          "3rdKCT",     "4thKCT",
    "OverflowError", "KeyTypeError", "FormatError",     "RangeError", "FunctionError",
    "OldError",      "UsedError",    "KeyExpiredError", "DDTKError",  "CRCError",
    "MfrCodeError",  "LockoutError",
};

}  // namespace

std::string_view token_result_word(TokenResult result) {
  return kWords[static_cast<std::size_t>(result)];
}

std::optional<TokenResult> parse_token_result(std::string_view word) {
  for (std::size_t at = 0; at < kWords.size(); ++at) {
    if (kWords[at] == word) return static_cast<TokenResult>(at);
  }
  return std::nullopt;
}

}  // namespace metergate::sts
