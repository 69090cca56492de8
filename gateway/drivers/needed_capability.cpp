// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/needed_capability.hpp"

#include <array>

namespace metergate {
namespace {

/// In the order of operation::Operation.
constexpr std::array<std::optional<Capability>, 16> kNeeds{
    std::nullopt,         Capability::Registers,     Capability::Profile,
    Capability::Daily,    Capability::Logs,          Capability::ReadClock,
    Capability::SetClock, Capability::ReadRelay,     Capability::OperateRelay,
    Capability::Tokens,   Capability::Transactions,  Capability::Billing,
    Capability::Tariffs,  Capability::ChangeTenancy, Capability::ChangeSupplier,
    Capability::Tariffs};
static_assert(kNeeds.size() == std::variant_size_v<operation::Operation>);

}  // namespace

std::optional<Capability> needed_capability(const operation::Operation& operation) {
  return kNeeds[operation.index()];
}

}  // namespace metergate
