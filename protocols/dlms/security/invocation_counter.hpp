// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace metergate::dlms {

/// The counters one party sends with under one key. No value may ever be used twice, not after a
/// crash either, so values are reserved in blocks: the caller writes the end of a block to disk,
/// tells it here, and only then are its values handed out. After a restart counting goes on at the
/// end of the last block; what was left of it is never used.
class SendCounter {
 public:
  /// The end of all blocks: 0xFFFFFFFF itself is kept back, a key is exhausted before it wraps.
  static constexpr std::uint32_t kEnd = 0xFFFFFFFFU;

  /// `reserved_end`: what was last written to disk, 0 for a key never used.
  explicit constexpr SendCounter(std::uint32_t reserved_end = 0)
      : next_{reserved_end}, end_{reserved_end} {}

  /// How many values may be used without another reservation.
  [[nodiscard]] constexpr std::uint32_t left() const { return end_ - next_; }
  /// A new key is needed; no reservation helps.
  [[nodiscard]] constexpr bool exhausted() const { return next_ == kEnd; }
  [[nodiscard]] constexpr std::uint32_t next() const { return next_; }

  /// The end to be written to disk so that at least `count` values are at hand; never below what
  /// is reserved already.
  [[nodiscard]] constexpr std::uint32_t end_of_block(std::uint32_t count) const {
    const std::uint32_t end = count < kEnd - next_ ? next_ + count : kEnd;
    return end < end_ ? end_ : end;
  }
  /// `end` is on disk now. An end below an earlier one changes nothing.
  constexpr void reserved(std::uint32_t end) {
    if (end > end_) end_ = end;
  }
  /// The next value, once; nothing when none is reserved.
  [[nodiscard]] constexpr std::optional<std::uint32_t> take() {
    if (next_ == end_) return std::nullopt;
    return next_++;
  }

  enum class Resynchronised : std::uint8_t {
    Unchanged,  ///< the meter expects no more than we would send
    Raised,     ///< we go on where the meter expects; a block has to be reserved first
    Refused,    ///< further up than `furthest`: a forged value could use up the key
  };
  /// The furthest a value nobody authenticated may move the counter up: years of reading.
  static constexpr std::uint32_t kFurthest = 1U << 24U;
  /// What the meter says it expects, read through a public client or told in an exception. Neither
  /// is authenticated, so the counter only ever moves up, and not by more than `furthest`.
  [[nodiscard]] constexpr Resynchronised resynchronise(std::uint32_t expected,
                                                       std::uint32_t furthest = kFurthest) {
    if (expected <= next_) return Resynchronised::Unchanged;
    if (expected - next_ > furthest || expected == kEnd) return Resynchronised::Refused;
    next_ = expected;
    if (end_ < next_) end_ = next_;
    return Resynchronised::Raised;
  }

 private:
  std::uint32_t next_;
  std::uint32_t end_;
};

/// The counters that came from the other party under one key: each is taken once, and only upwards.
class ReceiveCounter {
 public:
  /// `last`: the highest one seen so far; nothing for a key never used.
  explicit constexpr ReceiveCounter(std::optional<std::uint32_t> last = std::nullopt)
      : last_{last} {}

  [[nodiscard]] constexpr std::optional<std::uint32_t> last() const { return last_; }
  /// What the other party has to send at least.
  [[nodiscard]] constexpr std::uint32_t lowest_fresh() const {
    if (!last_) return 0;
    return *last_ == SendCounter::kEnd ? *last_ : *last_ + 1;
  }
  [[nodiscard]] constexpr bool is_fresh(std::uint32_t counter) const {
    return !last_ || counter > *last_;
  }
  /// Only for an APDU shown to be authentic. False for one seen before.
  [[nodiscard]] constexpr bool take(std::uint32_t counter) {
    if (!is_fresh(counter)) return false;
    last_ = counter;
    return true;
  }

 private:
  std::optional<std::uint32_t> last_{};
};

}  // namespace metergate::dlms
