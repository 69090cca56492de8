// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/modbus_window.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

namespace metergate::modbus_driver {

using model::FieldRole;

namespace {

/// How many records one request brings. What is not selected shows the same at each request: it is
/// read as a whole.
std::int64_t records_at_once(const model::Window& window, Pace pace) {
  if (pace == Pace::Full || window.access == model::WindowAccess::Read) return window.max_records;
  // Function 23 is five octets longer than function 3, and then the selection itself.
  const int selection =
      window.access == model::WindowAccess::WriteRead ? 3 + window.select.registers() : 0;
  const int room = kBriefRegisters - selection - window.header.registers();
  return std::clamp<std::int64_t>(room / window.record_registers(), 1, window.max_records);
}

}  // namespace

ReadWindow::ReadWindow(const model::MeterModel& meter_model, const MeterAddress& address,
                       const model::Window& window, Pace pace)
    : ModbusExchange{meter_model, address},
      window_{window},
      records_at_once_{records_at_once(window, pace)} {}

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
                                    records_at_once_ * window_.record_registers());
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
  content.is_cut = count > records_at_once_;
  for (std::int64_t i = 0; i < std::min(count, records_at_once_); ++i) {
    content.records.push_back(
        model::decode_fields(window_.record, rest.first(window_.record_registers())));
    rest = rest.subspan(window_.record_registers());
  }
  return understand(content, now);
}

}  // namespace metergate::modbus_driver
