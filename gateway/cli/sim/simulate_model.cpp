// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/sim/simulate_model.hpp"

#include <algorithm>
#include <variant>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/drivers/blocking_exchange.hpp"
#include "gateway/drivers/modbus_driver.hpp"
#include "gateway/sim/modbus/slave.hpp"
#include "meters/virtual/virtual_meter.hpp"

namespace metergate::cli {
namespace {

using virtual_meter::VirtualMeter;

/// Driver on one side, virtual meter on the other, the wire left out.
class Bench {
 public:
  Bench(const model::MeterModel& meter_model, UtcSeconds now)
      : driver_{meter_model, 0},
        slave_{meter_model},
        meter_{settings(meter_model), now},
        now_{now} {}

  OperationResult perform(const operation::Operation& operation) {
    return metergate::perform(driver_, operation, {.number = 1, .name = {}},
                              {[this](const WireRequest& request) { return transact(request); },
                               [this] { return time(); },
                               [this](std::chrono::milliseconds length) { passed_ += length; }});
  }

 private:
  WireResult transact(const WireRequest& request) {
    meter_.advance(time_in_seconds());
    auto answer = slave_.serve(meter_, request.octets, time_in_seconds());
    if (answer) return WireAnswer{.octets = std::move(*answer)};
    return failure(LinkFault{LinkFault::Reason::NoAnswer, "no power"});
  }
  static virtual_meter::Settings settings(const model::MeterModel& meter_model) {
    virtual_meter::Settings out{.serial = *SerialNumber::parse("12345678")};
    out.capture_period = meter_model.capture_period;
    out.relay_operations_per_day = meter_model.relay_operations_per_day;
    out.history = std::chrono::days{2};
    out.supply = SupplyState::On;
    return out;
  }
  [[nodiscard]] UtcSeconds time_in_seconds() const {
    return now_ + std::chrono::floor<std::chrono::seconds>(passed_);
  }
  [[nodiscard]] Now time() const { return {Instant{} + passed_, UtcTime{now_} + passed_}; }

  ModbusDriver driver_;
  sim::ModbusSlave slave_;
  VirtualMeter meter_;
  UtcSeconds now_;
  std::chrono::milliseconds passed_{0};
};

std::string count_text(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string{what};
}

std::string told(const operation::Answer& answer) {
  struct Teller {
    std::string operator()(const operation::Identity& identity) const {
      return "serial number " + identity.serial.text() +
             (identity.firmware.empty() ? "" : ", firmware " + identity.firmware);
    }
    std::string operator()(const RegisterReading& reading) const {
      return count_text(reading.values.size(), "registers");
    }
    std::string operator()(const operation::ProfilePage& page) const {
      return count_text(page.intervals.size(), "intervals in the first page");
    }
    std::string operator()(const operation::DailyPage& page) const {
      return count_text(page.snapshots.size(), "days in the first page");
    }
    std::string operator()(const operation::LogPage& page) const {
      return count_text(page.entries.size(), "entries in the first page");
    }
    std::string operator()(const operation::ClockReading& clock) const {
      return rfc3339::text(clock.meter_time);
    }
    std::string operator()(const RelayReading& relay) const {
      return std::string{supply_word(relay.state)};
    }
    std::string operator()(const operation::OrderAnswer&) const { return "order answered"; }
    std::string operator()(const operation::TransactionEvidence&) const { return "answered"; }
    std::string operator()(const operation::BillingPage& page) const {
      return count_text(page.snapshots.size(), "billing snapshots");
    }
    std::string operator()(const TariffReading& tariff) const {
      return "tariff " + std::to_string(tariff.active.id) + ", " +
             count_text(tariff.pending.size(), "more to come");
    }
  };
  return std::visit(Teller{}, answer);
}

void print_registers(Console& console, const model::MeterModel& meter_model,
                     const RegisterReading& reading) {
  const auto not_measured = sim::ModbusSlave::not_measured(meter_model);
  Table table{{{"register"}, {"name"}, {"value", Table::Align::Right}, {"unit"}, {""}}};
  for (const model::ModbusRegister& reg : meter_model.modbus.registers) {
    const auto value = std::ranges::find(reading.values, reg.obis, &RegisterValue::obis);
    const bool is_made_up = std::ranges::find(not_measured, reg.obis) != not_measured.end();
    table.add({reg.obis.text(), reg.name,
               value == reading.values.end() ? "absent" : value->value.text(),
               std::string{unit_symbol(reg.unit)},
               is_made_up ? "(virtual meters do not measure it)" : ""});
  }
  console.out << table.text() << '\n';
}

struct Reading {
  std::string name;
  std::optional<Capability> needs;
  operation::Operation operation;
};

std::vector<Reading> readings_of(const model::MeterModel& meter_model, UtcSeconds now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  std::vector<Reading> out;
  if (meter_model.modbus.identification) out.push_back({"identity", {}, operation::Identify{}});
  out.push_back({"registers", Capability::Registers, operation::ReadRegisters{}});
  out.push_back({"clock", Capability::ReadClock, operation::ReadClock{}});
  out.push_back({"relay", Capability::ReadRelay, operation::ReadRelay{}});
  out.push_back(
      {"profile", Capability::Profile, operation::ReadProfile{now - std::chrono::days{1}, now}});
  out.push_back({"daily", Capability::Daily,
                 operation::ReadDaily{today - std::chrono::days{1}, today + std::chrono::days{1}}});
  for (const auto& [raw, log] : meter_model.modbus.log_numbers) {
    out.push_back({"log " + std::string{log_word(log)}, Capability::Logs,
                   operation::ReadLog{.log = log, .after_sequence = 0}});
  }
  out.push_back({"billing", Capability::Billing, operation::ReadBilling{}});
  out.push_back({"tariff", Capability::Tariffs, operation::ReadTariff{}});
  std::erase_if(out, [&](const Reading& reading) {
    return reading.needs && !meter_model.capabilities.has(*reading.needs);
  });
  return out;
}

}  // namespace

int simulate_model(Console& console, const model::MeterModel& meter_model) {
  if (meter_model.protocol != model::Protocol::Modbus) {
    return complain(console, {kUsage, "--simulate: model " + meter_model.name +
                                          " does not speak Modbus; there are no registers to try"});
  }
  const UtcSeconds now = std::chrono::floor<std::chrono::seconds>(utc_now());
  Bench bench{meter_model, now};
  Table table{{{"simulated"}, {"result"}}};
  bool all_well = true;
  for (const Reading& reading : readings_of(meter_model, now)) {
    const OperationResult result = bench.perform(reading.operation);
    if (!result) {
      all_well = false;
      table.add({reading.name, painted(console, Paint::Red, "failed: " + result.error().what)});
      continue;
    }
    if (const auto* registers = std::get_if<RegisterReading>(&*result)) {
      print_registers(console, meter_model, *registers);
    }
    table.add({reading.name, told(*result)});
  }
  console.out << table.text();
  return all_well ? kOk : kConfigurationError;
}

}  // namespace metergate::cli
