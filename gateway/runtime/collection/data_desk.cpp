// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/collection/data_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/work/supply_judgement.hpp"
#include "gateway/work/tenancy.hpp"

namespace metergate::runtime {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? std::string{"none"} : fmt::format("{}", fmt::join(words, "+"));
}

bool begins_before(const ProfileInterval& interval, const TenancyBegin& tenancy) {
  return interval.start < tenancy.first_interval;
}

bool begins_before(const DailySnapshot& snapshot, const TenancyBegin& tenancy) {
  return snapshot.day < tenancy.first_day;
}

/// Only what lies within the open tenancy: the interval in which it began is its first (P-23).
template <typename Value>
std::vector<Value> of_tenancy(const MeterUnit& meter, std::vector<Value> values) {
  if (!meter.stored.tenancy_from) return values;
  const auto begin = work::tenancy_from(*meter.stored.tenancy_from, meter.schedule->capture_period);
  std::erase_if(values, [&](const Value& value) { return begins_before(value, begin); });
  return values;
}

}  // namespace

DataDesk::DataDesk(LedgerKeeper& keeper, journal::Journal& journal, Handlers handlers)
    : keeper_{keeper}, journal_{journal}, handlers_{std::move(handlers)} {}

void DataDesk::registers(MeterUnit& meter, const RegisterReading& reading) {
  if (keeper_.checked(
          keeper_.ledger().store_registers(meter.stored.key, meter.stored.epoch, reading))) {
    keeper_.commit_data();
  }
}

void DataDesk::profile_page(MeterUnit& meter, const IntervalRange& asked,
                            const operation::ProfilePage& read, Turn turn, Now now) {
  const operation::ProfilePage page{of_tenancy(meter, read.intervals), read.covered_to};
  Ledger& ledger = keeper_.ledger();
  const auto [key, epoch] = std::pair{meter.stored.key, meter.stored.epoch};
  const auto before = keeper_.checked(ledger.profile_covered_to(key, epoch));
  const auto fresh = keeper_.checked(ledger.store_profile(key, epoch, page.intervals, now.utc));
  const auto holes = keeper_.checked(ledger.holes(key, epoch));
  const auto first = keeper_.checked(ledger.profile_from(key, epoch));
  if (!before || !fresh || !holes || !first) return;
  const auto period = meter.schedule->capture_period;
  const IntervalRange covered{asked.from, std::min(asked.to, page.covered_to)};
  const auto can_be_there = work::after_first(covered, *first, page.intervals, period);
  const work::ProfileStart start{*first, covered, turn == Turn::InTurn};
  const auto begin = work::after_start(start, page.intervals, period);
  if (begin.from) {
    static_cast<void>(keeper_.checked(ledger.set_profile_from(key, epoch, *begin.from)));
  }
  auto changes =
      work::after_page(*holes, can_be_there, page.intervals, now.utc, period, work::HolePolicy{});
  if (begin.unread) work::add_unread(changes, *begin.unread, now.utc);
  if (changes.changed) {
    static_cast<void>(keeper_.checked(ledger.set_holes(key, epoch, changes.holes)));
  }
  // Nothing is covered before the first interval: the meter may still be about to get it.
  const bool begins = turn == Turn::InTurn && !page.intervals.empty();
  const bool goes_on = *before ? covered.from <= **before && **before < covered.to : begins;
  if (goes_on) {
    static_cast<void>(keeper_.checked(ledger.set_profile_covered_to(key, epoch, covered.to)));
  }
  tell_holes(meter, changes, now);
  tell_stored(meter, *fresh, "profile", now);
  keeper_.commit_data();
}

void DataDesk::tell_stored(const MeterUnit& meter, std::size_t fresh, std::string_view data,
                           Now now) {
  if (fresh == 0) return;
  journal_.write(journal::kPageStored, now.utc,
                 {{"meter", meter.id().text()},
                  {"count", std::to_string(fresh)},
                  {"data", std::string{data}}});
}

void DataDesk::profile_push(MeterUnit& meter, const std::vector<ProfileInterval>& pushed, Now now) {
  const std::vector<ProfileInterval> intervals = of_tenancy(meter, pushed);
  Ledger& ledger = keeper_.ledger();
  const auto [key, epoch] = std::pair{meter.stored.key, meter.stored.epoch};
  const auto fresh = keeper_.checked(ledger.store_profile(key, epoch, intervals, now.utc));
  if (!fresh) return;
  tell_stored(meter, *fresh, "profile", now);
  const auto covered = keeper_.checked(ledger.profile_covered_to(key, epoch));
  auto holes = keeper_.checked(ledger.holes(key, epoch));
  keeper_.commit_data();
  if (!covered || !holes) return;
  const auto period = meter.schedule->capture_period;
  const auto effect = work::after_push({*covered, *holes}, intervals, period);
  if (!effect) return;
  work::HoleChanges changes;
  for (const IntervalRange& range : effect->skipped) {
    holes->push_back({range, 0, now.utc});
    changes.found.push_back(range);
  }
  if (!effect->skipped.empty()) {
    static_cast<void>(keeper_.checked(ledger.set_holes(key, epoch, *holes)));
  }
  static_cast<void>(keeper_.checked(ledger.set_profile_covered_to(key, epoch, effect->covered_to)));
  tell_holes(meter, changes, now);
}

void DataDesk::tell_holes(MeterUnit& meter, const work::HoleChanges& changes, Now now) {
  const auto fields = [&](const IntervalRange& range) {
    return std::vector<journal::Field>{{"meter", meter.id().text()},
                                       {"from", rfc3339::text(range.from)},
                                       {"to", rfc3339::text(range.to)}};
  };
  for (const IntervalRange& range : changes.found) {
    journal_.write(journal::kHoleFound, now.utc, fields(range));
  }
  for (const IntervalRange& range : changes.filled) {
    journal_.write(journal::kHoleFilled, now.utc, fields(range));
  }
  for (const Hole& hole : changes.given_up) {
    auto with_tries = fields(hole.range);
    with_tries.push_back({"tries", std::to_string(hole.tries)});
    journal_.write(journal::kHoleGivenUp, now.utc, std::move(with_tries));
  }
  if (changes.changed || !changes.found.empty()) handlers_.state_changed(meter);
}

void DataDesk::daily_page(MeterUnit& meter, std::chrono::sys_days from,
                          const operation::DailyPage& page, Turn turn, Now now) {
  daily_push(meter, page.snapshots, now);
  Ledger& ledger = keeper_.ledger();
  const auto [key, epoch] = std::pair{meter.stored.key, meter.stored.epoch};
  const auto before = keeper_.checked(ledger.daily_covered_to(key, epoch));
  if (!before) return;
  const bool goes_on =
      *before ? from <= **before && **before < page.covered_to : turn == Turn::InTurn;
  if (goes_on) {
    static_cast<void>(keeper_.checked(ledger.set_daily_covered_to(key, epoch, page.covered_to)));
  }
}

void DataDesk::daily_push(MeterUnit& meter, const std::vector<DailySnapshot>& pushed, Now now) {
  const std::vector<DailySnapshot> snapshots = of_tenancy(meter, pushed);
  const auto fresh = keeper_.checked(
      keeper_.ledger().store_daily(meter.stored.key, meter.stored.epoch, snapshots, now.utc));
  if (fresh) tell_stored(meter, *fresh, "daily", now);
  keeper_.commit_data();
}

void DataDesk::billing_page(MeterUnit& meter, const operation::BillingPage& page, Now now) {
  // The snapshot a change of tenancy takes first is the old tenant's last one (P-08).
  std::vector<BillingSnapshot> of_old;
  std::vector<BillingSnapshot> of_open;
  for (const BillingSnapshot& snapshot : page.snapshots) {
    const bool old =
        meter.stored.epoch > 1 && (snapshot.cause == BillingCause::BeforeTenancy ||
                                   !work::belongs_to_tenancy(snapshot.meter_time, meter.stored));
    (old ? of_old : of_open).push_back(snapshot);
  }
  Ledger& ledger = keeper_.ledger();
  const auto [key, epoch] = std::pair{meter.stored.key, meter.stored.epoch};
  if (!of_old.empty()) {
    static_cast<void>(keeper_.checked(ledger.store_billing(key, epoch - 1, of_old, now.utc)));
  }
  static_cast<void>(keeper_.checked(ledger.store_billing(key, epoch, of_open, now.utc)));
  keeper_.commit_data();
}

void DataDesk::tariff(MeterUnit& meter, const TariffReading& reading, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto before = keeper_.checked(ledger.tariff(meter.stored.key));
  if (!before || !keeper_.checked(ledger.store_tariff(meter.stored.key, reading))) return;
  keeper_.commit_data();
  const Supplier& supplier = reading.active.supplier;
  if (*before && (*before)->active.supplier != supplier) {
    journal_.write(journal::kSupplierChanged, now.utc,
                   {{"meter", meter.id().text()},
                    {"supplier", fmt::format("{} {}", supplier.id, supplier.name)}});
  }
  const bool missing = reading.active.id == Tariff::kDefaultId;
  const bool was_missing = *before && (*before)->active.id == Tariff::kDefaultId;
  // A meter that never had another is as it came; one that lost its tariff needs a new one (P-10).
  if (missing && *before && !was_missing) {
    journal_.write(journal::kTariffMissing, now.utc, {{"meter", meter.id().text()}});
  }
  handlers_.state_changed(meter);
}

void DataDesk::relay(MeterUnit& meter, const RelayReading& reading, Now now) {
  const SupplyState before = meter.stored.supply_reported;
  const bool changed = before != reading.state || meter.stored.supply_causes != reading.causes;
  static_cast<void>(
      keeper_.checked(keeper_.ledger().set_supply_reported(meter.stored.key, reading, now.utc)));
  meter.stored.supply_reported = reading.state;
  const SupplyCauses held_by = std::exchange(meter.stored.supply_causes, reading.causes);
  meter.stored.supply_read_at = now.utc;
  // Of a box that is new, or beside another master: orders go on above what the meter has seen.
  const auto ours = std::exchange(meter.stored.last_transaction,
                                  std::max(meter.stored.last_transaction,
                                           operation::TransactionId{reading.last_transaction_id}));
  const auto read_after =
      std::exchange(meter.relay_read_after, operation::TransactionId{reading.last_transaction_id});
  keeper_.commit_data();
  if (!changed) return;
  // A reading from before our last order was carried out says nothing about it.
  if (reading.last_transaction_id >= ours && work::drifts(meter.stored.supply_desired, reading)) {
    journal_.write(journal::kSupplyDrift, now.utc,
                   {{"meter", meter.id().text()},
                    {"reported", std::string{supply_word(reading.state)}},
                    {"desired", std::string{supply_word(meter.stored.supply_desired)}}});
  }
  if (before != reading.state && before != SupplyState::Unknown) {
    std::vector<journal::Field> fields{{"meter", meter.id().text()},
                                       {"from", std::string{supply_word(before)}},
                                       {"to", std::string{supply_word(reading.state)}}};
    const model::MeterModel& model = *meter.model;
    const work::SupplyWitness witness{
        model.protocol != model::Protocol::Dlms || model.dlms.relay_causes, read_after,
        meter.stored.supply_desired, held_by};
    if (work::is_explained(reading, witness)) {
      fields.push_back({"cause", work::has_ended_there(reading, witness)
                                     ? joined(held_by.words()) + " ended"
                                     : joined(reading.causes.words())});
      journal_.write(journal::kSupplyChanged, now.utc, std::move(fields));
    } else {
      journal_.write(journal::kSupplyChangedUnexplained, now.utc, std::move(fields));
    }
  }
  handlers_.state_changed(meter);
}

void DataDesk::clock(MeterUnit& meter, const operation::ClockReading& reading) {
  const auto offset = std::chrono::milliseconds{UtcTime{reading.meter_time} - reading.read_at};
  static_cast<void>(
      keeper_.checked(keeper_.ledger().set_clock_offset(meter.stored.key, offset.count())));
  meter.stored.clock_offset_ms = offset.count();
  keeper_.commit_data();
  const bool drifts = std::chrono::abs(offset) > meter.schedule->clock_drift_limit;
  if (drifts && !meter.clock_drifts) {
    journal_.write(journal::kClockDrift, reading.read_at,
                   {{"meter", meter.id().text()},
                    {"offset_s", fmt::format("{:.1f}", static_cast<double>(offset.count()) / 1000)},
                    {"limit_s", std::to_string(meter.schedule->clock_drift_limit.count())}});
  }
  if (drifts != meter.clock_drifts) handlers_.state_changed(meter);
  meter.clock_drifts = drifts;
  if (drifts) handlers_.clock_drifts(meter);
}

bool DataDesk::identity(MeterUnit& meter, const operation::Identity& identity, Now now) {
  const std::string& expected = meter.expected_serial();
  const bool is_expected = expected.empty() || identity.serial.text() == expected;
  const bool was_wrong = meter.session.state() == session::State::WrongMeter;
  const auto change = meter.session.identified(is_expected, now);
  handlers_.seen(meter, identity.serial);
  if (!is_expected) {
    const std::string finding = "serial number " + identity.serial.text() + " answers";
    // Every probe looks again; who answers is told once.
    if (was_wrong && std::exchange(meter.session_reason, finding) == finding) return false;
    meter.session_reason = finding;
    journal_.write(
        journal::kWrongSerial, now.utc,
        {{"meter", meter.id().text()}, {"found", identity.serial.text()}, {"expected", expected}});
    handlers_.state_changed(meter);
    return false;
  }
  if (meter.stored.serial != identity.serial.text()) {
    static_cast<void>(
        keeper_.checked(keeper_.ledger().set_serial(meter.stored.key, identity.serial)));
    meter.stored.serial = identity.serial.text();
    keeper_.commit_data();
    journal_.write(journal::kMeterIdentified, now.utc,
                   {{"meter", meter.id().text()}, {"serial", identity.serial.text()}});
    handlers_.state_changed(meter);
  } else if (change) {
    handlers_.state_changed(meter);
  }
  return true;
}

}  // namespace metergate::runtime
