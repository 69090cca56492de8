// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "meters/lifecycle.hpp"
#include "meters/outcome.hpp"
#include "tests/soak/promises.hpp"

/// Every command against what its meter has seen of it.
namespace metergate::soak {
namespace {

using virtual_meter::ChangeFired;
using virtual_meter::Deed;
using virtual_meter::OrderSeen;

bool is_stale(const OrderSeen& seen) {
  const auto* no = std::get_if<operation::OrderRefused>(&seen.answer);
  return no != nullptr && no->refusal == operation::MeterRefusal::StaleTransaction;
}

/// A command of ours and the transactions it was sent under.
struct Sent {
  const Order* order;
  StoredCommand stored;
  std::vector<operation::TransactionId> transactions;
  std::optional<UtcTime> first_sent;
};

std::optional<Sent> stored_of(const Case& one, const Order& order) {
  const auto stored = one.ledger.find_command(*CommandId::parse(order.id));
  if (!stored || !*stored) return std::nullopt;
  Sent sent{&order, **stored, {}, std::nullopt};
  const auto steps = *one.ledger.steps_of((*stored)->key);
  for (const Step& step : steps) {
    if (step.to != CommandState::Sending) continue;
    if (step.transaction != 0) sent.transactions.push_back(step.transaction);
    if (!sent.first_sent) sent.first_sent = step.at;
  }
  return sent;
}

/// What the meter has seen of a command.
struct Effect {
  std::size_t taken = 0;
  std::size_t refused = 0;
  std::size_t fired = 0;
  bool seen_last = false;  ///< its last transmission
  UtcSeconds at{};
};

Effect effect_of(const Case& one, const Sent& sent) {
  Effect out;
  for (const OrderSeen& seen : one.flat.meter().orders()) {
    const bool ours =
        seen.kind != OrderSeen::Kind::KeyedCode && !is_stale(seen) &&
        std::ranges::find(sent.transactions, seen.transaction) != sent.transactions.end();
    if (!ours) continue;
    out.at = seen.true_time;
    out.seen_last = seen.transaction == sent.transactions.back();
    if (std::holds_alternative<operation::OrderTaken>(seen.answer)) {
      ++out.taken;
    } else {
      ++out.refused;
    }
  }
  for (const ChangeFired& fired : one.flat.meter().changes_fired()) {
    if (fired.kind == ChangeFired::Kind::Tariff) continue;
    if (std::ranges::find(sent.transactions, fired.transaction) != sent.transactions.end()) {
      ++out.fired;
    }
  }
  return out;
}

/// Whether anything at the meter can have wiped out what it knew of an order.
bool may_be_forgotten(const Case& one, const Sent& sent) {
  if (!one.flat.strangers.empty()) return true;
  const auto& orders = one.flat.meter().orders();
  const auto last = sent.transactions.empty() ? 0 : sent.transactions.back();
  return std::ranges::any_of(orders,
                             [&](const OrderSeen& seen) { return seen.transaction > last; });
}

void judge(const Case& one, const Sent& sent, const Effect& effect) {
  const Order& order = *sent.order;
  const auto told = [&](const char* expected) {
    one.broken(
        fmt::format("the outcome of {} is what happened", order.id), expected,
        fmt::format("{} with {} taken, {} refused, {} fired by the meter",
                    state_word(sent.stored.state), effect.taken, effect.refused, effect.fired));
  };
  const bool reaches_meter = order.asks.has_value() || order.verb == Verb::SetClock;
  const bool is_change = order.verb == Verb::ChangeTenancy || order.verb == Verb::ChangeSupplier;
  if (effect.taken > 1) told("taken once");
  if (effect.fired > 1) told("in force once");
  switch (sent.stored.state) {
    case CommandState::Succeeded:
      if (reaches_meter && effect.taken != 1) told("taken once");
      // One that waits at the meter gives way to a later one there.
      if (is_change && effect.fired != 1 && !may_be_forgotten(one, sent)) told("in force once");
      break;
    case CommandState::Rejected:
      if (effect.taken > 0 || effect.refused == 0) told("refused by the meter");
      break;
    case CommandState::Failed:
    case CommandState::Expired:
    case CommandState::Cancelled:
    case CommandState::Superseded:
      if (effect.taken > 0 || effect.fired > 0) told("no effect");
      break;
    case CommandState::Unsettled:
      if (!may_be_forgotten(one, sent)) told("told apart: the meter knows");
      break;
    default:
      told("an end");
  }
}

void check_ends(const Case& one, const Order& order, const std::optional<Sent>& sent) {
  const std::string promise = fmt::format("{} has one outcome", order.id);
  const std::string ends = fmt::format("{}", fmt::join(order.ends, ", "));
  if (order.ends.size() != 1) {
    return one.broken(promise, "one final state told", ends.empty() ? "none" : ends);
  }
  one.report.outcome(ends);
  if (!sent) {
    if (ends != "refused") one.broken(promise, "a record of it", ends + " and no record");
    return;
  }
  if (ends != state_word(sent->stored.state)) {
    one.broken(promise, std::string{state_word(sent->stored.state)}, ends);
  }
}

/// The content of an order without its transaction, as a meter writes it down.
std::string content(operation::Operation asked) {
  return std::visit(
      []([[maybe_unused]] auto& op) -> std::string {
        if constexpr (requires { op.transaction; }) {
          op.transaction = 0;
          if constexpr (requires { Deed{0, {}, op}; }) return Deed{0, {}, op}.text();
        }
        return {};
      },
      asked);
}

void check_content(const Case& one, const std::vector<Sent>& all) {
  std::map<operation::TransactionId, const Sent*> by_transaction;
  for (const Sent& sent : all) {
    for (const auto id : sent.transactions) {
      if (!by_transaction.emplace(id, &sent).second) {
        one.broken("a transaction id is used once", "one command", fmt::format("id {}", id));
      }
    }
  }
  std::set<operation::TransactionId> judged;
  CommandKey last = 0;
  for (const OrderSeen& seen : one.flat.meter().orders()) {
    if (seen.kind == OrderSeen::Kind::KeyedCode || is_stale(seen)) continue;
    if (!judged.insert(seen.transaction).second) {
      one.broken("nothing is sent twice", "each transaction once at the meter",
                 fmt::format("id {}", seen.transaction));
    }
    if (one.flat.strangers.contains(seen.transaction)) continue;
    const auto found = by_transaction.find(seen.transaction);
    if (found == by_transaction.end()) {
      one.broken("nothing is sent that was not first written down", "a record of sending",
                 fmt::format("order under id {}", seen.transaction));
      continue;
    }
    const Sent& sent = *found->second;
    const bool dated = change_order(sent.stored.command.params) != nullptr &&
                       change_order(sent.stored.command.params)->effective.has_value();
    if (dated) continue;
    if (sent.stored.key < last) {
      one.broken("orders leave as they were given", "after the one before",
                 fmt::format("{} was overtaken", sent.order->id));
    }
    last = sent.stored.key;
  }
  for (const Deed& deed : one.flat.deeds) {
    std::visit(
        [&]([[maybe_unused]] const auto& op) {
          if constexpr (requires { op.transaction; }) {
            const auto found = by_transaction.find(op.transaction);
            if (found == by_transaction.end() || !found->second->order->asks) return;
            const std::string wanted = content(*found->second->order->asks);
            const std::string was = content(operation::Operation{op});
            if (wanted != was && !one.flat.strangers.contains(op.transaction)) {
              one.broken(fmt::format("{} is done as it was asked", found->second->order->id),
                         wanted, was);
            }
          }
        },
        deed.what);
  }
}

void check_changes(const Case& one, const std::vector<Sent>& all) {
  constexpr std::chrono::minutes kClocksApart{10};
  std::map<std::string, const Sent*> by_id;
  for (const Sent& sent : all) by_id[sent.order->id] = &sent;
  for (const Sent& sent : all) {
    if (!sent.order->cancels.empty() && sent.stored.state == CommandState::Succeeded) {
      const auto target = by_id.find(sent.order->cancels);
      if (target != by_id.end() && target->second->stored.state != CommandState::Cancelled) {
        one.broken("what is cancelled does not happen", target->first + " cancelled",
                   std::string{state_word(target->second->stored.state)});
      }
    }
    for (const Sent& newer : all) {
      const bool follows = newer.stored.key > sent.stored.key &&
                           newer.order->verb == sent.order->verb &&
                           change_order(sent.stored.command.params) != nullptr;
      if (follows && sent.first_sent &&
          *sent.first_sent > newer.stored.accepted_at + kClocksApart) {
        one.broken("the newest change wins",
                   fmt::format("{} superseded by {}", sent.order->id, newer.order->id),
                   fmt::format("sent at {}", rfc3339::text(*sent.first_sent)));
      }
    }
  }
}

}  // namespace

void check_commands(const Case& one) {
  std::vector<Sent> all;
  for (const Order& order : one.flat.orders) {
    auto sent = stored_of(one, order);
    check_ends(one, order, sent);
    if (sent) all.push_back(std::move(*sent));
    one.report.count("commands", 1);
  }
  for (const Sent& sent : all) judge(one, sent, effect_of(one, sent));
  check_content(one, all);
  check_changes(one, all);
}

}  // namespace metergate::soak
