// SPDX-License-Identifier: Apache-2.0
#include "config/budget.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "meters/models/register_codec.hpp"
#include "protocols/modbus/read_plan.hpp"

namespace metergate::config {
namespace {

constexpr double kBitsPerCharacter = 11;
constexpr double kDay_s = 86'400;

class LineTime {
 public:
  explicit LineTime(std::uint32_t baud)
      : character_s_{kBitsPerCharacter / baud},
        silence_s_{baud > 19'200 ? 0.00175 : 3.5 * character_s_} {}

  [[nodiscard]] double read(std::size_t registers, double turn_round_s) const {
    return 8 * character_s_ + std::max(turn_round_s, silence_s_) +
           (5.0 + 2.0 * static_cast<double>(registers)) * character_s_ + silence_s_;
  }
  [[nodiscard]] std::uint16_t gap(double turn_round_s) const {
    return modbus::break_even_gap(character_s_, turn_round_s, silence_s_);
  }

 private:
  double character_s_;
  double silence_s_;
};

double turn_round(const model::MeterModel& meter_model) {
  return std::chrono::duration<double>(meter_model.modbus.turn_round).count();
}

std::vector<modbus::ReadBlock> register_plan(const model::MeterModel& meter_model,
                                             const LineTime& time) {
  std::vector<modbus::WantedRegisters> wanted;
  for (const model::ModbusRegister& reg : meter_model.modbus.registers) {
    wanted.push_back({reg.space == model::RegisterSpace::Input
                          ? modbus::FunctionCode::ReadInputRegisters
                          : modbus::FunctionCode::ReadHoldingRegisters,
                      reg.address, model::registers_of(reg.type)});
  }
  const std::uint16_t gap =
      meter_model.modbus.gaps_readable ? time.gap(turn_round(meter_model)) : std::uint16_t{0};
  return modbus::plan_reads(wanted, {meter_model.modbus.max_registers_per_read, gap});
}

/// Seconds of line time a day for a class that is read every `every` at `cost_s`.
double daily(std::chrono::seconds every, double cost_s) {
  return every.count() == 0 ? 0.0 : kDay_s / static_cast<double>(every.count()) * cost_s;
}

double daily_need(const model::MeterModel& meter_model, const Schedule& schedule,
                  const LineTime& time, double registers_s) {
  const double turn_s = turn_round(meter_model);
  const auto& at = meter_model.modbus;
  double need = daily(schedule.registers, registers_s);
  if (at.relay) need += daily(schedule.relay, time.read(at.relay->registers(), turn_s));
  if (at.clock) need += daily(schedule.clock, time.read(at.clock->registers(), turn_s));
  // A full window, and one for each log: what is there to read is not known beforehand.
  const auto window = [&](const std::optional<model::Window>& one) {
    if (!one) return 0.0;
    return time.read(
        one->header.registers() + std::size_t{one->max_records} * one->record_registers(), turn_s);
  };
  need += daily(schedule.profile, window(at.profile));
  need += daily(schedule.daily, window(at.daily));
  need += daily(schedule.logs, static_cast<double>(at.log_numbers.size()) * window(at.logs));
  return need;
}

}  // namespace

std::vector<LineBudget> line_budgets(const Configuration& configuration,
                                     const ModelCatalogue& models) {
  std::vector<LineBudget> budgets;
  for (const Line& line : configuration.lines) {
    const auto* serial = std::get_if<SerialLine>(&line.access);
    if (serial == nullptr) continue;
    const LineTime time{serial->baud};
    LineBudget budget{
        .line = line.name, .baud = serial->baud, .is_known = line.protocol == LineProtocol::Modbus};
    double need_s = 0;
    for (const Meter& meter : configuration.meters) {
      const auto known = models.find(meter.model);
      if (meter.line != line.name || known == models.end()) continue;
      ++budget.meters;
      if (!budget.is_known) continue;
      double registers_s = 0;
      for (const modbus::ReadBlock& block : register_plan(known->second, time)) {
        budget.registers += block.request.count;
        registers_s += time.read(block.request.count, turn_round(known->second));
      }
      budget.round_s += registers_s;
      const auto schedule =
          std::ranges::find(configuration.schedules, meter.schedule, &Schedule::name);
      if (schedule != configuration.schedules.end()) {
        need_s += daily_need(known->second, *schedule, time, registers_s);
      }
    }
    budget.needed_share = need_s / kDay_s;
    budgets.push_back(std::move(budget));
  }
  return budgets;
}

std::string budget_text(const LineBudget& budget) {
  if (!budget.is_known) {
    return "line " + budget.line + ": " + std::to_string(budget.meters) + " meters at " +
           std::to_string(budget.baud) +
           " baud; what they send back is not known beforehand, so there is no budget: the "
           "service's "
           "status line and the metrics tell how busy it is";
  }
  const double per_meter = budget.meters == 0 ? 0.0
                                              : static_cast<double>(budget.registers) /
                                                    static_cast<double>(budget.meters);
  std::array<char, 200> text{};
  const int length =
      std::snprintf(text.data(), text.size(),
                    "line %s: %zu meters x %.0f registers at %u baud need %.1f s a round; the "
                    "schedules take %.1f %% of the line's time",
                    budget.line.c_str(), budget.meters, per_meter, budget.baud, budget.round_s,
                    budget.needed_share * 100);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::vector<std::string> budget_warnings(const Configuration& configuration,
                                         const ModelCatalogue& models) {
  std::vector<std::string> warnings;
  for (const LineBudget& budget : line_budgets(configuration, models)) {
    if (budget.needed_share <= 1.0) continue;
    warnings.push_back(budget_text(budget) +
                       ": more than there is. Read less often, use more lines or a higher rate");
  }
  return warnings;
}

}  // namespace metergate::config
