// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "meters/virtual/meter_state.hpp"

/// What a virtual meter has to push, and how far it has come.
namespace metergate::virtual_meter {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;

}  // namespace

PushMark VirtualMeter::State::newest() const {
  PushMark mark;
  for (const LogId log : kAllLogs) {
    mark.sequences[static_cast<std::size_t>(log) - 1] = book.last_sequence(log);
  }
  mark.interval = energy.intervals().empty() ? energy.open_start()
                                             : energy.intervals().back().start + seconds{1};
  mark.day = energy.snapshots().empty() ? sys_days{} : energy.snapshots().back().day;
  return mark;
}

void VirtualMeter::State::everything_pushed() { pushed = newest(); }

Pushes VirtualMeter::State::gather(std::size_t rows) const {
  // What is new goes first, so that an alert never waits for what is pushed once more.
  const auto gathered = [&](const PushMark& from, const PushMark& to) {
    Pushes out;
    out.mark = from;
    out.age = changes_fired.size();
    std::size_t room = rows;
    for (const LogId log : kAllLogs) {
      const auto slot = static_cast<std::size_t>(log) - 1;
      const auto& entries = book.entries(log);
      const auto first =
          std::ranges::upper_bound(entries, from.sequences[slot], {}, &LogEntry::sequence);
      const auto last =
          std::ranges::upper_bound(entries, to.sequences[slot], {}, &LogEntry::sequence);
      if (first >= last) continue;
      const auto end = first + static_cast<std::ptrdiff_t>(
                                   std::min(room, static_cast<std::size_t>(last - first)));
      out.entries.insert(out.entries.end(), first, end);
      room -= static_cast<std::size_t>(end - first);
      if (end != first) out.mark.sequences[slot] = (end - 1)->sequence;
    }
    const auto& intervals = energy.intervals();
    auto row = std::ranges::lower_bound(intervals, from.interval, {}, &StoredInterval::start);
    for (; row != intervals.end() && row->start < to.interval && out.intervals.size() < rows;
         ++row) {
      out.intervals.push_back(profile_interval(*row));
      out.mark.interval = row->start + seconds{1};
    }
    const auto& days_kept = energy.snapshots();
    auto day = std::ranges::upper_bound(days_kept, from.day, {}, &StoredSnapshot::day);
    for (; day != days_kept.end() && day->day <= to.day && out.daily.size() < rows; ++day) {
      out.daily.push_back(daily_snapshot(*day));
      out.mark.day = day->day;
    }
    return out;
  };
  Pushes news = gathered(pushed, newest());
  if (!news.empty() || !again) return news;
  Pushes repeated = gathered(*again, pushed);
  repeated.repeated = true;
  return repeated;
}

Pushes VirtualMeter::pushes(std::size_t rows) const { return state_->gather(rows); }

void VirtualMeter::pushed(const Pushes& out) {
  // A change between gathering and arriving has moved the marks: what it left is handed out anew.
  if (out.age != state_->changes_fired.size()) return;
  if (!out.repeated) {
    state_->pushed = out.mark;
    return;
  }
  state_->again = out.mark;
  if (state_->gather(1).empty()) state_->again.reset();
}

Pushes VirtualMeter::take_pushes() {
  Pushes out = pushes(std::numeric_limits<std::size_t>::max());
  pushed(out);
  return out;
}

}  // namespace metergate::virtual_meter
