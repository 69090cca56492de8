// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/virtual_meter.hpp"

#include <algorithm>
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::virtual_meter {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

UtcSeconds birth(const Settings& settings, UtcSeconds now) {
  if (settings.history.count() <= 0) return now;
  return std::chrono::floor<days>(now) - settings.history;
}

}  // namespace

VirtualMeter::VirtualMeter(Settings settings, UtcSeconds now) {
  const UtcSeconds born = birth(settings, now);
  state_ = std::make_unique<State>(std::move(settings), born, now);
  state_->live_history();
  state_->everything_pushed();
}

VirtualMeter::VirtualMeter(std::unique_ptr<State> state) : state_{std::move(state)} {}
VirtualMeter::~VirtualMeter() = default;
VirtualMeter::VirtualMeter(VirtualMeter&&) noexcept = default;
VirtualMeter& VirtualMeter::operator=(VirtualMeter&&) noexcept = default;

void VirtualMeter::advance(UtcSeconds now) { state_->advance(now); }

void VirtualMeter::press_button(UtcSeconds now) {
  state_->advance(now);
  state_->note(ButtonPressed{});
  if (state_->has_power && state_->relay.press()) state_->write_supply(0, 0);
}

void VirtualMeter::open_cover(UtcSeconds now) {
  state_->advance(now);
  state_->note(CoverOpened{});
  if (std::exchange(state_->cover_open, true)) return;
  // A meter that is in tamper state already stays there.
  if (state_->relay.causes().has(SupplyCauses::kTamper)) return;
  state_->write(LogId::Tamper, EventCode::TamperStarted);
  state_->hold(SupplyCauses::kTamper, 0);
}

void VirtualMeter::close_cover(UtcSeconds now) {
  state_->advance(now);
  state_->note(CoverClosed{});
  if (!std::exchange(state_->cover_open, false)) return;
  // With keys, only the token that clears the tamper condition ends it (acceptance row J-13).
  if (state_->acceptance) return;
  state_->write(LogId::Tamper, EventCode::TamperEnded);
  state_->release(SupplyCauses::kTamper, 0);
}

void VirtualMeter::cut_power(UtcSeconds now) {
  state_->advance(now);
  state_->note(PowerCut{});
  state_->set_power(false);
}

void VirtualMeter::restore_power(UtcSeconds now) {
  state_->advance(now);
  state_->note(PowerRestored{});
  state_->set_power(true);
}

void VirtualMeter::set_clock_locally(UtcSeconds meter_time, UtcSeconds now) {
  state_->advance(now);
  state_->note(ClockSetLocally{meter_time});
  state_->set_clock(meter_time, 0);
}

KeyedIn VirtualMeter::key_in(std::string_view digits, UtcSeconds now) {
  state_->advance(now);
  if (!state_->has_power)
    return {operation::OrderRefused{operation::MeterRefusal::Other, "no-power"}, {}, true};
  if (!is_key_sequence(digits)) return {refused(operation::MeterRefusal::Malformed), {}, false};
  state_->note(CodeKeyed{std::string{digits}});
  operation::OrderAnswer answer = state_->key_in(std::string{digits});
  return {std::move(answer), state_->display, state_->last_code_silent};
}

void VirtualMeter::switch_load(std::optional<PhaseWatts> watts, UtcSeconds now) {
  state_->advance(now);
  state_->note(LoadSwitched{watts});
  state_->fixed_load = watts;
}

bool VirtualMeter::fit_keys(MeterKeys keys) {
  if (state_->acceptance) return false;
  state_->fit_keys(std::move(keys));
  return true;
}

std::optional<TokenState> VirtualMeter::token_state() const {
  if (!state_->acceptance) return std::nullopt;
  const TokenAcceptance& acceptance = *state_->acceptance;
  return TokenState{.keys = acceptance.keys(),
                    .power_limit_w = state_->limits.power_limit(),
                    .unbalance_limit_w = state_->limits.unbalance_limit(),
                    .tariff_rate = state_->tariff_rate,
                    .units_wh = state_->account.units_wh(),
                    .money_minor = state_->account.money_minor(),
                    .keypad_locked = acceptance.locked(state_->running_time()),
                    .newest_tid = acceptance.tids().slots().back(),
                    .highest_counter = acceptance.counters().highest()};
}

std::vector<Deed> VirtualMeter::take_deeds() { return std::exchange(state_->deeds, {}); }

bool VirtualMeter::redo(const Deed& deed) {
  if (deed.number <= changes()) return true;
  std::visit(Overloaded{
                 [&](ButtonPressed) { press_button(deed.time); },
                 [&](FirstKeyPressed) { press_first_key(deed.time); },
                 [&](SecondKeyPressed) { press_second_key(deed.time); },
                 [&](CoverOpened) { open_cover(deed.time); },
                 [&](CoverClosed) { close_cover(deed.time); },
                 [&](PowerCut) { cut_power(deed.time); },
                 [&](PowerRestored) { restore_power(deed.time); },
                 [&](const ClockSetLocally& set) { set_clock_locally(set.meter_time, deed.time); },
                 [&](const LoadSwitched& load) { switch_load(load.watts, deed.time); },
                 [&](const CodeKeyed& code) { (void)key_in(code.digits, deed.time); },
                 [&](RelayCycled cycled) { (void)cycle_relay(cycled.times, deed.time); },
                 [&](RelayForced forced) { force_relay(forced.to, deed.time); },
                 [&](EmergencyCreditTaken) { (void)take_emergency_credit(deed.time); },
                 [&](const auto& order) { (void)perform(order, deed.time); },
             },
             deed.what);
  state_->deeds.clear();
  return changes() == deed.number;
}

bool VirtualMeter::powered() const { return state_->has_power; }
const Settings& VirtualMeter::settings() const { return state_->settings; }
const SerialNumber& VirtualMeter::serial() const { return state_->settings.serial; }
UtcSeconds VirtualMeter::meter_time() const { return state_->meter_time(); }
std::uint32_t VirtualMeter::boots() const { return state_->boots; }
std::int64_t VirtualMeter::balance_minor() const { return state_->account.balance_minor(); }
std::uint64_t VirtualMeter::changes() const { return state_->changes; }
const std::vector<OrderSeen>& VirtualMeter::orders() const { return state_->orders; }
const std::vector<LogEntry>& VirtualMeter::log(LogId log) const {
  return state_->book.entries(log);
}

const std::vector<BillingSnapshot>& VirtualMeter::billing() const {
  return state_->billing.snapshots();
}
TariffReading VirtualMeter::tariff() const {
  return {state_->lived_to, state_->tariffs.active(), state_->tariffs.pending()};
}
const std::optional<operation::ChangeTenancy>& VirtualMeter::pending_tenancy() const {
  return state_->pending_tenancy;
}
const std::optional<operation::ChangeSupplier>& VirtualMeter::pending_supplier() const {
  return state_->pending_supplier;
}
const std::vector<ChangeFired>& VirtualMeter::changes_fired() const {
  return state_->changes_fired;
}

Purged VirtualMeter::purged() const {
  const State::Archive& archive = state_->purged;
  Purged out{{}, {}, archive.entries, archive.billing};
  for (const StoredInterval& row : archive.intervals)
    out.intervals.push_back(profile_interval(row));
  for (const StoredSnapshot& row : archive.daily) out.daily.push_back(daily_snapshot(row));
  return out;
}

RelayReading VirtualMeter::relay() const {
  return {state_->relay.state(), state_->relay.causes(), state_->relay_limit.used(state_->ticks),
          state_->last_transaction};
}

std::optional<OrderSeen> VirtualMeter::last_order() const {
  const OrderSeen* seen = state_->judged(state_->last_transaction);
  if (seen == nullptr) return std::nullopt;
  return *seen;
}

std::vector<ProfileInterval> VirtualMeter::intervals(UtcSeconds from, UtcSeconds to) const {
  const auto& stored = state_->energy.intervals();
  auto row = std::ranges::lower_bound(stored, from, {}, &StoredInterval::start);
  std::vector<ProfileInterval> out;
  for (; row != stored.end() && row->start < to; ++row) out.push_back(profile_interval(*row));
  return out;
}

std::vector<DailySnapshot> VirtualMeter::snapshots() const {
  std::vector<DailySnapshot> out;
  for (const StoredSnapshot& stored : state_->energy.snapshots()) {
    out.push_back(daily_snapshot(stored));
  }
  return out;
}

}  // namespace metergate::virtual_meter
