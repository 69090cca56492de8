// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/tenancy_record.hpp"
#include "tests/soak/promises.hpp"

/// Intervals and days: none lost, none doubled, none in the wrong tenancy, each with its value.
namespace metergate::soak {
namespace {

using virtual_meter::ChangeFired;

constexpr CapturePeriod kPeriod{30};
constexpr std::chrono::days kBackFill{2};
/// What a meter closed lately may not have been fetched yet.
constexpr std::chrono::hours kFresh{1};
/// No way to a meter is away for longer than this: so much may be missing where somebody made the
/// meter purge without asking the box to collect first.
constexpr std::chrono::hours kLongestAway{8};

/// Interval or day: both have a time and values.
UtcSeconds time_of(const ProfileInterval& row) { return row.start; }
UtcSeconds time_of(const DailySnapshot& row) { return row.day; }

template <typename Row>
Row in_order(Row row) {
  std::ranges::sort(row.values, {}, &IntervalValue::channel);
  return row;
}

template <typename Row>
struct Held {
  Epoch epoch;
  Row row;
};
template <typename Row>
using Store = std::multimap<UtcSeconds, Held<Row>>;
template <typename Row>
using Truth = std::map<UtcSeconds, Row>;

template <typename Row>
std::vector<Row> read(const Case& one, Epoch epoch) {
  const UtcSeconds end = one.now + std::chrono::days{400};
  if constexpr (std::is_same_v<Row, ProfileInterval>) {
    return *one.ledger.profile(one.stored.key, epoch, UtcSeconds{}, end);
  } else {
    return *one.ledger.daily(one.stored.key, epoch, std::chrono::sys_days{},
                             std::chrono::floor<std::chrono::days>(end));
  }
}

template <typename Row>
Store<Row> store_of(const Case& one) {
  Store<Row> out;
  const auto tenancies = *one.ledger.tenancies(one.stored.key);
  for (const StoredTenancy& tenancy : tenancies) {
    for (Row& row : read<Row>(one, tenancy.epoch)) {
      out.emplace(time_of(row), Held<Row>{tenancy.epoch, in_order(std::move(row))});
    }
  }
  return out;
}

template <typename Row>
Truth<Row> truth_of(const std::vector<Row>& gone, const std::vector<Row>& there) {
  Truth<Row> out;
  for (const auto* rows : {&gone, &there}) {
    for (const Row& row : *rows) out[time_of(row)] = in_order(row);
  }
  return out;
}

/// Whose an interval is by the meter: of the last tenancy that begins with it or before.
Epoch owner(const std::vector<Boundary>& tenancies, const ProfileInterval& row) {
  Epoch out = 1;
  for (const Boundary& one : tenancies) {
    if (period_start(one.effective, kPeriod) <= row.start) out = one.epoch;
  }
  return out;
}
Epoch owner(const std::vector<Boundary>& tenancies, const DailySnapshot& row) {
  Epoch out = 1;
  for (const Boundary& one : tenancies) {
    if (std::chrono::ceil<std::chrono::days>(one.effective) <= row.day) out = one.epoch;
  }
  return out;
}

template <typename Row>
std::string name_of(const Row& row) {
  if constexpr (std::is_same_v<Row, ProfileInterval>) return "slot " + rfc3339::text(row.start);
  return "day " + rfc3339::date_text(std::chrono::floor<std::chrono::days>(time_of(row)));
}

template <typename Row>
void check_doubles(const Case& one, const Store<Row>& store, const Truth<Row>& truth) {
  for (auto at = store.begin(); at != store.end(); at = store.upper_bound(at->first)) {
    const auto last = std::prev(store.upper_bound(at->first));
    if (last != at) {
      one.broken("no slot doubled", name_of(at->second.row) + " in one tenancy",
                 fmt::format("in epochs {} and {}", at->second.epoch, last->second.epoch));
    }
    const auto real = truth.find(at->first);
    if (real == truth.end()) {
      one.broken("nothing is stored that was not read", name_of(at->second.row) + " at the meter",
                 "only in the ledger");
    } else if (real->second != at->second.row) {
      one.broken(
          "a value is the meter's", name_of(at->second.row) + " as the meter has it",
          fmt::format("{} with marks {} instead of {} with marks {}",
                      at->second.row.values.front().value, at->second.row.values.front().marks.bits,
                      real->second.values.front().value, real->second.values.front().marks.bits));
    }
  }
}

template <typename Row>
void check_owners(const Case& one, const Store<Row>& store) {
  const auto tenancies = boundaries(one);
  for (const auto& [time, held] : store) {
    const Epoch right = owner(tenancies, held.row);
    if (held.epoch != right) {
      one.broken("no slot in the wrong tenancy",
                 fmt::format("{} in epoch {}", name_of(held.row), right),
                 fmt::format("in epoch {}", held.epoch));
    }
  }
}

template <typename Row>
void must_be_there(const Case& one, const Store<Row>& store, const Row& row) {
  one.report.count("slots that must be in the ledger", 1);
  if (!store.contains(time_of(row))) {
    one.broken("no slot lost", name_of(row) + " in the ledger", "not there");
  }
}

bool collected_first(const Case& one, const ChangeFired& fired) {
  if (one.flat.strangers.contains(fired.transaction)) return false;
  return std::ranges::none_of(one.flat.orders, [&](const Order& order) {
    const auto* asks = order.asks ? std::get_if<operation::ChangeTenancy>(&*order.asks) : nullptr;
    return asks != nullptr && asks->event_id == fired.event_id && order.uncollected;
  });
}

/// What each change purged, if the box could have read it before.
void check_purged(const Case& one, const Store<ProfileInterval>& store) {
  const auto purged = one.flat.meter().purged().intervals;
  std::size_t next = 0;
  // What nobody was to collect before an earlier change is nobody's loss at a later one.
  IntervalRange waived{};
  for (const ChangeFired& fired : one.flat.meter().changes_fired()) {
    if (fired.kind != ChangeFired::Kind::Tenancy) continue;
    const bool collected = collected_first(one, fired);
    for (std::size_t i = 0; i < fired.intervals_purged; ++i) {
      const ProfileInterval& row = purged.at(next++);
      const bool read_long_ago = row.start >= one.began - kBackFill + kPeriod &&
                                 row.start + kPeriod <= fired.meter_time - kLongestAway;
      const bool is_waived = row.start >= waived.from && row.start < waived.to;
      if ((collected && !is_waived) || read_long_ago) must_be_there(one, store, row);
    }
    if (!collected) {
      const UtcSeconds to = std::max(waived.to, period_start(fired.effective, kPeriod));
      waived = {fired.meter_time - kLongestAway, to};
    }
  }
}

void check_days(const Case& one, const Store<DailySnapshot>& store) {
  const bool all_collected =
      std::ranges::all_of(one.flat.meter().changes_fired(), [&](const ChangeFired& fired) {
        return fired.kind != ChangeFired::Kind::Tenancy || collected_first(one, fired);
      });
  if (all_collected) {
    for (const DailySnapshot& row : one.flat.meter().purged().daily) must_be_there(one, store, row);
  }
  for (const DailySnapshot& row : one.flat.meter().snapshots()) {
    const bool due =
        row.day >= one.began - kBackFill && row.day + 2 * kFresh <= one.flat.meter().meter_time();
    if (due) must_be_there(one, store, row);
  }
}

}  // namespace

void check_standing(const Case& one) {
  const auto& meter = one.flat.meter();
  const auto purged = meter.purged();
  check_doubles(one, store_of<ProfileInterval>(one),
                truth_of(purged.intervals, meter.intervals(UtcSeconds{}, UtcSeconds::max())));
  check_doubles(one, store_of<DailySnapshot>(one), truth_of(purged.daily, meter.snapshots()));
  std::map<std::uint32_t, std::size_t> fired;
  for (const ChangeFired& change : meter.changes_fired()) {
    const bool ours = change.kind != ChangeFired::Kind::Tariff && change.event_id != 0;
    if (ours && ++fired[change.event_id] > 1) {
      one.broken("no change fires twice", "once", fmt::format("event {} again", change.event_id));
    }
  }
}

void check_slots(const Case& one) {
  const auto store = store_of<ProfileInterval>(one);
  check_owners(one, store);
  check_purged(one, store);
  for (const ProfileInterval& row :
       one.flat.meter().intervals(one.began - kBackFill + kPeriod, UtcSeconds::max())) {
    if (row.start + kPeriod + kFresh <= one.flat.meter().meter_time()) {
      must_be_there(one, store, row);
    }
  }
  const auto days = store_of<DailySnapshot>(one);
  check_owners(one, days);
  check_days(one, days);
  for (const auto& [time, held] : store) {
    one.report.mix(time.time_since_epoch().count());
    one.report.mix(held.epoch);
  }
  one.report.count("slots in the ledger", store.size());
  one.report.count("days in the ledger", days.size());
}

}  // namespace metergate::soak
