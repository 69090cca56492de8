// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "meters/virtual/virtual_meter.hpp"

/// A meter in service, and the orders that change its tenancy, supplier and tariff.
namespace metergate::virtual_meter::changing {

using namespace std::chrono_literals;

inline constexpr UtcSeconds kNow =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 4} + 10h + 17min;
inline constexpr UtcSeconds kMidnight = std::chrono::sys_days{std::chrono::year{2026} / 3 / 5};

inline Settings in_service() {
  Settings settings{*SerialNumber::parse("VM-0001")};
  settings.seed = 7;
  settings.supply = SupplyState::On;
  settings.history = std::chrono::days{20};
  settings.keep_truth = true;
  return settings;
}

template <typename Order>
operation::OrderAnswer give(VirtualMeter& meter, const Order& order, UtcSeconds now) {
  const auto answer = meter.perform(order, now);
  return std::get<operation::OrderAnswer>(answer.value());
}
inline bool taken(const operation::OrderAnswer& answer) {
  return std::holds_alternative<operation::OrderTaken>(answer);
}
inline operation::MeterRefusal why(const operation::OrderAnswer& answer) {
  return std::get<operation::OrderRefused>(answer).refusal;
}

inline operation::ChangeTenancy tenancy(std::optional<UtcSeconds> effective,
                                        operation::TransactionId id,
                                        ChangeActions actions = ChangeActions::all(),
                                        RelayAfter relay = RelayAfter::Off) {
  return {effective, actions, relay, 0x1'0000 + id, id};
}
inline operation::ChangeTenancy tenancy_with(ChangeAction action, operation::TransactionId id) {
  ChangeActions actions;
  actions.add(action);
  return tenancy(std::nullopt, id, actions, RelayAfter::Unchanged);
}
inline operation::ChangeSupplier supplier(std::optional<UtcSeconds> effective,
                                          operation::TransactionId id) {
  operation::ChangeSupplier order;
  order.supplier = {2, "South Power"};
  order.effective = effective;
  order.actions.add(ChangeAction::BillingBefore);
  order.actions.add(ChangeAction::BillingAfter);
  order.event_id = 700 + id;
  order.transaction = id;
  return order;
}
inline operation::SetTariff tariff(std::uint32_t tariff_id, std::uint32_t supplier_id,
                                   std::optional<UtcSeconds> activates,
                                   operation::TransactionId id) {
  return {{tariff_id, {supplier_id, "Supplier " + std::to_string(supplier_id)}, 40}, activates, id};
}

inline std::vector<EventCode> codes(const VirtualMeter& meter, LogId log) {
  std::vector<EventCode> out;
  for (const LogEntry& entry : meter.log(log)) out.push_back(entry.code);
  return out;
}
inline std::vector<BillingCause> causes(const VirtualMeter& meter) {
  std::vector<BillingCause> out;
  for (const BillingSnapshot& snapshot : meter.billing()) out.push_back(snapshot.cause);
  return out;
}
inline std::vector<ProfileInterval> all_intervals(const VirtualMeter& meter) {
  return meter.intervals(UtcSeconds{}, UtcSeconds::max());
}
inline VirtualMeter again(const VirtualMeter& meter) {
  return std::move(VirtualMeter::restore(meter.save()).value());
}

}  // namespace metergate::virtual_meter::changing
