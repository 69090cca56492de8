// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "meters/time.hpp"

namespace metergate::runtime {

/// Everything that is to happen later, in one list: the loop arms one timer with `next()`, tests
/// move time by hand. Entries of one instant run in the order they were made.
class Agenda {
 public:
  using Entry = std::pair<Instant, std::uint64_t>;

  Entry at(Instant when, std::function<void(Now)> what) {
    const Entry entry{when, ++made_};
    const auto placed = entries_.emplace(entry, std::move(what)).first;
    if (placed == entries_.begin() && sooner_) sooner_();
    return entry;
  }
  /// Called when an entry became the first one: the loop's timer is to be set again.
  void when_sooner(std::function<void()> then) { sooner_ = std::move(then); }
  void cancel(std::optional<Entry>& entry) {
    if (entry) entries_.erase(*entry);
    entry.reset();
  }
  [[nodiscard]] std::optional<Instant> next() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.begin()->first.first;
  }
  /// Runs what is due, including what those entries add for `now` or earlier.
  void run(Now now) {
    while (!entries_.empty() && entries_.begin()->first.first <= now.instant) {
      auto due = entries_.extract(entries_.begin());
      due.mapped()(now);
    }
  }

 private:
  std::map<Entry, std::function<void(Now)>> entries_;
  std::function<void()> sooner_;
  std::uint64_t made_ = 0;
};

}  // namespace metergate::runtime
