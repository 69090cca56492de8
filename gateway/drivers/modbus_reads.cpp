// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/drivers/modbus_operations.hpp"

namespace metergate::modbus_driver {
namespace {

using model::FieldRole;

modbus::FunctionCode function_for(model::RegisterSpace space) {
  return space == model::RegisterSpace::Input ? modbus::FunctionCode::ReadInputRegisters
                                              : modbus::FunctionCode::ReadHoldingRegisters;
}

class ReadRegisters : public ModbusExchange {
 public:
  ReadRegisters(const model::MeterModel& meter_model, const MeterAddress& address,
                const operation::ReadRegisters& op, const modbus::PlanLimits& limits)
      : ModbusExchange{meter_model, address} {
    std::vector<modbus::WantedRegisters> spans;
    for (const model::ModbusRegister& reg : layout().registers) {
      if (!op.only.empty() && std::ranges::find(op.only, reg.obis) == op.only.end()) continue;
      wanted_.push_back(&reg);
      spans.push_back({function_for(reg.space), reg.address, model::registers_of(reg.type)});
    }
    plan_ = modbus::plan_reads(spans, limits);
  }

  DriverStep begin(Now) override {
    if (plan_.empty()) return meaningless("none of the registers asked for is in the model");
    return ask(plan_.front().request);
  }

 private:
  DriverStep took(const modbus::Registers& values, Now now) override {
    const modbus::ReadBlock& block = plan_[at_];
    if (at_ == 0) reading_.read_at = now.utc;
    for (const std::size_t index : block.wanted) {
      const model::ModbusRegister& reg = *wanted_[index];
      const auto raw =
          std::span{values}.subspan(static_cast<std::size_t>(reg.address - block.request.address),
                                    model::registers_of(reg.type));
      if (const auto value = model::decode_register(reg, raw)) {
        reading_.values.push_back({reg.obis, *value, reg.unit});
      }
    }
    if (++at_ < plan_.size()) return ask(plan_[at_].request);
    return finish(std::move(reading_));
  }

  std::vector<const model::ModbusRegister*> wanted_;
  std::vector<modbus::ReadBlock> plan_;
  std::size_t at_ = 0;
  RegisterReading reading_;
};

/// One block, read and understood by `Understand(fields, model, now) -> Result<Answer, string>`.
template <typename Understand>
class ReadBlock : public ModbusExchange {
 public:
  ReadBlock(const model::MeterModel& meter_model, const MeterAddress& address,
            const model::Block& block, Understand understand)
      : ModbusExchange{meter_model, address}, block_{block}, understand_{understand} {}

  DriverStep begin(Now) override { return ask(block_); }

 private:
  DriverStep took(const modbus::Registers& values, Now now) override {
    const auto fields = model::decode_fields(block_.fields, values);
    Result<operation::Answer, std::string> answer = understand_(fields, meter_model(), now);
    if (!answer) return meaningless(answer.error());
    return finish(std::move(*answer));
  }

  const model::Block& block_;
  Understand understand_;
};

template <typename Understand>
ExchangePtr read_block(const model::MeterModel& meter_model, const MeterAddress& address,
                       const model::Block& block, Understand understand) {
  return std::make_unique<ReadBlock<Understand>>(meter_model, address, block, understand);
}

using Fields = std::vector<model::FieldValue>;
using Understood = Result<operation::Answer, std::string>;

Understood understand_identity(const Fields& fields, const model::MeterModel&, Now) {
  const auto field = find_field(fields, FieldRole::Serial);
  const std::string text = !field                 ? std::string{}
                           : !field->text.empty() ? field->text
                                                  : std::to_string(field->number);
  const auto serial = SerialNumber::parse(text);
  if (!serial) return failure(std::string{"the serial number register holds no serial number"});
  operation::Identity identity{*serial, {}};
  if (const auto firmware = find_field(fields, FieldRole::Firmware)) {
    identity.firmware = firmware->text.empty() ? std::to_string(firmware->number) : firmware->text;
  }
  return operation::Answer{std::move(identity)};
}

Understood understand_clock(const Fields& fields, const model::MeterModel&, Now now) {
  const auto time = number_of(fields, FieldRole::Time);
  if (!time) return failure(std::string{"the clock block has no time field"});
  operation::ClockReading clock;
  clock.meter_time = UtcSeconds{std::chrono::seconds{*time}};
  clock.read_at = now.utc;
  clock.meter_trusts_it = number_of(fields, FieldRole::ClockTrusted).value_or(1) != 0;
  return operation::Answer{clock};
}

Understood understand_relay(const Fields& fields, const model::MeterModel& meter_model, Now) {
  const auto state = number_of(fields, FieldRole::State);
  const auto& states = meter_model.modbus.relay_states;
  const auto known = state ? states.find(static_cast<std::uint16_t>(*state)) : states.end();
  if (known == states.end()) {
    return failure("the relay register holds " + (state ? std::to_string(*state) : "nothing") +
                   ", which the model does not name");
  }
  RelayReading relay;
  relay.state = known->second;
  relay.causes.bits = static_cast<std::uint16_t>(number_of(fields, FieldRole::Causes).value_or(0));
  relay.operations_today =
      static_cast<std::uint16_t>(number_of(fields, FieldRole::OperationsToday).value_or(0));
  relay.last_transaction_id =
      static_cast<std::uint32_t>(number_of(fields, FieldRole::TransactionId).value_or(0));
  return operation::Answer{relay};
}

}  // namespace

ExchangePtr read_registers(const model::MeterModel& meter_model, const MeterAddress& address,
                           operation::ReadRegisters op, const modbus::PlanLimits& limits) {
  return std::make_unique<ReadRegisters>(meter_model, address, op, limits);
}

ExchangePtr identify(const model::MeterModel& meter_model, const MeterAddress& address) {
  return read_block(meter_model, address, *meter_model.modbus.identification, understand_identity);
}

ExchangePtr read_clock(const model::MeterModel& meter_model, const MeterAddress& address) {
  return read_block(meter_model, address, *meter_model.modbus.clock, understand_clock);
}

ExchangePtr read_relay(const model::MeterModel& meter_model, const MeterAddress& address) {
  return read_block(meter_model, address, *meter_model.modbus.relay, understand_relay);
}

}  // namespace metergate::modbus_driver
