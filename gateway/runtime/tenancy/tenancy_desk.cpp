// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/tenancy/tenancy_desk.hpp"

#include <algorithm>

#include "gateway/north/tenancy_messages.hpp"
#include "gateway/runtime/audit/audit_notes.hpp"
#include "meters/billing.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/crash_point.hpp"

namespace metergate::runtime {
namespace {

/// Before an interrupted synchronisation goes on; a silent meter's own pause may be longer, and its
/// return cuts both short.
constexpr std::chrono::seconds kTryAgainAfter{5};
constexpr std::chrono::minutes kSilentPause{5};

constexpr cosem::ObisCode kBalance = cosem::credit_object(0);

std::optional<std::int64_t> number_of(const std::optional<RegisterReading>& reading,
                                      const cosem::ObisCode& obis) {
  if (!reading) return std::nullopt;
  const auto found = std::ranges::find(reading->values, obis, &RegisterValue::obis);
  if (found == reading->values.end()) return std::nullopt;
  return found->value.mantissa;
}

/// account_mode of the account object (class 111, attribute 2), where a model reads it.
std::optional<bool> is_prepayment(const std::optional<RegisterReading>& reading) {
  constexpr std::int64_t kCredit = 1;
  constexpr std::int64_t kPrepayment = 2;
  const auto mode = number_of(reading, cosem::kAccount);
  if (!mode || (*mode != kCredit && *mode != kPrepayment)) return std::nullopt;
  return *mode == kPrepayment;
}

}  // namespace

TenancyDesk::TenancyDesk(LedgerKeeper& keeper, journal::Journal& journal, Agenda& agenda,
                         DataDesk& data, const north::Topics& topics, Rights rights,
                         Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      agenda_{agenda},
      data_{data},
      topics_{topics},
      rights_{std::move(rights)},
      handlers_{std::move(handlers)} {}

// ---- who may ------------------------------------------------------------------------------------

bool TenancyDesk::is_change(Verb verb) {
  return verb == Verb::ChangeTenancy || verb == Verb::ChangeSupplier || verb == Verb::SetTariff;
}

Result<access::Granted, Refusal> TenancyDesk::decide(const Command& command, Now now) {
  return judge_right(rights_.in_force, access::kTenancyRight, keeper_, command, now);
}

bool TenancyDesk::record_order(const Command& command, const access::Granted& by, Now now) {
  AuditEntry entry = audit_entry(command, AuditKind::ChangeOrdered, by, now.utc);
  entry.details_json = north::encode_ordered_change(command);
  return keeper_.checked(keeper_.ledger().append_audit(entry)).has_value();
}

// ---- the beginning of a tenancy -----------------------------------------------------------------

std::optional<StoredTenancy> TenancyDesk::open_tenancy_of(const MeterUnit& meter) {
  auto all = keeper_.checked(keeper_.ledger().tenancies(meter.stored.key));
  if (!all || all->empty()) return std::nullopt;
  return std::move(all->back());
}

bool TenancyDesk::is_known(const MeterUnit& meter, operation::TransactionId transaction) {
  if (transaction == 0) return false;
  const auto all = keeper_.checked(keeper_.ledger().tenancies(meter.stored.key));
  return all && std::ranges::find(*all, transaction, &StoredTenancy::transaction) != all->end();
}

UtcSeconds TenancyDesk::effective_of(const MeterUnit& meter, const StoredCommand& change, Now now) {
  const ChangeOrder& order = *change_order(change.command.params);
  if (order.effective) return work::not_before(*order.effective, meter.stored);
  // At once: when it left, by the meter's clock. Orders keep away from the ends of intervals
  // (work::boundary_wait), so the interval is the right one whatever the way took.
  UtcTime sent = now.utc;
  if (const auto steps = keeper_.checked(keeper_.ledger().steps_of(change.key))) {
    for (const Step& step : *steps) {
      if (step.to == CommandState::Sending) sent = step.at;
    }
  }
  const std::chrono::milliseconds offset{meter.stored.clock_offset_ms.value_or(0)};
  return std::chrono::floor<std::chrono::seconds>(sent + offset);
}

bool TenancyDesk::carried_out(MeterUnit& meter, const StoredCommand& change,
                              TenancyEvidence evidence, Now now) {
  // Its log entry may have been faster.
  if (is_known(meter, change.transaction)) return true;
  const ChangeOrder& order = *change_order(change.command.params);
  TenancyBegin begin =
      work::tenancy_from(effective_of(meter, change, now), meter.schedule->capture_period);
  begin.transaction = change.transaction;
  begin.command = change.command.id;
  begin.evidence = evidence;
  // A model without an order for it was asked for the relay alone; nothing else is looked for.
  if (meter.can(Capability::ChangeTenancy)) begin.actions = order.actions;
  if (meter.can(Capability::ChangeTenancy) || meter.can(Capability::OperateRelay)) {
    begin.relay = order.relay;
  }
  if (!open(meter, begin, now)) return false;
  if (const auto clearing = clearing_of(change.command, meter, now.utc)) {
    syncs_[&meter].clearing = clearing->id;
  }
  return true;
}

void TenancyDesk::seen_in_log(MeterUnit& meter, const LogEntry& entry, Now now) {
  if (is_known(meter, entry.detail)) return;
  TenancyBegin begin = work::tenancy_from(entry.meter_time, meter.schedule->capture_period);
  if (const auto change = handlers_.find_change(meter, entry.detail)) {
    const ChangeOrder& order = *change_order(change->command.params);
    if (order.effective) {
      begin = work::tenancy_from(work::not_before(*order.effective, meter.stored),
                                 meter.schedule->capture_period);
    }
    begin.command = change->command.id;
    begin.actions = order.actions;
    begin.relay = order.relay;
  }
  begin.transaction = entry.detail;
  begin.evidence = TenancyEvidence::LogEntry;
  static_cast<void>(open(meter, begin, now));
  keeper_.commit_soon();
}

bool TenancyDesk::open(MeterUnit& meter, const TenancyBegin& begin, Now now) {
  Ledger& ledger = keeper_.ledger();
  const auto epoch = keeper_.checked(ledger.open_tenancy(meter.stored.key, begin, now.utc));
  if (!epoch) return false;
  StoredTenancy tenancy{.epoch = *epoch,
                        .starts = now.utc,
                        .ends = std::nullopt,
                        .effective = begin.effective,
                        .transaction = begin.transaction,
                        .command = begin.command ? begin.command->text() : std::string{},
                        .evidence = std::string{tenancy_evidence_word(begin.evidence)},
                        .actions = begin.actions,
                        .relay = begin.relay};
  if (!keeper_.checked(
          ledger.enqueue({0,
                          topics_.tenancy(meter.id()),
                          north::encode_tenancy(topics_.site(), meter.id(), tenancy,
                                                north::TenancyPhase::Activated, {}, now.utc),
                          "",
                          {}}))) {
    return false;
  }
  const SupplyState desired = begin.relay == RelayAfter::Off     ? SupplyState::Off
                              : begin.relay == RelayAfter::Armed ? SupplyState::Armed
                                                                 : meter.stored.supply_desired;
  if (desired != meter.stored.supply_desired &&
      !keeper_.checked(ledger.set_supply_desired(meter.stored.key, desired))) {
    return false;
  }
  crash_point("tenancy-opened");
  meter.stored.supply_desired = desired;
  meter.stored.epoch = *epoch;
  meter.stored.tenancy_from = begin.effective;
  meter.stored.tenancy_transaction = begin.transaction;
  journal_.write(journal::kTenancyChanged, now.utc,
                 {{"meter", meter.id().text()},
                  {"epoch", std::to_string(*epoch)},
                  {"effective", rfc3339::text(begin.effective)},
                  {"evidence", tenancy.evidence}});
  handlers_.state_changed(meter);
  // On a turn of its own: the caller may still be in the middle of a page of the old tenancy.
  agenda_.at(now.instant, [this, &meter](Now later) { synchronise(meter, later); });
  return true;
}

// ---- its synchronisation ------------------------------------------------------------------------

void TenancyDesk::resume(MeterUnit& meter, Now now) { synchronise(meter, now); }

void TenancyDesk::synchronise(MeterUnit& meter, Now now) {
  if (stopped_ || meter.removed) return;
  Sync& sync = syncs_[&meter];
  const bool under_way = sync.run || sync.look;
  if (under_way && sync.epoch == meter.stored.epoch) return;
  agenda_.cancel(sync.again);
  const auto tenancy = open_tenancy_of(meter);
  if (!tenancy) return try_again(meter, now);
  if (tenancy->synchronised) {
    syncs_.erase(&meter);
    return;
  }
  sync = Sync{};
  sync.epoch = meter.stored.epoch;
  if (!clear(meter, *tenancy, sync, now)) return try_again(meter, now);
  CollectionOrder order;
  order.what.assign(kAllDataClasses.begin(), kAllDataClasses.end());
  order.priority = Priority::Synchronisation;
  sync.run =
      std::make_unique<CollectionRun>(meter, data_, keeper_, std::move(order),
                                      [this, &meter](const CollectionSummary& summary, Now later) {
                                        collected(meter, summary, later);
                                      });
  sync.run->start(now);
}

void TenancyDesk::collected(MeterUnit& meter, const CollectionSummary& summary, Now now) {
  Sync& sync = syncs_.at(&meter);
  sync.run.reset();
  if (!summary.complete || sync.epoch != meter.stored.epoch) return try_again(meter, now);
  const auto tenancy = open_tenancy_of(meter);
  if (!tenancy) return try_again(meter, now);
  sync.registers = summary.registers;
  sync.tariff = summary.tariff;
  sync.look = std::make_unique<TenancyLook>(
      meter, *tenancy, [this, &meter](std::optional<work::AfterChange> after, Now later) {
        looked(meter, std::move(after), later);
      });
  sync.look->start(now);
}

void TenancyDesk::looked(MeterUnit& meter, std::optional<work::AfterChange> after, Now now) {
  Sync& sync = syncs_.at(&meter);
  sync.look.reset();
  const auto tenancy = open_tenancy_of(meter);
  if (!after || !tenancy || sync.epoch != meter.stored.epoch) return try_again(meter, now);
  after->balance_minor = number_of(sync.registers, kBalance);
  after->is_prepayment = is_prepayment(sync.registers);
  after->tariff = sync.tariff;
  if (meter.can(Capability::Billing)) {
    std::vector<BillingSnapshot> snapshots;
    // The one before the change belongs to the tenancy before.
    for (const Epoch epoch : {tenancy->epoch - 1, tenancy->epoch}) {
      const auto some = keeper_.checked(keeper_.ledger().billing(meter.stored.key, epoch));
      if (!some) return try_again(meter, now);
      snapshots.insert(snapshots.end(), some->begin(), some->end());
    }
    after->billing = std::move(snapshots);
  }
  auto checks = work::verify(*tenancy, meter.schedule->capture_period, *after);
  if (sync.cleared) checks.push_back(*sync.cleared);
  finish(meter, *tenancy, checks, now);
}

void TenancyDesk::try_again(MeterUnit& meter, Now now) {
  const session::State state = meter.session.state();
  const bool away = state == session::State::Silent || state == session::State::Offline;
  const std::chrono::seconds pause = away ? kSilentPause : kTryAgainAfter;
  Sync& sync = syncs_.at(&meter);
  agenda_.cancel(sync.again);
  sync.again = agenda_.at(now.instant + pause, [this, &meter](Now later) {
    syncs_.at(&meter).again.reset();
    synchronise(meter, later);
  });
}

void TenancyDesk::finish(MeterUnit& meter, const StoredTenancy& tenancy,
                         const std::vector<TenancyCheck>& checks, Now now) {
  Ledger& ledger = keeper_.ledger();
  crash_point("tenancy-looked-at");
  const bool written =
      keeper_.checked(ledger.set_synchronised(meter.stored.key, tenancy.epoch,
                                              north::encode_checks(checks), now.utc)) &&
      keeper_.checked(
          ledger.enqueue({0,
                          topics_.tenancy(meter.id()),
                          north::encode_tenancy(topics_.site(), meter.id(), tenancy,
                                                north::TenancyPhase::Synchronised, checks, now.utc),
                          "",
                          {}}));
  if (!written || !keeper_.commit()) return try_again(meter, now);
  syncs_.erase(&meter);
  const auto held = std::ranges::count_if(
      checks, [](const TenancyCheck& check) { return check.holds.value_or(false); });
  journal_.write(journal::kTenancySynchronised, now.utc,
                 {{"meter", meter.id().text()},
                  {"epoch", std::to_string(tenancy.epoch)},
                  {"held", std::to_string(held)},
                  {"checks", std::to_string(checks.size())}});
  for (const TenancyCheck& check : checks) {
    if (check.holds.value_or(true)) continue;
    journal_.write(journal::kTenancyCheckFailed, now.utc,
                   {{"meter", meter.id().text()}, {"item", check.item}, {"found", check.found}});
  }
  handlers_.state_changed(meter);
}

void TenancyDesk::meter_awake(MeterUnit& meter, Now now) {
  const auto found = syncs_.find(&meter);
  if (found == syncs_.end() || !found->second.again) return;
  agenda_.cancel(found->second.again);
  found->second.again = agenda_.at(now.instant, [this, &meter](Now later) {
    syncs_.at(&meter).again.reset();
    synchronise(meter, later);
  });
}

void TenancyDesk::meter_removed(MeterUnit& meter) {
  const auto found = syncs_.find(&meter);
  if (found == syncs_.end()) return;
  agenda_.cancel(found->second.again);
  syncs_.erase(found);
}

void TenancyDesk::forget_all() {
  for (auto& [meter, sync] : syncs_) agenda_.cancel(sync.again);
  syncs_.clear();
}

void TenancyDesk::stop() {
  stopped_ = true;
  forget_all();
}

}  // namespace metergate::runtime
