// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "meters/token_order.hpp"

namespace metergate {

/// Some of the functions a token can have: what a role may, what needs two operators.
class TokenFunctionSet {
 public:
  constexpr TokenFunctionSet() = default;
  constexpr TokenFunctionSet(std::initializer_list<TokenFunction> functions) {
    for (const TokenFunction function : functions) add(function);
  }

  constexpr void add(TokenFunction function) {
    bits_ = static_cast<std::uint16_t>(bits_ | bit(function));
  }
  [[nodiscard]] constexpr bool has(TokenFunction function) const {
    return (bits_ & bit(function)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  /// `credit, free-issue`; `none` for the empty one.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      if (has(one.function)) out += (out.empty() ? "" : ", ") + std::string{one.word};
    }
    return out.empty() ? "none" : out;
  }

  friend constexpr bool operator==(TokenFunctionSet, TokenFunctionSet) = default;
  friend constexpr TokenFunctionSet operator|(TokenFunctionSet a, TokenFunctionSet b) {
    a.bits_ = static_cast<std::uint16_t>(a.bits_ | b.bits_);
    return a;
  }

 private:
  static_assert(kTokenFunctions.size() <= 16);
  [[nodiscard]] static constexpr unsigned bit(TokenFunction function) {
    return 1U << static_cast<unsigned>(function);
  }
  std::uint16_t bits_ = 0;
};

/// Key changes of the meter: whoever gets one of them wrong locks the meter's owner out.
inline constexpr TokenFunctionSet kKeyChanges{
    TokenFunction::TariffIndex, TokenFunction::SupplyGroup, TokenFunction::KeyRevision};

}  // namespace metergate
