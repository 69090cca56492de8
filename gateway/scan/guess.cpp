// SPDX-License-Identifier: Apache-2.0
#include "gateway/scan/guess.hpp"

#include <algorithm>

#include "protocols/overloaded.hpp"

namespace metergate::scan {
namespace {

bool can_be_checked(Unit unit) { return unit == Unit::V || unit == Unit::Hz; }

Fit judge_registers(const RegisterReading& reading) {
  Fit fit = Fit::Possible;
  for (const RegisterValue& one : reading.values) {
    if (!can_be_checked(one.unit)) continue;
    const double value = one.value.as_double();
    const bool is_mains =
        one.unit == Unit::V ? value >= 50 && value <= 500 : value >= 45 && value <= 66;
    if (is_mains) {
      fit = Fit::Likely;
    } else if (value != 0) {
      return Fit::No;
    }
  }
  return reading.values.empty() ? Fit::No : fit;
}

}  // namespace

std::string_view fit_word(Fit fit) {
  switch (fit) {
    case Fit::No:
      return "no";
    case Fit::Possible:
      return "possible";
    case Fit::Likely:
      return "likely";
    case Fit::Identified:
      return "identified";
  }
  return {};
}

std::optional<operation::Operation> question(const model::MeterModel& meter_model) {
  if (meter_model.protocol != model::Protocol::Modbus) return std::nullopt;
  if (meter_model.modbus.identification) return operation::Identify{};
  const auto& registers = meter_model.modbus.registers;
  operation::ReadRegisters read;
  for (const model::ModbusRegister& one : registers) {
    if (can_be_checked(one.unit)) read.only.push_back(one.obis);
  }
  if (read.only.empty() && !registers.empty()) read.only.push_back(registers.front().obis);
  if (read.only.empty()) return std::nullopt;
  return read;
}

Fit judge(const operation::Answer& answer) {
  return std::visit(
      Overloaded{[](const operation::Identity&) { return Fit::Identified; },
                 [](const RegisterReading& reading) { return judge_registers(reading); },
                 [](const auto&) { return Fit::No; }},
      answer);
}

}  // namespace metergate::scan
