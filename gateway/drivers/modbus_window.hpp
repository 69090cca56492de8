// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gateway/drivers/modbus_exchange.hpp"

namespace metergate::modbus_driver {

/// What a window's header and records say, before they are given a meaning.
struct WindowContent {
  using Fields = std::vector<model::FieldValue>;

  Fields header;
  std::vector<Fields> records;
  bool is_cut = false;  ///< the meter showed further records, which were not read

  [[nodiscard]] bool more() const {
    return is_cut || number_of(header, model::FieldRole::More).value_or(0) != 0;
  }
};

/// Selects and reads one window; the derived class fills the selector and understands the records.
class ReadWindow : public ModbusExchange {
 public:
  ReadWindow(const model::MeterModel& meter_model, const MeterAddress& address,
             const model::Window& window, Pace pace);

  DriverStep begin(Now) final;

 private:
  [[nodiscard]] virtual std::int64_t selector(model::FieldRole role) const = 0;
  [[nodiscard]] virtual DriverStep understand(const WindowContent& content, Now now) = 0;

  DriverStep took(const modbus::Registers& values, Now now) final;
  [[nodiscard]] std::uint16_t window_registers() const;
  [[nodiscard]] DriverStep ask_window();

  const model::Window& window_;
  std::int64_t records_at_once_;
  bool selected_ = false;
};

}  // namespace metergate::modbus_driver
