// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modbus/slave.hpp"

#include <algorithm>
#include <utility>

#include "gateway/sim/modbus/register_image.hpp"
#include "gateway/sim/modbus/slave_blocks.hpp"

namespace metergate::sim {
namespace {

using modbus::ExceptionCode;
using model::FieldRole;
using model::RegisterSpace;
using virtual_meter::VirtualMeter;

modbus::Exception exception(ExceptionCode code) { return {static_cast<std::uint8_t>(code)}; }

/// What is wrong with a request that can't be decoded, in the words of the specification.
Octets refusal_of(OctetView pdu, const modbus::PduFault& fault) {
  const auto code = fault.reason == modbus::PduFault::Reason::WrongFunction
                        ? ExceptionCode::IllegalFunction
                        : ExceptionCode::IllegalDataValue;
  const std::uint8_t function = pdu.empty() ? std::uint8_t{0} : pdu[0];
  return {static_cast<std::uint8_t>(function | 0x80U), static_cast<std::uint8_t>(code)};
}

BlockRegisters measured(const model::ModbusRegister& reg, const RegisterReading& reading) {
  const auto value = std::ranges::find(reading.values, reg.obis, &RegisterValue::obis);
  if (value != reading.values.end()) return model::encode_register(reg, value->value);
  BlockRegisters out(model::registers_of(reg.type));
  std::uint64_t raw = reg.absent.value_or(0);
  if (reg.order == model::WordOrder::BigEndian) {
    for (auto word = out.rbegin(); word != out.rend(); ++word, raw >>= 16U) {
      *word = static_cast<std::uint16_t>(raw);
    }
  } else {
    for (std::uint16_t& word : out) {
      word = static_cast<std::uint16_t>(raw);
      raw >>= 16U;
    }
  }
  return out;
}

bool is_exactly(const std::optional<model::Block>& block, std::uint16_t address,
                std::size_t count) {
  return block && block->address == address && block->registers() == count;
}

}  // namespace

std::vector<cosem::ObisCode> ModbusSlave::not_measured(const model::MeterModel& model) {
  std::vector<cosem::ObisCode> out;
  const auto& codes = VirtualMeter::register_codes();
  for (const model::ModbusRegister& reg : model.modbus.registers) {
    if (std::ranges::find(codes, reg.obis) == codes.end()) out.push_back(reg.obis);
  }
  return out;
}

std::optional<Octets> ModbusSlave::serve(VirtualMeter& meter, OctetView pdu, UtcSeconds now) {
  if (!meter.powered()) return std::nullopt;
  const auto request = modbus::decode_request(pdu);
  if (!request) return refusal_of(pdu, request.error());
  return modbus::encode_response(*request, answer(meter, *request, now));
}

modbus::Response ModbusSlave::answer(VirtualMeter& meter, const modbus::Request& request,
                                     UtcSeconds now) {
  if (const auto* r = std::get_if<modbus::ReadRegisters>(&request)) {
    const auto space = r->function == modbus::FunctionCode::ReadInputRegisters
                           ? RegisterSpace::Input
                           : RegisterSpace::Holding;
    return read(meter, space, r->address, r->count, now);
  }
  if (const auto* rw = std::get_if<modbus::ReadWriteRegisters>(&request)) {
    if (const auto refused = write(meter, rw->write_address, rw->values, now)) return *refused;
    return read(meter, RegisterSpace::Holding, rw->read_address, rw->read_count, now);
  }
  std::optional<modbus::Exception> refused;
  if (const auto* one = std::get_if<modbus::WriteRegister>(&request)) {
    refused = write(meter, one->address, {one->value}, now);
  } else {
    const auto& many = std::get<modbus::WriteRegisters>(request);
    refused = write(meter, many.address, many.values, now);
  }
  if (refused) return *refused;
  return modbus::RegistersWritten{};
}

modbus::Response ModbusSlave::read(VirtualMeter& meter, RegisterSpace space, std::uint16_t address,
                                   std::uint16_t count, UtcSeconds now) const {
  const model::ModbusLayout& layout = model_.modbus;
  if (address + count > 0x10000 || count > layout.max_registers_per_read) {
    return exception(count > layout.max_registers_per_read ? ExceptionCode::IllegalDataValue
                                                           : ExceptionCode::IllegalDataAddress);
  }
  RegisterImage image{space, address, count};

  std::vector<const model::ModbusRegister*> wanted;
  operation::ReadRegisters named;
  for (const model::ModbusRegister& reg : layout.registers) {
    if (!image.wants(reg.space, reg.address, model::registers_of(reg.type))) continue;
    wanted.push_back(&reg);
    named.only.push_back(reg.obis);
  }
  if (!wanted.empty()) {
    // An error means that the meter measures none of them.
    const auto answer = meter.perform(named, now);
    const RegisterReading reading = answer ? std::get<RegisterReading>(*answer) : RegisterReading{};
    for (const model::ModbusRegister* reg : wanted)
      image.put(reg->address, measured(*reg, reading));
  }

  const auto put_block = [&](const std::optional<model::Block>& block, auto make) {
    if (block && image.wants(block->space, block->address, block->registers())) {
      image.put(block->address, make(*block));
    }
  };
  put_block(layout.identification, [&](const auto& b) { return identification(b, meter); });
  put_block(layout.clock, [&](const auto& b) { return clock(b, meter); });
  put_block(layout.relay, [&](const auto& b) { return relay(b, layout, meter); });
  put_block(layout.transaction, [&](const auto& b) { return transaction(b, layout, meter); });

  const auto put_window = [&](const std::optional<model::Window>& window, auto make) {
    if (!window) return;
    const std::size_t size =
        window->header.registers() + std::size_t{window->max_records} * window->record_registers();
    if (image.wants(window->header.space, window->header.address, size)) {
      image.put(window->header.address, make(*window));
    }
  };
  put_window(layout.profile,
             [&](const auto& w) { return profile_window(w, selected_.profile, meter, now); });
  put_window(layout.daily,
             [&](const auto& w) { return daily_window(w, selected_.daily, meter, now); });
  put_window(layout.logs,
             [&](const auto&) { return log_window(model_, selected_.logs, meter, now); });
  put_window(layout.billing,
             [&](const auto& w) { return billing_window(w, selected_.billing, meter, now); });
  put_window(layout.tariff, [&](const auto& w) { return tariff_window(w, meter); });

  auto values = std::move(image).take(layout.gaps_readable);
  if (!values) return exception(ExceptionCode::IllegalDataAddress);
  return modbus::RegistersRead{std::move(*values)};
}

std::optional<modbus::Exception> ModbusSlave::write(VirtualMeter& meter, std::uint16_t address,
                                                    const modbus::Registers& values,
                                                    UtcSeconds now) {
  const model::ModbusLayout& layout = model_.modbus;
  const auto select = [&](const std::optional<model::Window>& window, Fields& selected) {
    if (!window || !is_exactly(window->select, address, values.size())) return false;
    selected = model::decode_fields(window->select.fields, values);
    return true;
  };
  if (select(layout.profile, selected_.profile) || select(layout.daily, selected_.daily) ||
      select(layout.logs, selected_.logs) || select(layout.billing, selected_.billing)) {
    return std::nullopt;
  }
  for (const auto* block : {&layout.token, &layout.operate_relay, &layout.set_clock,
                            &layout.change_tenancy, &layout.change_supplier, &layout.set_tariff}) {
    if (!is_exactly(*block, address, values.size())) continue;
    const auto understood =
        understand_order(meter, **block, model::decode_fields((*block)->fields, values));
    if (!understood) return exception(ExceptionCode::IllegalDataValue);
    return order(meter, *understood, now);
  }
  return exception(ExceptionCode::IllegalDataAddress);
}

std::optional<operation::Operation> ModbusSlave::understand_order(const VirtualMeter& meter,
                                                                  const model::Block& block,
                                                                  const Fields& fields) const {
  const bool numbered = std::ranges::any_of(
      block.fields, [](const model::Field& f) { return f.role == FieldRole::TransactionId; });
  // A model without transaction ids takes every order as the next one.
  const auto id =
      numbered
          ? static_cast<operation::TransactionId>(field_number(fields, FieldRole::TransactionId))
          : meter.relay().last_transaction_id + 1;
  const model::ModbusLayout& layout = model_.modbus;
  if (layout.token && &block == &*layout.token) {
    const auto digits = std::ranges::find_if(
        fields, [](const model::FieldValue& f) { return f.field.role == FieldRole::Digits; });
    if (digits == fields.end()) return std::nullopt;
    const auto token = Token::parse(digits->text);
    if (!token || std::ranges::find(model_.token_kinds, token->kind) == model_.token_kinds.end()) {
      return std::nullopt;
    }
    return operation::WriteToken{*token, id};
  }
  if (layout.operate_relay && &block == &*layout.operate_relay) {
    const auto raw = static_cast<std::uint16_t>(field_number(fields, FieldRole::Order));
    const auto state = layout.relay_states.find(raw);
    if (state == layout.relay_states.end()) return std::nullopt;
    return operation::OperateRelay{state->second, id};
  }
  if (layout.set_clock && &block == &*layout.set_clock) {
    const UtcSeconds time{std::chrono::seconds{field_number(fields, FieldRole::Time)}};
    return operation::SetClock{time, id};
  }
  return understand_change(layout, block, fields, id);
}

std::optional<modbus::Exception> ModbusSlave::order(VirtualMeter& meter,
                                                    const operation::Operation& operation,
                                                    UtcSeconds now) const {
  const auto performed = meter.perform(operation, now);
  if (!performed) return exception(ExceptionCode::ServerDeviceFailure);
  const auto& verdict = std::get<operation::OrderAnswer>(*performed);
  const auto* no = std::get_if<operation::OrderRefused>(&verdict);
  if (no == nullptr) return std::nullopt;
  // The transaction registers go on showing the order before: only an exception can tell.
  if (no->refusal == operation::MeterRefusal::StaleTransaction) {
    return exception(ExceptionCode::IllegalDataValue);
  }
  if (!model_.modbus.transaction) return exception(ExceptionCode::ServerDeviceFailure);
  return std::nullopt;
}

}  // namespace metergate::sim
