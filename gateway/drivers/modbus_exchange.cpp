// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/modbus_exchange.hpp"

#include <algorithm>

namespace metergate::modbus_driver {
namespace {

constexpr int kMaxBusyAnswers = 50;
constexpr std::chrono::milliseconds kBusyPause{200};

bool is_busy(modbus::Exception exception) {
  return exception.code == static_cast<std::uint8_t>(modbus::ExceptionCode::ServerDeviceBusy);
}

std::string exception_text(modbus::Exception exception) {
  return "Modbus exception " + std::to_string(exception.code) + ", " +
         std::string{modbus::exception_word(static_cast<modbus::ExceptionCode>(exception.code))};
}

}  // namespace

DriverStep ModbusExchange::answered(WireResult answer, Now now) {
  if (!answer) {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Link;
    fault.link = answer.error();
    fault.what = answer.error().what;
    // Of a question that follows the order, nothing can be concluded about the order.
    const bool is_order = std::holds_alternative<modbus::WriteRegisters>(asked_);
    if (is_order && !answer.error().may_have_arrived()) order_left_ = false;
    return fail(std::move(fault));
  }
  const auto response = modbus::decode_response(asked_, answer->octets);
  if (!response) {
    return meaningless("the answer is no answer to the request: " +
                       std::string{modbus::fault_word(response.error().reason)} + " at octet " +
                       std::to_string(response.error().offset));
  }
  if (const auto* exception = std::get_if<modbus::Exception>(&*response)) {
    if (is_busy(*exception) && ++busy_answers_ <= kMaxBusyAnswers) {
      return ask_again_after(kBusyPause);
    }
    return refused(*exception, now);
  }
  if (const auto* read = std::get_if<modbus::RegistersRead>(&*response)) {
    return took(read->values, now);
  }
  return took({}, now);
}

DriverStep ModbusExchange::resume(Now) { return ask(asked_, keep_meter_); }

DriverStep ModbusExchange::refused(modbus::Exception exception, Now) {
  OperationFault fault;
  fault.reason = OperationFault::Reason::Refused;
  fault.refusal = refusal_of(exception);
  fault.what = exception_text(exception);
  return fail(std::move(fault));
}

DriverStep ModbusExchange::ask(modbus::Request request, bool keep_meter) {
  asked_ = std::move(request);
  keep_meter_ = keep_meter;
  WireRequest wire;
  wire.to = address_;
  wire.octets = modbus::encode_request(asked_);
  wire.answer_octets = modbus::response_octets(asked_);
  return Transact{std::move(wire), keep_meter};
}

DriverStep ModbusExchange::ask(const model::Block& block) {
  const auto function = block.space == model::RegisterSpace::Input
                            ? modbus::FunctionCode::ReadInputRegisters
                            : modbus::FunctionCode::ReadHoldingRegisters;
  return ask(modbus::ReadRegisters{function, block.address, block.registers()});
}

DriverStep ModbusExchange::ask_again_after(std::chrono::milliseconds pause) { return Pause{pause}; }

DriverStep ModbusExchange::finish(operation::Answer answer) {
  return Finished{OperationResult{std::move(answer)}};
}

DriverStep ModbusExchange::fail(OperationFault fault) const {
  fault.order_may_have_arrived = order_left_;
  return Finished{OperationResult{failure(std::move(fault))}};
}

DriverStep ModbusExchange::meaningless(std::string what) const {
  OperationFault fault;
  fault.reason = OperationFault::Reason::Meaningless;
  fault.what = std::move(what);
  return fail(std::move(fault));
}

std::optional<model::FieldValue> find_field(const std::vector<model::FieldValue>& fields,
                                            model::FieldRole role) {
  const auto found = std::ranges::find_if(
      fields, [&](const model::FieldValue& value) { return value.field.role == role; });
  if (found == fields.end()) return std::nullopt;
  return *found;
}

std::optional<std::int64_t> number_of(const std::vector<model::FieldValue>& fields,
                                      model::FieldRole role) {
  const auto found = find_field(fields, role);
  if (!found) return std::nullopt;
  return found->number;
}

operation::MeterRefusal refusal_of(modbus::Exception exception) {
  switch (static_cast<modbus::ExceptionCode>(exception.code)) {
    case modbus::ExceptionCode::IllegalFunction:
      return operation::MeterRefusal::NotSupported;
    case modbus::ExceptionCode::IllegalDataAddress:
    case modbus::ExceptionCode::IllegalDataValue:
      return operation::MeterRefusal::OutOfRange;
    default:
      return operation::MeterRefusal::Other;
  }
}

}  // namespace metergate::modbus_driver
