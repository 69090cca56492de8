// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "meters/virtual/token_rules.hpp"

namespace metergate::virtual_meter {
namespace {

using operation::MeterRefusal;
using operation::OrderAnswer;
using operation::OrderRefused;
using operation::OrderTaken;
using operation::TransactionId;

}  // namespace

OrderRefused refused(MeterRefusal why) {
  return {why, std::string{operation::meter_refusal_word(why)}};
}

std::optional<OrderRefused> VirtualMeter::State::stale(TransactionId id) {
  if (id > last_transaction) return std::nullopt;
  write(LogId::Security, EventCode::SecurityAccessRefused,
        refusal_number(MeterRefusal::StaleTransaction), id);
  return refused(MeterRefusal::StaleTransaction);
}

OrderAnswer VirtualMeter::State::remember(OrderSeen::Kind kind, TransactionId id,
                                          std::string digits, OrderAnswer answer) {
  last_transaction = std::max(last_transaction, id);
  orders.push_back({kind, id, lived_to, std::move(digits), answer});
  return answer;
}

OrderAnswer VirtualMeter::State::take(const operation::WriteToken& order) {
  const auto kind = OrderSeen::Kind::Token;
  std::string digits = order.token.digits.reveal();
  if (const auto no = stale(order.transaction)) {
    return remember(kind, order.transaction, std::move(digits), *no);
  }
  const Entry entry{order.transaction, std::nullopt};
  OrderAnswer answer = acceptance ? judge_keyed(digits, entry) : judge_open(order.token, entry);
  return remember(kind, order.transaction, std::move(digits), std::move(answer));
}

OrderAnswer VirtualMeter::State::take(const operation::OperateRelay& order) {
  const auto kind = OrderSeen::Kind::Relay;
  const TransactionId id = order.transaction;
  if (const auto no = stale(id)) return remember(kind, id, {}, *no);
  const bool closes = order.order == SupplyState::On;
  const auto hold_back = [&](MeterRefusal why_not) {
    write(LogId::Supply, EventCode::RelayOperationHeld, refusal_number(why_not), id);
    return remember(kind, id, {}, refused(why_not));
  };
  // Most relays are not closed from afar: what the house would do with it can't be seen from there.
  if (order.order == SupplyState::Unknown || (closes && !settings.remote_close)) {
    return hold_back(MeterRefusal::NotSupported);
  }
  // Force connect is for an ARMED relay; what holds one OFF has its own remedy (P-33).
  if (closes && relay.state() == SupplyState::Off) return hold_back(MeterRefusal::NotPermitted);
  if (!relay_limit.admit(ticks)) {
    write(LogId::Security, EventCode::ExcessiveRelayOperations,
          refusal_number(MeterRefusal::RelayLimit), id);
    return remember(kind, id, {}, refused(MeterRefusal::RelayLimit));
  }
  if (order.order == SupplyState::Off) {
    hold(SupplyCauses::kRemote, id);
  } else if (closes) {
    end_cycling();
    (void)relay.press();
    write_supply(0, id);
  } else {
    release(kUndoneByArming, id);
  }
  return remember(kind, id, {}, OrderTaken{});
}

OrderAnswer VirtualMeter::State::take(const operation::SetClock& order) {
  const auto kind = OrderSeen::Kind::Clock;
  if (const auto no = stale(order.transaction)) return remember(kind, order.transaction, {}, *no);
  set_clock(order.time, order.transaction);
  return remember(kind, order.transaction, {}, OrderTaken{});
}

const OrderSeen* VirtualMeter::State::judged(TransactionId id) const {
  // An id that came again and was stale then is still the one that was judged the first time.
  const auto found = std::find_if(orders.rbegin(), orders.rend(), [&](const OrderSeen& seen) {
    const auto* no = std::get_if<OrderRefused>(&seen.answer);
    return seen.kind != OrderSeen::Kind::KeyedCode && seen.transaction == id &&
           !(no && no->refusal == MeterRefusal::StaleTransaction);
  });
  return found == orders.rend() ? nullptr : &*found;
}

operation::TransactionEvidence VirtualMeter::State::evidence(TransactionId id) const {
  if (id > last_transaction) return operation::TransactionNotTaken{};
  // Of orders before the last one it knows what its logs still hold.
  const auto in_a_log = [&](LogId log) {
    return std::ranges::any_of(book.entries(log), [&](const LogEntry& entry) {
      return entry.detail == id && !token_log::keyed_code(entry);
    });
  };
  const bool known = id == last_transaction || in_a_log(LogId::Token) || in_a_log(LogId::Supply) ||
                     in_a_log(LogId::Configuration) || in_a_log(LogId::Security);
  const OrderSeen* seen = known ? judged(id) : nullptr;
  if (seen == nullptr) return operation::TransactionUnknown{};
  return std::visit([](const auto& answer) -> operation::TransactionEvidence { return answer; },
                    seen->answer);
}

}  // namespace metergate::virtual_meter
