// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "gateway/drivers/driver.hpp"
#include "meters/models/meter_model.hpp"
#include "meters/models/register_codec.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::modbus_driver {

/// Of a read that is brief (Pace::Brief): 132 ms of a line at 9600 8E1 and a turn-round of 20 ms,
/// where the 125 that the protocol allows are 330 ms.
inline constexpr std::uint16_t kBriefRegisters = 40;

/// What all Modbus exchanges share: asking one PDU at a time, judging the answer against the
/// question, waiting while the meter is busy. The derived classes are one operation each.
class ModbusExchange : public Exchange {
 public:
  ModbusExchange(const model::MeterModel& meter_model, MeterAddress address)
      : model_{meter_model}, address_{std::move(address)} {}

  [[nodiscard]] DriverStep answered(WireResult answer, Now now) final;
  [[nodiscard]] DriverStep resume(Now now) override;

 protected:
  /// The answer to the last `ask`: register values of a read, nothing for a write.
  [[nodiscard]] virtual DriverStep took(const modbus::Registers& values, Now now) = 0;
  /// An exception other than "busy"; the default ends the operation as refused.
  [[nodiscard]] virtual DriverStep refused(modbus::Exception exception, Now now);

  [[nodiscard]] DriverStep ask(modbus::Request request, bool keep_meter = false);
  [[nodiscard]] DriverStep ask(const model::Block& block);
  /// The last question once more, after a pause.
  [[nodiscard]] DriverStep ask_again_after(std::chrono::milliseconds pause);

  [[nodiscard]] static DriverStep finish(operation::Answer answer);
  [[nodiscard]] DriverStep fail(OperationFault fault) const;
  [[nodiscard]] DriverStep meaningless(std::string what) const;

  [[nodiscard]] const model::MeterModel& meter_model() const { return model_; }
  [[nodiscard]] const model::ModbusLayout& layout() const { return model_.modbus; }

  /// From here on, whatever goes wrong, the meter may have taken the order.
  void order_leaves() { order_left_ = true; }
  /// The meter has answered that it did not take it.
  void order_refused() { order_left_ = false; }

 private:
  const model::MeterModel& model_;
  MeterAddress address_;
  modbus::Request asked_;
  bool keep_meter_ = false;
  bool order_left_ = false;
  int busy_answers_ = 0;
};

/// The field of that role, if the block has one.
[[nodiscard]] std::optional<model::FieldValue> find_field(
    const std::vector<model::FieldValue>& fields, model::FieldRole role);
[[nodiscard]] std::optional<std::int64_t> number_of(const std::vector<model::FieldValue>& fields,
                                                    model::FieldRole role);

/// The refusal a Modbus exception stands for.
[[nodiscard]] operation::MeterRefusal refusal_of(modbus::Exception exception);

}  // namespace metergate::modbus_driver
