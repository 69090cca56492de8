// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/mode_c_driver.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "gateway/drivers/needed_capability.hpp"
#include "gateway/drivers/unsupported_exchange.hpp"
#include "meters/models/readout_codec.hpp"
#include "protocols/iec62056_21/sign_on.hpp"

namespace metergate {
namespace {

using iec62056_21::DataMessage;
using Understood = Result<operation::Answer, std::string>;
using Understand = std::function<Understood(const DataMessage&, Now)>;

/// One readout, and what an operation wants of it.
class ReadoutExchange : public Exchange {
 public:
  ReadoutExchange(MeterAddress address, Understand understand)
      : address_{std::move(address)}, understand_{std::move(understand)} {}

  DriverStep begin(Now) override {
    WireRequest request;
    request.to = address_;
    request.octets = iec62056_21::RequestMessage{address_.name}.encode();
    return Transact{std::move(request)};
  }

  DriverStep answered(WireResult answer, Now now) override {
    OperationFault fault;
    if (!answer) {
      fault.what = answer.error().what;
      fault.link = std::move(answer).error();
      return Finished{OperationResult{failure(std::move(fault))}};
    }
    const auto readout = iec62056_21::Readout::decode(answer->octets);
    if (!readout) return meaningless(readout.error().text());
    if (const auto error = readout->data.error()) {
      fault.reason = OperationFault::Reason::Refused;
      fault.refusal = operation::MeterRefusal::Other;
      fault.what = "the meter says " + std::string{*error} + " instead of data";
      return Finished{OperationResult{failure(std::move(fault))}};
    }
    Understood understood = understand_(readout->data, now);
    if (!understood) return meaningless(understood.error());
    return Finished{OperationResult{std::move(*understood)}};
  }

  DriverStep resume(Now now) override { return begin(now); }

 private:
  static DriverStep meaningless(std::string what) {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Meaningless;
    fault.what = std::move(what);
    return Finished{OperationResult{failure(std::move(fault))}};
  }

  MeterAddress address_;
  Understand understand_;
};

Understood understand_identity(const model::ModeCLayout& layout, const DataMessage& data) {
  const std::string text = model::readout_text(data, layout.serial);
  const auto serial = SerialNumber::parse(text);
  if (!serial) {
    return failure("data set " + layout.serial + " holds `" + text + "`, no serial number");
  }
  return operation::Answer{
      operation::Identity{*serial, model::readout_text(data, layout.firmware)}};
}

Understood understand_clock(const model::ModeCLayout& layout, const DataMessage& data, Now now) {
  const auto time = model::decode_clock(layout, data);
  if (!time) return failure(time.error());
  return operation::Answer{operation::ClockReading{*time, now.utc, true}};
}

Understood understand_registers(const model::ModeCLayout& layout,
                                const operation::ReadRegisters& op, const DataMessage& data,
                                Now now) {
  RegisterReading reading;
  reading.read_at = now.utc;
  bool any = false;
  for (const model::ModeCRegister& reg : layout.registers) {
    if (!op.only.empty() && std::ranges::find(op.only, reg.obis) == op.only.end()) continue;
    any = true;
    const auto value = model::decode_register(reg, data);
    if (!value) return failure(value.error());
    // Absent in this meter: what is not there is not reported.
    if (*value) reading.values.push_back({reg.obis, **value, reg.unit});
  }
  if (!any) return failure(std::string{"none of the registers asked for is in the model"});
  return operation::Answer{std::move(reading)};
}

}  // namespace

ModeCDriver::ModeCDriver(const model::MeterModel& meter_model)
    : model_{meter_model}, identified_{std::make_shared<Identified>()} {}

std::unique_ptr<Exchange> ModeCDriver::start(const operation::Operation& operation,
                                             const MeterAddress& address, Pace /*pace*/) const {
  const model::ModeCLayout& layout = model_.mode_c;
  const auto exchange = [&address](Understand understand) {
    return std::make_unique<ReadoutExchange>(address, std::move(understand));
  };
  const auto read = [&](Understand understand) {
    return exchange(
        [&layout, known = identified_, number = address.number, understand = std::move(understand)](
            const DataMessage& data, Now now) -> Understood {
          const std::string serial = model::readout_text(data, layout.serial);
          const auto expected = known->find(number);
          if (!serial.empty() && expected != known->end() && serial != expected->second) {
            return failure("the readout is of meter " + serial + ", not of " + expected->second);
          }
          return understand(data, now);
        });
  };
  const auto needed = needed_capability(operation);
  if (needed && !model_.capabilities.has(*needed)) {
    return unsupported_exchange(model_.name, capability_word(*needed));
  }
  if (std::holds_alternative<operation::Identify>(operation) && !layout.serial.empty()) {
    return exchange(
        [&layout, known = identified_, number = address.number](const DataMessage& data, Now) {
          Understood identity = understand_identity(layout, data);
          if (identity) (*known)[number] = model::readout_text(data, layout.serial);
          return identity;
        });
  }
  if (const auto* op = std::get_if<operation::ReadRegisters>(&operation)) {
    return read([&layout, op = *op](const DataMessage& data, Now now) {
      return understand_registers(layout, op, data, now);
    });
  }
  if (std::holds_alternative<operation::ReadClock>(operation)) {
    return read([&layout](const DataMessage& data, Now now) {
      return understand_clock(layout, data, now);
    });
  }
  return unsupported_exchange(model_.name, needed ? capability_word(*needed) : "identification");
}

}  // namespace metergate
