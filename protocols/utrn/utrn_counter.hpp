// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace metergate::utrn {

/// The supplier's counter of top-ups for one meter: the upper 32 bits of the originator counter,
/// whose lower 32 are zero for top-ups (GBCS 14.3). A keyed code carries its last ten bits only, so
/// codes must be counted without gaps and no more than kMostOutstanding may be open at a time.
class UtrnCounter {
 public:
  static constexpr std::uint32_t kTruncatedSpan = 1024;
  static constexpr std::uint32_t kMostOutstanding = 511;

  explicit constexpr UtrnCounter(std::uint32_t number) : number_{number} {}
  [[nodiscard]] constexpr std::uint32_t number() const { return number_; }
  /// As it enters the MAC and a command's header.
  [[nodiscard]] constexpr std::uint64_t originator_counter() const {
    return std::uint64_t{number_} << 32U;
  }
  [[nodiscard]] constexpr std::uint16_t truncated() const {
    return static_cast<std::uint16_t>(number_ % kTruncatedSpan);
  }

  friend auto operator<=>(const UtrnCounter&, const UtrnCounter&) = default;

 private:
  std::uint32_t number_;
};

/// What a meter takes the ten bits for, given the highest counter it has accepted: the nearest one
/// within 512 of it (GBCS annex, table 27). Nothing where that would lie below zero or past 32
/// bits.
[[nodiscard]] std::optional<UtrnCounter> reconstruct_counter(UtrnCounter highest,
                                                             std::uint16_t truncated);

/// Whether a meter that has accepted `highest` will take a keyed code of this counter for itself.
[[nodiscard]] inline bool recoverable_by_hand(UtrnCounter highest, UtrnCounter counter) {
  return reconstruct_counter(highest, counter.truncated()) == counter;
}

}  // namespace metergate::utrn
