// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "meters/virtual/test_keys.hpp"

/// Change of tenancy, change of supplier and tariffs, as Premier 211 does them (utrn-and-premier.md
/// 1.6, 1.7).
namespace metergate::virtual_meter {
namespace {

using operation::MeterRefusal;
using operation::OrderAnswer;
using operation::OrderTaken;
using operation::TransactionId;
using std::chrono::seconds;

/// What of the issuer's event id a log entry has room for.
std::uint16_t low_half(std::uint32_t event_id) {
  return static_cast<std::uint16_t>(event_id & 0xFFFFU);
}

bool purges_anything(ChangeActions actions) {
  if (actions.has(ChangeAction::PurgeSnapshots) || actions.has(ChangeAction::PurgeProfile)) {
    return true;
  }
  return std::ranges::any_of(kAllLogs, [&](LogId log) { return actions.purges(log); });
}

bool waits(const std::optional<UtcSeconds>& effective, UtcSeconds clock) {
  return effective && *effective > clock;
}

template <typename Row>
void append(std::vector<Row>& rows, const std::vector<Row>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
}

}  // namespace

Tariff VirtualMeter::State::default_tariff() const {
  return {Tariff::kDefaultId, settings.supplier,
          static_cast<std::uint32_t>(settings.price_minor_per_kwh)};
}

UtcSeconds VirtualMeter::State::true_time() const {
  const std::int64_t before_drift = (made - born).count();
  if (ticks <= before_drift) return born + seconds{ticks};
  const auto drifting = static_cast<double>(ticks - before_drift);
  return made + seconds{std::llround(drifting / (1.0 + settings.clock_drift_ppm * 1e-6))};
}

void VirtualMeter::State::take_billing(BillingCause cause) {
  const Tariff& tariff = tariffs.active();
  billing.keep({.meter_time = meter_time(),
                .cause = cause,
                .import_wh = energy.wh(),
                .import_varh = energy.varh(),
                .balance_minor = account.balance_minor(),
                .tariff_id = tariff.id,
                .supplier_id = tariff.supplier.id});
}

// ---- orders -------------------------------------------------------------------------------------

OrderAnswer VirtualMeter::State::take(const operation::ChangeTenancy& order) {
  const auto kind = OrderSeen::Kind::Tenancy;
  const TransactionId id = order.transaction;
  if (const auto no = stale(id)) return remember(kind, id, {}, *no);
  write(LogId::Configuration, EventCode::TenancyChangeReceived, low_half(order.event_id), id);
  // Any request takes the place of the one that waits (P-05).
  pending_tenancy.reset();
  if (order.effective == operation::kNever) return remember(kind, id, {}, OrderTaken{});
  if (waits(order.effective, meter_time())) {
    pending_tenancy = order;
  } else {
    change_tenancy(order);
  }
  return remember(kind, id, {}, OrderTaken{});
}

OrderAnswer VirtualMeter::State::take(const operation::ChangeSupplier& order) {
  const auto kind = OrderSeen::Kind::Supplier;
  const TransactionId id = order.transaction;
  if (const auto no = stale(id)) return remember(kind, id, {}, *no);
  if (!is_supplier_name(order.supplier.name) || purges_anything(order.actions)) {
    return remember(kind, id, {}, refused(MeterRefusal::OutOfRange));
  }
  write(LogId::Configuration, EventCode::SupplierChangeReceived, low_half(order.event_id), id);
  pending_supplier.reset();
  if (order.effective == operation::kNever) return remember(kind, id, {}, OrderTaken{});
  if (waits(order.effective, meter_time())) {
    pending_supplier = order;
  } else {
    change_supplier(order);
  }
  return remember(kind, id, {}, OrderTaken{});
}

OrderAnswer VirtualMeter::State::take(const operation::SetTariff& order) {
  const auto kind = OrderSeen::Kind::Tariff;
  const TransactionId id = order.transaction;
  const Tariff& tariff = order.tariff;
  if (const auto no = stale(id)) return remember(kind, id, {}, *no);
  if (tariff.id == Tariff::kDefaultId || !is_supplier_name(tariff.supplier.name) ||
      tariff.price_minor_per_kwh > TariffBook::kHighestPrice) {
    return remember(kind, id, {}, refused(MeterRefusal::OutOfRange));
  }
  const bool later = waits(order.activates, meter_time());
  if (order.activates != operation::kNever && later && !tariffs.await({tariff, *order.activates})) {
    return remember(kind, id, {}, refused(MeterRefusal::NotPermitted));
  }
  write(LogId::Configuration, EventCode::TariffReceived, 0, id);
  if (order.activates == operation::kNever) {
    if (tariffs.cancel(tariff.id)) {
      write(LogId::Configuration, EventCode::TariffCancelled, 0, tariff.id);
    }
  } else if (!later) {
    tariffs.cancel(tariff.id);
    activate(tariff, id, order.activates.value_or(meter_time()));
  }
  return remember(kind, id, {}, OrderTaken{});
}

// ---- when their time has come -------------------------------------------------------------------

std::optional<UtcSeconds> VirtualMeter::State::next_change() const {
  std::optional<UtcSeconds> next = tariffs.next();
  const auto sooner = [&](const std::optional<UtcSeconds>& other) {
    if (other && (!next || *other < *next)) next = other;
  };
  if (pending_supplier) sooner(pending_supplier->effective);
  if (pending_tenancy) sooner(pending_tenancy->effective);
  return next;
}

void VirtualMeter::State::fire_due() {
  if (!has_power) return;
  for (auto next = next_change(); next && *next <= meter_time(); next = next_change()) {
    if (pending_supplier && pending_supplier->effective == next) {
      change_supplier(*std::exchange(pending_supplier, std::nullopt));
    } else if (pending_tenancy && pending_tenancy->effective == next) {
      change_tenancy(*std::exchange(pending_tenancy, std::nullopt));
    } else {
      activate(tariffs.take_next(), 0, *next);
    }
  }
}

void VirtualMeter::State::change_tenancy(const operation::ChangeTenancy& order) {
  ChangeFired fired{.kind = ChangeFired::Kind::Tenancy,
                    .transaction = order.transaction,
                    .event_id = order.event_id,
                    .true_time = true_time(),
                    .meter_time = meter_time(),
                    .effective = order.effective.value_or(meter_time())};
  const std::uint32_t own_billing = billing.next_sequence();
  if (order.actions.has(ChangeAction::BillingBefore)) take_billing(BillingCause::BeforeTenancy);
  if (order.actions.has(ChangeAction::ResetBalance)) reset_balance(order.transaction);
  if (order.actions.has(ChangeAction::DefaultTariff)) {
    // The supplier stays who it is; only its prices have to be loaded anew.
    Tariff tariff = default_tariff();
    tariff.supplier = tariffs.active().supplier;
    account.set_price(tariff.price_minor_per_kwh);
    tariffs.activate(std::move(tariff));
    tariffs.cancel_all();
  }
  purge(order, own_billing, fired);
  move_relay(order.relay, SupplyCauses::kTenancy, order.transaction);
  if (order.actions.has(ChangeAction::BillingAfter)) take_billing(BillingCause::AfterTenancy);
  // Last, so that a purged configuration log begins with it (1.3).
  write(LogId::Configuration, EventCode::TenancyChanged, low_half(order.event_id),
        order.transaction);
  fired.supply = relay.state();
  changes_fired.push_back(fired);
}

void VirtualMeter::State::purge(const operation::ChangeTenancy& order, std::uint32_t own_billing,
                                ChangeFired& fired) {
  const bool in_time = fired.effective == meter_time();
  if (order.actions.has(ChangeAction::PurgeSnapshots)) {
    // In time, what there is was taken before, whatever a clock that was set back wrote on it.
    const UtcSeconds before = in_time ? UtcSeconds::max() : fired.effective;
    const std::vector<BillingSnapshot> had = billing.snapshots();
    billing.purge(before, own_billing);
    const auto gone_days = energy.purge_snapshots(fired.effective);
    if (settings.keep_truth) {
      std::ranges::copy_if(had, std::back_inserter(purged.billing), [&](const auto& snapshot) {
        return snapshot.meter_time < before && snapshot.sequence < own_billing;
      });
      append(purged.daily, gone_days);
    }
  }
  if (order.actions.has(ChangeAction::PurgeProfile)) {
    const auto gone =
        energy.purge_intervals(period_start(fired.effective, settings.capture_period));
    fired.intervals_purged = static_cast<std::uint32_t>(gone.size());
    if (!gone.empty()) {
      fired.first_purged = gone.front().start;
      fired.last_purged = gone.back().start;
    }
    if (settings.keep_truth) append(purged.intervals, gone);
  }
  for (const LogId log : kAllLogs) {
    if (order.actions.purges(log)) purge_log(log, fired.effective, in_time);
  }
}

void VirtualMeter::State::purge_log(LogId log, UtcSeconds before, bool all) {
  const auto goes = [&](const LogEntry& entry) { return all || entry.meter_time < before; };
  std::uint32_t& mark = pushed.sequences[static_cast<std::size_t>(log) - 1];
  // What stays gets other numbers; of it, as much counts as pushed as before.
  const auto out = std::ranges::count_if(book.entries(log), [&](const LogEntry& entry) {
    return !goes(entry) && entry.sequence <= mark;
  });
  const auto gone = book.purge(log, goes);
  mark = static_cast<std::uint32_t>(out);
  if (again) again->sequences[static_cast<std::size_t>(log) - 1] = 0;
  if (settings.keep_truth) append(purged.entries, gone);
}

void VirtualMeter::State::change_supplier(const operation::ChangeSupplier& order) {
  ChangeFired fired{.kind = ChangeFired::Kind::Supplier,
                    .transaction = order.transaction,
                    .event_id = order.event_id,
                    .true_time = true_time(),
                    .meter_time = meter_time(),
                    .effective = order.effective.value_or(meter_time())};
  if (order.actions.has(ChangeAction::BillingBefore)) take_billing(BillingCause::BeforeSupplier);
  write(LogId::Configuration, EventCode::SupplierChanged, low_half(order.event_id),
        order.transaction);
  for (const std::uint32_t tariff : tariffs.cancel_others(order.supplier.id)) {
    write(LogId::Configuration, EventCode::TariffCancelled, 0, tariff);
  }
  if (order.actions.has(ChangeAction::DefaultTariff)) {
    tariffs.activate(default_tariff());
    account.set_price(settings.price_minor_per_kwh);
  }
  const bool is_another = tariffs.active().supplier.id != order.supplier.id;
  if (acceptance && is_another) {
    // The certificates of GBCS request 6.23 are not on our wires: whoever follows has test keys.
    acceptance->change_supplier(
        test_keys::utrn_keys(settings.serial, test_keys::supplier_identity(order.supplier.id)));
  }
  tariffs.change_supplier(order.supplier);
  if (order.actions.has(ChangeAction::ResetBalance)) reset_balance(order.transaction);
  move_relay(order.relay, SupplyCauses::kRemote, order.transaction);
  if (order.actions.has(ChangeAction::BillingAfter)) take_billing(BillingCause::AfterSupplier);
  // All there is goes to the new supplier's head end once more (P-04).
  again = PushMark{};
  fired.supply = relay.state();
  changes_fired.push_back(fired);
}

void VirtualMeter::State::activate(Tariff tariff, TransactionId transaction, UtcSeconds effective) {
  take_billing(BillingCause::TariffChange);
  const std::uint32_t id = tariff.id;
  account.set_price(tariff.price_minor_per_kwh);
  tariffs.activate(std::move(tariff));
  write(LogId::Configuration, EventCode::TariffActivated, 0, id);
  changes_fired.push_back({.kind = ChangeFired::Kind::Tariff,
                           .transaction = transaction,
                           .event_id = id,
                           .true_time = true_time(),
                           .meter_time = meter_time(),
                           .effective = effective,
                           .supply = relay.state()});
}

void VirtualMeter::State::reset_balance(TransactionId transaction) {
  // In prepayment the balance is the customer's money (P-09).
  if (settings.prepayment) return;
  account.clear_units();
  account.clear_money();
  write(LogId::Account, EventCode::BalanceChanged, 0, transaction);
}

void VirtualMeter::State::move_relay(RelayAfter to, std::uint16_t cause,
                                     TransactionId transaction) {
  if (to == RelayAfter::Off) hold(cause, transaction);
  if (to == RelayAfter::Armed) arm(kUndoneByArming, cause, transaction);
}

}  // namespace metergate::virtual_meter
