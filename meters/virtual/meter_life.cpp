// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "meters/virtual/load_curve.hpp"
#include "meters/virtual/meter_state.hpp"

namespace metergate::virtual_meter {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kOverloadPause = 20;  // OFF, then ARMED (utrn-and-premier.md 1.8)
constexpr std::int64_t kHour = 3'600;

unsigned total(const PhaseWatts& watts) { return watts[0] + watts[1] + watts[2]; }

bool begins_month(sys_days day) {
  return std::chrono::year_month_day{day}.day() == std::chrono::day{1};
}

SupplyCauses first_causes(SupplyState state) {
  return {state == SupplyState::Off ? SupplyCauses::kInitial : std::uint16_t{0}};
}

}  // namespace

VirtualMeter::State::State(Settings settings_in, UtcSeconds born_in, UtcSeconds made_in)
    : settings{std::move(settings_in)},
      born{born_in},
      made{made_in},
      lived_to{born_in},
      clock_base{born_in},
      energy{settings.capture_period, born_in},
      account{settings.balance_minor, settings.price_minor_per_kwh},
      tariffs{default_tariff()},
      relay{settings.supply, first_causes(settings.supply)},
      relay_limit{settings.relay_operations_per_day} {
  if (settings.keys) fit_keys(*settings.keys);
}

std::int64_t VirtualMeter::State::ticks_at(UtcSeconds now) const {
  if (now <= made) return (now - born).count();
  const auto drifting = static_cast<double>((now - made).count());
  return (made - born).count() +
         static_cast<std::int64_t>(std::floor(drifting * (1.0 + settings.clock_drift_ppm * 1e-6)));
}

PhaseWatts VirtualMeter::State::load() const {
  if (!has_power || relay.state() != SupplyState::On) return {};
  if (fixed_load && settings.phases == 3) return *fixed_load;
  const unsigned watts = fixed_load ? total(*fixed_load) : load_w(settings.seed, running_time());
  if (settings.phases == 1) return {watts, 0, 0};
  const unsigned first = watts * 2 / 5;
  const unsigned second = watts / 3;
  return {first, second, watts - first - second};
}

void VirtualMeter::State::advance(UtcSeconds now) {
  if (now <= lived_to) return;
  lived_to = now;
  const std::int64_t target = ticks_at(now);
  while (ticks < target) step(target);
}

void VirtualMeter::State::step(std::int64_t target) {
  const std::int64_t load_second = (born + seconds{ticks}).time_since_epoch().count();
  const UtcSeconds clock = meter_time();
  const UtcSeconds midnight = std::chrono::floor<days>(clock) + days{1};

  std::int64_t length = std::min(target - ticks, kMinute - load_second % kMinute);
  length = std::min(length, (energy.open_end() - clock).count());
  length = std::min(length, (midnight - clock).count());
  if (overload_until) length = std::min(length, *overload_until - ticks);
  if (cycling) length = std::min(length, cycling->next - ticks);
  const auto change = next_change();
  if (change && *change > clock) length = std::min(length, (*change - clock).count());

  const PhaseWatts phases = load();
  const unsigned watts = total(phases);
  energy.use(watts, length);
  if (!in_history && has_power && relay.state() == SupplyState::On) limits.use(phases, length);
  if (!has_power) energy.mark_open(IntervalMarks::kPowerDown);
  if (!in_history && settings.prepayment) account.pay(watts, length);
  ticks += length;

  if (meter_time() == energy.open_end()) energy.close_interval();
  if (meter_time() == midnight) {
    if (has_power) {
      energy.take_snapshot(std::chrono::floor<days>(midnight), 0);
      if (begins_month(std::chrono::floor<days>(midnight))) take_billing(BillingCause::Period);
    } else {
      missed_midnight = true;
    }
  }
  // Only ever at full minutes, so that the outcome does not depend on when one looks.
  if ((load_second + length) % kMinute == 0) minute_passed(watts);
  if (overload_until && ticks >= *overload_until) end_pause();
  if (cycling && ticks >= cycling->next) cycle();
  fire_due();
}

void VirtualMeter::State::begin_pause(LimitCause cause, unsigned watts, std::int64_t length) {
  limited_by = cause;
  write(LogId::OperatingCondition, EventCode::LoadLimitExceeded, static_cast<std::uint16_t>(cause),
        watts);
  hold(SupplyCauses::kOverload, 0);
  overload_until = ticks + length;
  returns_by_itself = cause != LimitCause::LoadLimit;
}

void VirtualMeter::State::end_pause() {
  overload_until.reset();
  write(LogId::OperatingCondition, EventCode::LoadLimitRestored,
        static_cast<std::uint16_t>(limited_by));
  if (!std::exchange(returns_by_itself, false)) return release(SupplyCauses::kOverload, 0);
  // Nothing else has opened it meanwhile, so it closes again without a hand (J-31).
  if (relay.release(SupplyCauses::kOverload)) (void)relay.press();
  if (relay.state() == SupplyState::On) write_supply(SupplyCauses::kOverload, 0);
}

void VirtualMeter::State::minute_passed(unsigned watts) {
  check_credit();
  const auto breach = limits.minute_passed();
  if (in_history || relay.state() != SupplyState::On) return;
  if (settings.load_limit_w && watts > *settings.load_limit_w) {
    begin_pause(LimitCause::LoadLimit, watts, kOverloadPause);
  } else if (breach) {
    begin_pause(breach->cause, breach->watts, LimitWatch::kPauseSeconds);
  }
}

std::int64_t VirtualMeter::State::cut_off_minor() const {
  return emergency_credit ? -settings.emergency_credit_minor : 0;
}

void VirtualMeter::State::check_credit() {
  if (in_history || !settings.prepayment) return;
  const std::int64_t balance = account.balance_minor();
  const bool held = relay.causes().has(SupplyCauses::kNoCredit);
  const auto is_friendly = [&] {
    const auto of_day = meter_time() - std::chrono::floor<days>(meter_time());
    const auto hour = static_cast<unsigned>(of_day.count() / kHour);
    return settings.friendly_hours && settings.friendly_hours->hold(hour);
  };
  if (balance >= Account::kLowMinor) emergency_credit = false;
  if (balance > cut_off_minor() && held) {
    write(LogId::Prepayment, EventCode::CreditRestored);
    release(SupplyCauses::kNoCredit, 0);
  } else if (balance <= cut_off_minor() && !held && !is_friendly()) {
    write(LogId::Prepayment, EventCode::CreditExhausted);
    hold(SupplyCauses::kNoCredit, 0);
  }
  if (balance >= Account::kLowMinor) {
    low_credit_written = false;
  } else if (!low_credit_written) {
    low_credit_written = true;
    write(LogId::Prepayment, EventCode::LowCredit);
  }
}

void VirtualMeter::State::write_supply(std::uint16_t cause, operation::TransactionId transaction) {
  const EventCode code = relay.state() == SupplyState::On      ? EventCode::SupplyOn
                         : relay.state() == SupplyState::Armed ? EventCode::SupplyArmed
                                                               : EventCode::SupplyOff;
  write(LogId::Supply, code, cause, transaction);
}

void VirtualMeter::State::hold(std::uint16_t cause, operation::TransactionId transaction) {
  if (cause != SupplyCauses::kManual) end_cycling();
  if (cause != SupplyCauses::kOverload) returns_by_itself = false;
  const bool changed = relay.hold(cause);
  if (changed || transaction != 0) write_supply(cause, transaction);
}

void VirtualMeter::State::release(std::uint16_t causes, operation::TransactionId transaction) {
  end_cycling();
  const auto released = static_cast<std::uint16_t>(relay.causes().bits & causes);
  const bool changed = relay.release(causes);
  if (changed || transaction != 0) write_supply(released, transaction);
}

void VirtualMeter::State::arm(std::uint16_t causes, std::uint16_t why,
                              operation::TransactionId transaction) {
  end_cycling();
  // Nothing closes it by itself any more, whatever it was waiting for.
  returns_by_itself = false;
  relay.arm(causes);
  write_supply(why, transaction);
}

void VirtualMeter::State::set_clock(UtcSeconds to, operation::TransactionId transaction) {
  const sys_days day_before = std::chrono::floor<days>(meter_time());
  energy.clock_set(to);
  clock_base = to - seconds{ticks};
  const sys_days today = std::chrono::floor<days>(to);
  // A jump over midnight: the snapshot is late, and marked.
  if (has_power && today > day_before) energy.take_snapshot(today, IntervalMarks::kClockSet);
  write(LogId::Configuration, EventCode::ClockSet, 0, transaction);
  fire_due();
}

void VirtualMeter::State::set_power(bool on) {
  if (on == has_power) return;
  has_power = on;
  end_cycling();
  confirm_until.reset();
  energy.mark_open(IntervalMarks::kPowerDown);
  write(LogId::Hardware, on ? EventCode::PowerUp : EventCode::PowerDown);
  if (!on) return;
  ++boots;
  if (acceptance) acceptance->power_returned();
  // The day on which power returned gets its snapshot late; days wholly without get none (1.2).
  if (std::exchange(missed_midnight, false)) {
    energy.take_snapshot(std::chrono::floor<days>(meter_time()), IntervalMarks::kPowerDown);
  }
  fire_due();
}

void VirtualMeter::State::live_history() {
  enum Purpose : std::uint64_t { Cut = 101, Vend };
  in_history = true;
  write(LogId::Hardware, EventCode::PowerUp);
  if (std::chrono::floor<days>(born) == born) {
    energy.take_snapshot(std::chrono::floor<days>(born), 0);
  }
  const std::uint64_t vend_weekday = mixed(settings.seed, Vend) % 7;
  for (std::uint64_t day = 0; born + days{day + 1} < made; ++day) {
    const UtcSeconds start = born + days{day};
    const std::uint64_t chance = mixed(settings.seed ^ (std::uint64_t{Cut} << 32U), day);
    if (settings.supply == SupplyState::On && day % 7 == vend_weekday) {
      advance(start + seconds{8 * kHour + static_cast<std::int64_t>(chance >> 40U) % kHour});
      write(LogId::Token, EventCode::TokenAccepted);
      write(LogId::Account, EventCode::BalanceChanged);
    }
    if (chance % 20 == 0) {  // one power cut in about three weeks, 5 to 95 minutes
      const auto at = 9 * kHour + static_cast<std::int64_t>(chance >> 8U & 0xFFFFU) % (12 * kHour);
      advance(start + seconds{at});
      set_power(false);
      advance(start + seconds{at + kMinute * (5 + static_cast<std::int64_t>(chance >> 32U) % 91)});
      set_power(true);
    }
  }
  advance(made);
  in_history = false;
  check_credit();
}

}  // namespace metergate::virtual_meter
