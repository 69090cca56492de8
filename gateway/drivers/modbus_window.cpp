// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/modbus_window.hpp"

#include <span>
#include <string>
#include <utility>

namespace metergate::modbus_driver {

using model::FieldRole;

DriverStep ReadWindow::begin(Now) {
  selected_ = window_.access != model::WindowAccess::WriteThenRead;
  if (window_.access == model::WindowAccess::Read) return ask_window();
  WindowContent::Fields select;
  for (const model::Field& field : window_.select.fields) {
    select.push_back({field, selector(field.role), {}});
  }
  modbus::Registers values = model::encode_fields(select);
  if (selected_) {
    return ask(modbus::ReadWriteRegisters{window_.header.address, window_registers(),
                                          window_.select.address, std::move(values)});
  }
  return ask(modbus::WriteRegisters{window_.select.address, std::move(values)}, true);
}

std::uint16_t ReadWindow::window_registers() const {
  return static_cast<std::uint16_t>(window_.header.registers() +
                                    window_.max_records * window_.record_registers());
}

DriverStep ReadWindow::ask_window() {
  return ask(modbus::ReadRegisters{modbus::FunctionCode::ReadHoldingRegisters,
                                   window_.header.address, window_registers()});
}

DriverStep ReadWindow::took(const modbus::Registers& values, Now now) {
  if (!selected_) {
    selected_ = true;
    return ask_window();
  }
  WindowContent content;
  content.header = model::decode_fields(window_.header.fields, values);
  const std::int64_t count = number_of(content.header, FieldRole::Count).value_or(0);
  if (count > window_.max_records) {
    return meaningless("the window says it holds " + std::to_string(count) + " records; at most " +
                       std::to_string(window_.max_records) + " fit");
  }
  std::span<const std::uint16_t> rest = values;
  rest = rest.subspan(window_.header.registers());
  for (std::int64_t i = 0; i < count; ++i) {
    content.records.push_back(
        model::decode_fields(window_.record, rest.first(window_.record_registers())));
    rest = rest.subspan(window_.record_registers());
  }
  return understand(content, now);
}

}  // namespace metergate::modbus_driver
