// SPDX-License-Identifier: Apache-2.0
#include "meters/models/meter_model.hpp"

namespace metergate::model {
namespace {

std::uint16_t length_of(const std::vector<Field>& fields) {
  unsigned registers = 0;
  for (const Field& field : fields) registers += field.registers;
  return static_cast<std::uint16_t>(registers);
}

}  // namespace

std::uint16_t Block::registers() const { return length_of(fields); }
std::uint16_t Window::record_registers() const { return length_of(record); }

}  // namespace metergate::model
