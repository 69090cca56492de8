// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::sts {

/// Blocks the keypad after wrong entries in a row, longer each time. The usual numbers are those of
/// one STS maker (10 s after the third, doubled up to 1280 s); Secure's meters take five entries
/// and a configured time. An accepted token ends it. Whether class 1 tokens are taken meanwhile is
/// the owner's to say. No clock of its own.
class EntryLockout {
 public:
  struct Rules {
    unsigned wrong_entries = 3;
    std::chrono::seconds first{10};
    std::chrono::seconds longest{1280};
  };

  /// What a meter writes down, to lock on after a restart.
  struct State {
    unsigned wrong = 0;            ///< entries in a row
    std::chrono::seconds next{0};  ///< how long the next lock lasts
    UtcSeconds until{};
  };

  explicit constexpr EntryLockout(Rules rules) : rules_{rules}, next_{rules.first} {}
  constexpr EntryLockout(Rules rules, const State& state)
      : rules_{rules}, next_{state.next}, wrong_{state.wrong}, until_{state.until} {}
  [[nodiscard]] constexpr State state() const { return {wrong_, next_, until_}; }

  [[nodiscard]] constexpr bool locked(UtcSeconds now) const { return now < until_; }
  [[nodiscard]] constexpr UtcSeconds until() const { return until_; }

  constexpr void wrong_entry(UtcSeconds now) {
    if (++wrong_ < rules_.wrong_entries) return;
    wrong_ = 0;
    until_ = now + next_;
    next_ = std::min(2 * next_, rules_.longest);
  }
  /// An accepted token, or a power cycle.
  constexpr void forgive() { *this = EntryLockout{rules_}; }

 private:
  Rules rules_;
  std::chrono::seconds next_;
  unsigned wrong_ = 0;
  UtcSeconds until_{};
};

}  // namespace metergate::sts
