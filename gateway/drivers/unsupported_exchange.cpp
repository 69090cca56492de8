// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/unsupported_exchange.hpp"

#include <string>

namespace metergate {
namespace {

class Unsupported : public Exchange {
 public:
  explicit Unsupported(std::string what) : what_{std::move(what)} {}
  DriverStep begin(Now) override { return end(); }
  DriverStep answered(WireResult, Now) override { return end(); }
  DriverStep resume(Now) override { return end(); }

 private:
  [[nodiscard]] DriverStep end() const {
    OperationFault fault;
    fault.reason = OperationFault::Reason::Unsupported;
    fault.what = what_;
    return Finished{OperationResult{failure(std::move(fault))}};
  }
  std::string what_;
};

}  // namespace

std::unique_ptr<Exchange> unsupported_exchange(std::string_view model, std::string_view what) {
  return std::make_unique<Unsupported>("model " + std::string{model} + " has no " +
                                       std::string{what});
}

}  // namespace metergate
