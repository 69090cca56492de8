// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/mqtt_driver.hpp"

#include <utility>

#include "gateway/drivers/needed_capability.hpp"
#include "gateway/drivers/unsupported_exchange.hpp"
#include "gateway/meter_mqtt/messages.hpp"

namespace metergate {
namespace {

std::optional<Capability> lacking(const CapabilitySet& has, const operation::Operation& op) {
  const auto needed = needed_capability(op);
  if (needed && !has.has(*needed)) return needed;
  const auto* relay = std::get_if<operation::OperateRelay>(&op);
  if (relay != nullptr && relay->order == SupplyState::On && !has.has(Capability::CloseRelay)) {
    return Capability::CloseRelay;
  }
  return std::nullopt;
}

class MqttExchange : public Exchange {
 public:
  MqttExchange(const model::MeterModel& meter_model, operation::Operation operation,
               MeterAddress address)
      : model_{meter_model}, operation_{std::move(operation)}, address_{std::move(address)} {}

  DriverStep begin(Now) override {
    const std::string request = meter_mqtt::encode_request(operation_);
    WireRequest wire;
    wire.to = address_;
    wire.octets.assign(request.begin(), request.end());
    return Transact{std::move(wire)};
  }

  DriverStep answered(WireResult answer, Now now) override {
    if (!answer) return unanswered(std::move(answer).error());
    const std::string_view payload{reinterpret_cast<const char*>(answer->octets.data()),
                                   answer->octets.size()};
    auto response = meter_mqtt::decode_response(operation_, payload, now.utc);
    if (!response) return meaningless(std::move(response).error());
    if (const auto* error = std::get_if<meter_mqtt::MeterError>(&*response)) return said_no(*error);
    auto& result = std::get<operation::Answer>(*response);
    if (auto* page = std::get_if<operation::LogPage>(&result)) map_codes(page->entries);
    return Finished{OperationResult{std::move(result)}};
  }

  DriverStep resume(Now now) override { return begin(now); }

 private:
  [[nodiscard]] bool is_order() const { return operation::changes_meter(operation_); }

  static DriverStep end(OperationFault fault) {
    return Finished{OperationResult{failure(std::move(fault))}};
  }

  [[nodiscard]] DriverStep unanswered(LinkFault why) const {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Link;
    fault.what = why.what;
    fault.order_may_have_arrived = is_order() && why.may_have_arrived();
    fault.link = std::move(why);
    return end(std::move(fault));
  }

  [[nodiscard]] DriverStep meaningless(std::string what) const {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Meaningless;
    fault.what = std::move(what);
    fault.order_may_have_arrived = is_order();
    return end(std::move(fault));
  }

  /// An error says that nothing was carried out: to an order it is the meter's no.
  [[nodiscard]] DriverStep said_no(const meter_mqtt::MeterError& error) const {
    if (is_order()) {
      return Finished{OperationResult{operation::Answer{
          operation::OrderAnswer{operation::OrderRefused{error.code, error.word}}}}};
    }
    OperationFault fault;
    fault.reason = OperationFault::Reason::Refused;
    fault.refusal = error.code;
    fault.what = error.message.empty() ? error.word : error.word + ": " + error.message;
    return end(std::move(fault));
  }

  /// What the model says of a raw code wins over the meter's word for it.
  void map_codes(std::vector<LogEntry>& entries) const {
    for (LogEntry& entry : entries) {
      const auto known = model_.event_codes.find(entry.raw_code);
      if (known != model_.event_codes.end()) entry.code = known->second;
    }
  }

  const model::MeterModel& model_;
  operation::Operation operation_;
  MeterAddress address_;
};

}  // namespace

std::unique_ptr<Exchange> MqttDriver::start(const operation::Operation& operation,
                                            const MeterAddress& address, Pace /*pace*/) const {
  if (const auto missing = lacking(model_.capabilities, operation)) {
    return unsupported_exchange(model_.name, capability_word(*missing));
  }
  return std::make_unique<MqttExchange>(model_, operation, address);
}

}  // namespace metergate
