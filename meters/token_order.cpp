// SPDX-License-Identifier: Apache-2.0
#include "meters/token_order.hpp"

#include <algorithm>

#include "protocols/word_list.hpp"

namespace metergate {
namespace {

constexpr std::array<std::string_view, 2> kDeliveries{"remote", "hand"};
constexpr std::array<std::string_view, 4> kChannels{"", "sms", "email", "print"};

}  // namespace

const TokenFunctionTraits& traits_of(TokenFunction function) {
  return kTokenFunctions[static_cast<std::size_t>(function)];
}

std::optional<TokenFunction> parse_token_function(std::string_view word) {
  const auto found = std::ranges::find(kTokenFunctions, word, &TokenFunctionTraits::word);
  if (found == kTokenFunctions.end()) return std::nullopt;
  return found->function;
}

std::string_view token_delivery_word(TokenDelivery delivery) {
  return word_of(kDeliveries, delivery);
}
std::optional<TokenDelivery> parse_token_delivery(std::string_view word) {
  return parse_word<TokenDelivery>(kDeliveries, word);
}

std::string_view hand_channel_word(HandChannel channel) { return word_of(kChannels, channel); }
std::optional<HandChannel> parse_hand_channel(std::string_view word) {
  if (word.empty()) return std::nullopt;  // none is never asked for by name
  return parse_word<HandChannel>(kChannels, word);
}

}  // namespace metergate
