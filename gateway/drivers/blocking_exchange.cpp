// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/blocking_exchange.hpp"

namespace metergate {
namespace {

/// A whole operation is a handful of exchanges; more means that the two sides talk past each other.
constexpr std::size_t kMostExchanges = 1'000;

}  // namespace

OperationResult perform(const Driver& driver, const operation::Operation& operation,
                        const MeterAddress& address, const BlockingWire& wire, Pace pace) {
  const auto exchange = driver.start(operation, address, pace);
  DriverStep step = exchange->begin(wire.now());
  for (std::size_t i = 0; i < kMostExchanges; ++i) {
    if (auto* finished = std::get_if<Finished>(&step)) return std::move(finished->result);
    if (const auto* pause = std::get_if<Pause>(&step)) {
      wire.pause(pause->length);
      step = exchange->resume(wire.now());
      continue;
    }
    auto answer = wire.transact(std::get<Transact>(step).request);
    step = exchange->answered(std::move(answer), wire.now());
  }
  OperationFault endless;
  endless.reason = OperationFault::Reason::Meaningless;
  endless.what = "no end after " + std::to_string(kMostExchanges) + " exchanges";
  return failure(std::move(endless));
}

}  // namespace metergate
