// SPDX-License-Identifier: Apache-2.0
#include "gateway/scan/scan_address.hpp"

#include <utility>

#include "gateway/drivers/modbus_driver.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::scan {
namespace {

void add(Found& found, const std::string& model_name, const operation::Answer& answer) {
  const Fit fit = judge(answer);
  if (fit == Fit::No || fit < found.fit) return;
  if (fit > found.fit) found.models.clear();
  found.fit = fit;
  found.models.push_back(model_name);
  if (const auto* identity = std::get_if<operation::Identity>(&answer)) {
    found.serial = identity->serial.text();
    found.firmware = identity->firmware;
  }
}

/// A TCP gateway says so of a meter that does not answer behind it (Modbus V1.1b3, 7).
bool says_nobody_is_there(const WireAnswer& answer) {
  if (answer.octets.size() != 2 || (answer.octets[0] & 0x80U) == 0) return false;
  const auto code = static_cast<modbus::ExceptionCode>(answer.octets[1]);
  return code == modbus::ExceptionCode::GatewayPathUnavailable ||
         code == modbus::ExceptionCode::GatewayTargetFailedToRespond;
}

/// A fault that ends the looking, if it is one.
std::optional<Outcome> end_of_it(const OperationFault& fault, bool has_answered) {
  if (fault.reason != OperationFault::Reason::Link || !fault.link) return std::nullopt;
  switch (fault.link->reason) {
    case LinkFault::Reason::NotSent:
    case LinkFault::Reason::Cut:
      return LineBroken{fault.link->what};
    case LinkFault::Reason::NoAnswer:
      // Some meters are silent to a request for registers they do not have.
      if (has_answered) return std::nullopt;
      return NothingThere{Silence::NoAnswer};
    case LinkFault::Reason::BadFrame:
      if (has_answered) return std::nullopt;
      return NothingThere{Silence::Damaged};
  }
  return std::nullopt;
}

}  // namespace

Outcome scan_address(std::uint16_t address, const config::ModelCatalogue& models,
                     const BlockingWire& wire) {
  BlockingWire heard = wire;
  heard.transact = [&](const WireRequest& request) -> WireResult {
    auto result = wire.transact(request);
    if (!result || !says_nobody_is_there(*result)) return result;
    return failure(LinkFault{LinkFault::Reason::NoAnswer, "nobody behind the gateway"});
  };
  Found found{.address = address, .models = {}, .serial = {}, .firmware = {}};
  bool has_answered = false;
  for (const auto& [name, meter_model] : models) {
    const auto asked = question(meter_model);
    if (!asked) continue;
    const ModbusDriver driver{meter_model, 0};
    const auto result = perform(driver, *asked, {.number = address, .name = {}}, heard);
    if (result) {
      add(found, name, *result);
    } else if (auto end = end_of_it(result.error(), has_answered)) {
      return *std::move(end);
    }
    has_answered = true;
  }
  return found;
}

}  // namespace metergate::scan
