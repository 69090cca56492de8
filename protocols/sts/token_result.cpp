// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_result.hpp"

#include <array>

#include "protocols/word_list.hpp"

namespace metergate::sts {
namespace {

constexpr std::array<std::string_view, 17> kWords{
    "Accept",        "1stKCT",       "2ndKCT",          "3rdKCT",     "4thKCT",
    "OverflowError", "KeyTypeError", "FormatError",     "RangeError", "FunctionError",
    "OldError",      "UsedError",    "KeyExpiredError", "DDTKError",  "CRCError",
    "MfrCodeError",  "LockoutError",
};

}  // namespace

std::string_view token_result_word(TokenResult result) { return word_of(kWords, result); }

std::optional<TokenResult> parse_token_result(std::string_view word) {
  return parse_word<TokenResult>(kWords, word);
}

}  // namespace metergate::sts
