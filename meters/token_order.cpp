// SPDX-License-Identifier: Apache-2.0
#include "meters/token_order.hpp"

#include <algorithm>

namespace metergate {
namespace {

constexpr std::array<std::string_view, 2> kDeliveries{"remote", "hand"};
constexpr std::array<std::string_view, 4> kChannels{"", "sms", "email", "print"};

template <typename Enum, std::size_t N>
std::optional<Enum> find_word(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (word.empty() || found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

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
  return kDeliveries[static_cast<std::size_t>(delivery)];
}
std::optional<TokenDelivery> parse_token_delivery(std::string_view word) {
  return find_word<TokenDelivery>(kDeliveries, word);
}

std::string_view hand_channel_word(HandChannel channel) {
  return kChannels[static_cast<std::size_t>(channel)];
}
std::optional<HandChannel> parse_hand_channel(std::string_view word) {
  return find_word<HandChannel>(kChannels, word);
}

}  // namespace metergate
