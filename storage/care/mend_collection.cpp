// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "storage/care/mend.hpp"
#include "storage/tables/profile_read.hpp"
#include "storage/tables/tenancy_hops.hpp"

namespace metergate::care {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// The open tenancy of a meter; what is sealed cannot be collected again.
struct Open {
  MeterKey meter = 0;
  std::string id;
  Epoch epoch = 0;
};

Stored<std::vector<Open>> open_tenancies(sqlite::Database& db) {
  std::vector<Open> out;
  auto done = db.each(
      "SELECT m.key, m.id, max(t.epoch) FROM meter m JOIN tenancy t ON t.meter = m.key"
      " GROUP BY m.key",
      [&](const sqlite::Row& row) {
        out.push_back({row.integer(0), row.string(1), row.integer(2)});
      });
  if (!done) return failure(done.error());
  return out;
}

Stored<std::optional<std::int64_t>> cursor_of(sqlite::Database& db, const Open& of,
                                              std::string_view kind) {
  return db.number("SELECT position FROM cursor WHERE meter = ? AND epoch = ? AND kind = ?",
                   of.meter, of.epoch, kind);
}

Stored<Done> set_back(sqlite::Database& db, const Open& of, std::string_view kind,
                      std::int64_t position) {
  return db.run("UPDATE cursor SET position = ? WHERE meter = ? AND epoch = ? AND kind = ?",
                position, of.meter, of.epoch, kind);
}

/// The first day that is wholly the tenancy's; of a first one it is not known, and no later than
/// any other meter's.
Stored<std::int64_t> first_day_of(sqlite::Database& db, const Open& of) {
  const auto day = db.number(
      "SELECT coalesce((SELECT (effective_s + 86399) / 86400 FROM tenancy"
      " WHERE meter = ? AND epoch = ?), (SELECT min(day) FROM daily), 0)",
      of.meter, of.epoch);
  if (!day) return failure(day.error());
  return day->value_or(0);
}

Stored<std::set<UtcSeconds>> starts_of(sqlite::Database& db, const Open& of, UtcSeconds from,
                                       UtcSeconds to) {
  std::set<UtcSeconds> out;
  auto hot = hot_points(db, of.meter, of.epoch, from, to);
  if (!hot) return failure(hot.error());
  for (const ProfilePoint& point : *hot) out.insert(point.start);
  for (auto day = std::chrono::floor<days>(from); day < to; day += days{1}) {
    auto folded = folded_day(db, of.meter, of.epoch, day);
    if (!folded) return failure(folded.error());
    if (!*folded) continue;
    for (const ProfilePoint& point : **folded) {
      if (point.start >= from && point.start < to) out.insert(point.start);
    }
  }
  return out;
}

/// The capture period of each day, for as long as it is the same: the commonest distance of
/// intervals. A clock that was set makes a shorter one, and what is lost a longer one.
std::map<UtcSeconds, CapturePeriod> periods_of(const std::set<UtcSeconds>& starts) {
  std::map<sys_days, std::map<std::chrono::seconds, int>> distances;
  for (auto at = starts.begin(); at != starts.end() && std::next(at) != starts.end(); ++at) {
    ++distances[std::chrono::floor<days>(*at)][*std::next(at) - *at];
  }
  std::map<UtcSeconds, CapturePeriod> out;
  for (const auto& [day, counted] : distances) {
    const auto commonest =
        std::ranges::max_element(counted, {}, &decltype(counted)::value_type::second);
    const auto period = std::chrono::duration_cast<CapturePeriod>(commonest->first);
    // Of a day with little left nothing is known.
    if (commonest->second < 2 || period < CapturePeriod{1}) continue;
    if (out.empty() || std::prev(out.end())->second != period) out.emplace(day, period);
  }
  return out;
}

/// What lacks between `from` and `to`, where nothing is known of a single interval's length.
std::vector<IntervalRange> gaps_between(const std::set<UtcSeconds>& starts, UtcSeconds from,
                                        UtcSeconds to) {
  std::vector<IntervalRange> out;
  const auto periods = periods_of(starts);
  UtcSeconds expected = from;
  for (const UtcSeconds start : starts) {
    auto known = periods.upper_bound(start);
    if (known != periods.begin()) --known;
    // An interval cut short by a clock that was set begins off the grid; its slot counts as there.
    const UtcSeconds slot = periods.empty() ? start : period_start(start, known->second);
    if (slot > expected) out.push_back({expected, slot});
    expected = std::max(expected, periods.empty() ? start : slot + known->second);
  }
  if (expected < to) out.push_back({expected, to});
  return out;
}

Stored<Done> mend_profile(const MendWith& with, const Open& of) {
  auto& db = with.db;
  const auto covered = cursor_of(db, of, "profile");
  if (!covered) return failure(covered.error());
  if (!*covered) return Done{};
  auto from = cursor_of(db, of, "profile from");
  // A meter's first tenancy says not when it began; no earlier than any other data, and asking for
  // too much costs nothing but the question.
  if (from && !*from) {
    from = db.number(
        "SELECT min(start) FROM (SELECT min(day) * 86400 AS start FROM profile_day"
        " UNION ALL SELECT min(start_s) FROM profile_hot_0"
        " UNION ALL SELECT min(start_s) FROM profile_hot_1)");
  }
  if (!from) return failure(from.error());
  const UtcSeconds to{std::chrono::seconds{**covered}};
  const UtcSeconds begin{std::chrono::seconds{from->value_or(**covered)}};
  const auto starts = starts_of(db, of, begin, to);
  if (!starts) return failure(starts.error());
  const auto gaps = gaps_between(*starts, begin, to);
  // Those that were known lie within them.
  auto done = db.run("DELETE FROM hole WHERE meter = ? AND epoch = ? AND to_s > ?", of.meter,
                     of.epoch, begin);
  for (const IntervalRange& range : gaps) {
    if (!done) return done;
    done = db.run(
        "INSERT OR IGNORE INTO hole (meter, epoch, from_s, to_s, tries, next_try_ms)"
        " VALUES (?, ?, ?, ?, 0, 0)",
        of.meter, of.epoch, range.from, range.to);
  }
  if (!gaps.empty()) {
    with.told.push_back("meter " + of.id + ": load profile between " +
                        rfc3339::text(gaps.front().from) + " and " + rfc3339::text(gaps.back().to) +
                        " has holes; they are asked for again");
  }
  return done;
}

Stored<Done> mend_daily(const MendWith& with, const Open& of) {
  const auto covered = cursor_of(with.db, of, "daily");
  if (!covered) return failure(covered.error());
  if (!*covered) return Done{};
  std::optional<std::int64_t> next;
  std::optional<std::int64_t> missing;
  auto done = with.db.each(
      "SELECT DISTINCT day FROM daily WHERE" METERGATE_OF_TENANCY("day", "daily",
                                                                  "") " ORDER BY day",
      [&](const sqlite::Row& row) {
        if (next && !missing && row.integer(0) != *next) missing = next;
        next = row.integer(0) + 1;
      },
      of.meter, of.epoch);
  if (!done) return done;
  if (!next) {
    const auto first = first_day_of(with.db, of);
    if (!first) return failure(first.error());
    next = *first;
  }
  if (!missing) missing = next;
  if (*missing >= **covered) return Done{};
  with.told.push_back("meter " + of.id + ": daily values are asked for again from " +
                      rfc3339::date_text(sys_days{days{*missing}}) + " on");
  return set_back(with.db, of, "daily", *missing);
}

Stored<Done> mend_logs(const MendWith& with, const Open& of) {
  struct Log {
    std::int64_t last = 0;
    std::optional<std::int64_t> gap_after;
  };
  std::map<int, Log> logs;
  auto done = with.db.each(
      "SELECT log, sequence FROM log_entry WHERE meter = ? AND epoch = ? ORDER BY log, sequence",
      [&](const sqlite::Row& row) {
        const auto [at, is_first] = logs.try_emplace(row.as<int>(0));
        Log& log = at->second;
        if (!is_first && !log.gap_after && row.integer(1) != log.last + 1) log.gap_after = log.last;
        log.last = row.integer(1);
      },
      of.meter, of.epoch);
  for (const LogId id : kAllLogs) {
    if (!done) return done;
    const std::string kind = "log " + std::string{log_word(id)};
    const auto position = cursor_of(with.db, of, kind);
    if (!position) return failure(position.error());
    // The newest entry of a log never goes by itself: where none is left, all were lost.
    const Log& log = logs[static_cast<int>(id)];
    const std::int64_t back_to = log.gap_after.value_or(log.last);
    if (!*position || back_to >= **position) continue;
    with.told.push_back("meter " + of.id + ": its " + kind + " is asked for again after entry " +
                        std::to_string(back_to));
    done = set_back(with.db, of, kind, back_to);
  }
  return done;
}

}  // namespace

Stored<Done> mend_collection(const MendWith& with) {
  const bool profile = with.lost_any({"profile_day", "profile_hot_0", "profile_hot_1", "hole"});
  const bool daily = with.lost_any({"daily"});
  const bool logs = with.lost_any({"log_entry"});
  if (!profile && !daily && !logs) return Done{};
  const auto open = open_tenancies(with.db);
  if (!open) return failure(open.error());
  for (const Open& of : *open) {
    if (profile) {
      if (auto done = mend_profile(with, of); !done) return done;
    }
    if (daily) {
      if (auto done = mend_daily(with, of); !done) return done;
    }
    if (logs) {
      if (auto done = mend_logs(with, of); !done) return done;
    }
  }
  return Done{};
}

}  // namespace metergate::care
