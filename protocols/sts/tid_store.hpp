// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/sts/token_identifier.hpp"

namespace metergate::sts {

/// A meter's memory of accepted tokens (IEC 62055-41 7.3.4): a fixed number of TIDs, of which an
/// accepted one replaces the smallest. Fifty slots are the usual number; no public text fixes it.
class TidStore {
 public:
  static constexpr std::size_t kUsualSlots = 50;
  enum class Verdict : std::uint8_t { Acceptable, Used, Old };

  /// A fresh meter's slots all hold the minute it was made in. At least one slot.
  explicit TidStore(TokenIdentifier manufactured, std::size_t slots = kUsualSlots);
  /// As it was written down; empty slots are not possible.
  explicit TidStore(std::vector<TokenIdentifier> slots);

  /// Stored is Used, below the smallest stored is Old; the order of entry does not matter between.
  [[nodiscard]] Verdict judge(TokenIdentifier tid) const;
  void take(TokenIdentifier tid);
  /// A change of base date (RO): every slot becomes zero.
  void roll_over();

  [[nodiscard]] const std::vector<TokenIdentifier>& slots() const { return slots_; }

 private:
  std::vector<TokenIdentifier> slots_;  ///< ascending
};

}  // namespace metergate::sts
