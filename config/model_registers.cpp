// SPDX-License-Identifier: Apache-2.0
#include "config/model_judge.hpp"
#include "meters/models/register_codec.hpp"

namespace metergate::config {
namespace {

unsigned end_of(const model::ModbusRegister& reg) {
  return unsigned{reg.address} + model::registers_of(reg.type);
}

}  // namespace

void judge_registers(const ReadModel& read, ErrorList& errors) {
  const auto& registers = read.model.modbus.registers;
  for (std::size_t i = 0; i < registers.size(); ++i) {
    const ModelLines::Place& place = read.lines.each_register[i];
    const auto say = [&](std::string expected) {
      errors.add(ConfigError::Kind::Wrong, place.line, place.key, "", std::move(expected));
    };
    const model::ModbusRegister& own = registers[i];
    if (end_of(own) > 65'536) say("registers up to 65535");
    for (std::size_t j = 0; j < i; ++j) {
      const model::ModbusRegister& other = registers[j];
      if (own.space == other.space && own.address < end_of(other) && other.address < end_of(own)) {
        say("registers that do not overlap those of " + other.name);
      }
      if (own.obis == other.obis) {
        say("an OBIS code no other register has; " + other.name + " has " + own.obis.text());
      }
    }
  }
}

}  // namespace metergate::config
