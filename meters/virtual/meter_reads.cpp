// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "meters/virtual/load_curve.hpp"
#include "meters/virtual/meter_state.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::virtual_meter {
namespace {

using cosem::ObisCode;
using operation::Answer;
using operation::OrderRefused;
using std::chrono::days;

// What one page of an answer holds; a week of half-hours keeps a JSON message below 64 kB.
constexpr std::size_t kProfilePage = 336;
constexpr std::size_t kDailyPage = 100;
constexpr std::size_t kLogPage = 100;
constexpr std::size_t kBillingPage = 50;

constexpr ObisCode code(std::uint8_t a, std::uint8_t c, std::uint8_t d) {
  return ObisCode{{a, 0, c, d, 0, 255}};
}
constexpr ObisCode kImport = code(1, 1, 8);
constexpr ObisCode kReactive = code(1, 3, 8);
constexpr ObisCode kImportPeriod = code(1, 1, 29);
constexpr ObisCode kReactivePeriod = code(1, 3, 29);

constexpr std::int64_t kPowerFactorPercent = 95;
constexpr std::int64_t kReactivePercent = 33;

/// What can be measured at one moment.
struct Moment {
  std::int64_t wh;
  std::int64_t varh;
  std::int64_t watts;
  PhaseWatts phases;
  std::int64_t wander;  ///< of the mains, -30 to 30
  std::int64_t balance_minor;

  [[nodiscard]] constexpr std::int64_t tenths_of_volt() const { return 2'300 + wander; }
  [[nodiscard]] constexpr std::int64_t volt_amperes() const {
    return watts * 100 / kPowerFactorPercent;
  }
  /// Hundredths of an ampere.
  [[nodiscard]] constexpr std::int64_t current(std::size_t phase) const {
    return std::int64_t{phases[phase]} * 100 / kPowerFactorPercent * 1'000 / tenths_of_volt();
  }
};

/// What is read when nothing is named.
enum class Told : std::uint8_t { Always, ThreePhases, WhenNamed };

struct Quantity {
  ObisCode obis;
  Unit unit;
  std::int8_t exponent;
  Told told;
  std::int64_t (*value)(const Moment&);
};

constexpr std::int64_t zero(const Moment&) { return 0; }
constexpr std::int64_t active_power(const Moment& m) { return m.watts; }
template <std::size_t Phase>
constexpr std::int64_t phase_power(const Moment& m) {
  return m.phases[Phase];
}
template <std::size_t Phase>
constexpr std::int64_t phase_current(const Moment& m) {
  return m.current(Phase);
}
constexpr std::int64_t voltage(const Moment& m) { return m.tenths_of_volt(); }

// A single phase carries the whole load, so that three-phase models can be shown with it too.
constexpr std::array kQuantities{
    Quantity{kImport, Unit::Wh, 0, Told::Always, [](const Moment& m) { return m.wh; }},
    Quantity{code(1, 2, 8), Unit::Wh, 0, Told::Always, zero},
    Quantity{kReactive, Unit::VArh, 0, Told::Always, [](const Moment& m) { return m.varh; }},
    Quantity{code(1, 1, 7), Unit::W, 0, Told::Always, active_power},
    Quantity{code(1, 32, 7), Unit::V, -1, Told::Always, voltage},
    Quantity{code(1, 31, 7), Unit::A, -2, Told::Always, phase_current<0>},
    Quantity{code(1, 14, 7), Unit::Hz, -2, Told::Always,
             [](const Moment& m) { return 5'000 + m.wander / 10; }},
    Quantity{code(1, 13, 7), Unit::None, -2, Told::Always,
             [](const Moment&) { return kPowerFactorPercent; }},
    Quantity{code(0, 19, 10), Unit::CurrencyMinor, 0, Told::Always,
             [](const Moment& m) { return m.balance_minor; }},
    Quantity{code(1, 3, 7), Unit::VAr, 0, Told::WhenNamed,
             [](const Moment& m) { return m.watts * kReactivePercent / 100; }},
    Quantity{code(1, 9, 7), Unit::VA, 0, Told::WhenNamed,
             [](const Moment& m) { return m.volt_amperes(); }},
    Quantity{code(1, 4, 8), Unit::VArh, 0, Told::WhenNamed, zero},
    Quantity{code(1, 21, 7), Unit::W, 0, Told::ThreePhases, phase_power<0>},
    Quantity{code(1, 41, 7), Unit::W, 0, Told::ThreePhases, phase_power<1>},
    Quantity{code(1, 61, 7), Unit::W, 0, Told::ThreePhases, phase_power<2>},
    Quantity{code(1, 51, 7), Unit::A, -2, Told::ThreePhases, phase_current<1>},
    Quantity{code(1, 71, 7), Unit::A, -2, Told::ThreePhases, phase_current<2>},
    Quantity{code(1, 52, 7), Unit::V, -1, Told::ThreePhases, voltage},
    Quantity{code(1, 72, 7), Unit::V, -1, Told::ThreePhases, voltage},
};

}  // namespace

const std::vector<ObisCode>& VirtualMeter::register_codes() {
  static const std::vector<ObisCode> codes = [] {
    std::vector<ObisCode> out;
    for (const Quantity& quantity : kQuantities) out.push_back(quantity.obis);
    return out;
  }();
  return codes;
}

const std::vector<ObisCode>& VirtualMeter::profile_channels() {
  static const std::vector<ObisCode> codes{kImportPeriod, kReactivePeriod};
  return codes;
}

const std::vector<ObisCode>& VirtualMeter::daily_channels() {
  static const std::vector<ObisCode> codes{kImport, kReactive};
  return codes;
}

ProfileInterval profile_interval(const StoredInterval& stored) {
  const IntervalMarks marks{stored.marks};
  return {stored.start, {{kImportPeriod, stored.wh, marks}, {kReactivePeriod, stored.varh, marks}}};
}

DailySnapshot daily_snapshot(const StoredSnapshot& stored) {
  const IntervalMarks marks{stored.marks};
  return {stored.day, {{kImport, stored.wh, marks}, {kReactive, stored.varh, marks}}};
}

RegisterReading VirtualMeter::State::registers(const std::vector<ObisCode>& only) const {
  // Mains that wander by a few volts and hundredths of a hertz, from minute to minute.
  const auto minute = static_cast<std::uint64_t>(ticks / 60);
  const auto wander = static_cast<std::int64_t>(mixed(settings.seed ^ 0xACU, minute) % 61) - 30;
  const PhaseWatts phases = load();
  const auto watts = std::int64_t{phases[0]} + phases[1] + phases[2];
  const Moment moment{energy.wh(), energy.varh(), watts, phases, wander, account.balance_minor()};
  RegisterReading reading{lived_to, {}};
  for (const Quantity& quantity : kQuantities) {
    const bool usual = quantity.told == Told::Always ||
                       (quantity.told == Told::ThreePhases && settings.phases == 3);
    const bool wanted = only.empty() ? usual : std::ranges::find(only, quantity.obis) != only.end();
    if (!wanted) continue;
    reading.values.push_back(
        {quantity.obis, {quantity.value(moment), quantity.exponent}, quantity.unit});
  }
  return reading;
}

operation::ProfilePage VirtualMeter::State::profile_page(const operation::ReadProfile& op) const {
  operation::ProfilePage page;
  page.covered_to = std::max(op.from, std::min(op.to, energy.open_start()));
  const auto& stored = energy.intervals();
  auto row = std::ranges::lower_bound(stored, op.from, {}, &StoredInterval::start);
  for (; row != stored.end() && row->start < op.to; ++row) {
    if (page.intervals.size() == kProfilePage) {
      page.covered_to = row->start;
      break;
    }
    page.intervals.push_back(profile_interval(*row));
  }
  return page;
}

operation::DailyPage VirtualMeter::State::daily_page(const operation::ReadDaily& op) const {
  operation::DailyPage page;
  const auto tomorrow = std::chrono::floor<days>(meter_time()) + days{1};
  page.covered_to = std::max(op.from, std::min(op.to, tomorrow));
  for (const StoredSnapshot& stored : energy.snapshots()) {
    if (stored.day < op.from || stored.day >= op.to) continue;
    if (page.snapshots.size() == kDailyPage) {
      page.covered_to = stored.day;
      break;
    }
    page.snapshots.push_back(daily_snapshot(stored));
  }
  return page;
}

operation::LogPage VirtualMeter::State::log_page(const operation::ReadLog& op) const {
  const auto& entries = book.entries(op.log);
  const auto first = std::ranges::upper_bound(entries, op.after_sequence, {}, &LogEntry::sequence);
  const auto count = std::min<std::ptrdiff_t>(entries.end() - first, kLogPage);
  return {op.log, {first, first + count}, first + count == entries.end()};
}

operation::BillingPage VirtualMeter::State::billing_page(const operation::ReadBilling& op) const {
  const auto& kept = billing.snapshots();
  const auto first =
      std::ranges::upper_bound(kept, op.after_sequence, {}, &BillingSnapshot::sequence);
  const auto count = std::min<std::ptrdiff_t>(kept.end() - first, kBillingPage);
  return {{first, first + count}, first + count == kept.end()};
}

Result<Answer, OrderRefused> VirtualMeter::perform(const operation::Operation& op, UtcSeconds now) {
  State& state = *state_;
  state.advance(now);
  if (!state.has_power) {
    return failure(OrderRefused{operation::MeterRefusal::Other, "no-power"});
  }
  using Performed = Result<Answer, OrderRefused>;
  return std::visit(
      Overloaded{
          [&](const operation::Identify&) -> Performed {
            return Answer{operation::Identity{state.settings.serial, state.settings.firmware}};
          },
          [&](const operation::ReadRegisters& read) -> Performed {
            RegisterReading reading = state.registers(read.only);
            if (reading.values.empty()) {
              return failure(refused(operation::MeterRefusal::NotSupported));
            }
            return Answer{std::move(reading)};
          },
          [&](const operation::ReadProfile& read) -> Performed {
            return Answer{state.profile_page(read)};
          },
          [&](const operation::ReadDaily& read) -> Performed {
            return Answer{state.daily_page(read)};
          },
          [&](const operation::ReadLog& read) -> Performed { return Answer{state.log_page(read)}; },
          [&](const operation::ReadClock&) -> Performed {
            return Answer{operation::ClockReading{state.meter_time(), now, true}};
          },
          [&](const operation::ReadRelay&) -> Performed { return Answer{relay()}; },
          [&](const operation::ReadTransaction& read) -> Performed {
            return Answer{state.evidence(read.transaction)};
          },
          [&](const operation::ReadBilling& read) -> Performed {
            return Answer{state.billing_page(read)};
          },
          [&](const operation::ReadTariff&) -> Performed { return Answer{tariff()}; },
          [&](const auto& order) -> Performed {
            state.note(order);
            return Answer{state.take(order)};
          },
      },
      op);
}

}  // namespace metergate::virtual_meter
