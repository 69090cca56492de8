// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meters/registry.hpp"
#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::registry {
namespace {

using Reason = Refusal::Reason;
using Judged = Result<Done, Refusal>;

Failure<Refusal> refused(Reason reason, std::string text) {
  return failure(Refusal{reason, std::move(text)});
}

std::optional<CustomerId> customer_at(const History& history, const LocationId& location) {
  for (const Occupancy& each : history.occupancies) {
    if (each.location == location && !each.to) return each.customer;
  }
  return std::nullopt;
}

std::optional<CustomerId> customer_of(const History& history, const MeterId& meter) {
  for (const Placement& each : history.placements) {
    if (each.meter == meter && !each.to) return customer_at(history, each.location);
  }
  return std::nullopt;
}

/// The customer the meter served last, wherever that was, if only until just now.
std::optional<CustomerId> last_served(const History& history, const MeterId& meter) {
  std::optional<CustomerId> last;
  UtcTime last_end = UtcTime::min();
  for (const Placement& placement : history.placements) {
    if (placement.meter != meter) continue;
    for (const Occupancy& occupancy : history.occupancies) {
      if (occupancy.location != placement.location) continue;
      const UtcTime begin = std::max(placement.from, occupancy.from);
      const UtcTime end =
          std::min(placement.to.value_or(UtcTime::max()), occupancy.to.value_or(UtcTime::max()));
      if (begin >= end || end < last_end) continue;
      last = occupancy.customer;
      last_end = end;
    }
  }
  return last;
}

/// Carries a change out on a copy of the links, step by step, until a rule forbids one.
class Worker {
 public:
  Worker(const Order& order, const History& history, const Rules& rules)
      : at_{order.effective}, before_{history}, after_{history}, rules_{rules} {}

  Judged operator()(const Assign& change) {
    auto done = place(change.meter, change.location);
    if (!done || !change.customer) return done;
    if (customer_at(after_, change.location) == change.customer) return done;
    return enter(*change.customer, change.location);
  }
  Judged operator()(const Unassign& change) {
    const auto from = take_off(change.meter);
    if (!from) return failure(from.error());
    return Done{};
  }
  Judged operator()(const MoveOut& change) { return leave(change.customer, change.location); }
  Judged operator()(const MoveIn& change) { return enter(change.customer, change.location); }
  Judged operator()(const Move& change) {
    if (change.from == change.to) {
      return refused(
          Reason::SamePlace,
          "location " + change.to.text() + ": the customer moves to where he leaves; name another");
    }
    auto left = leave(change.customer, change.from);
    return left ? enter(change.customer, change.to) : left;
  }
  Judged operator()(const Replace& change) {
    if (change.old_meter == change.new_meter) {
      return refused(Reason::SamePlace,
                     "meter " + change.new_meter.text() + " cannot replace itself; name another");
    }
    const auto location = take_off(change.old_meter);
    if (!location) return failure(location.error());
    return place(change.new_meter, *location);
  }

  [[nodiscard]] Effect effect() {
    for (const Placement& each : after_.placements) {
      if (!each.to && is_touched(each)) add_cot(each.meter);
    }
    return std::move(effect_);
  }

 private:
  Judged too_early(const std::string& whose, UtcTime limit) const {
    return refused(Reason::TooEarly, "effective " + rfc3339::text(at_) + ": " + whose +
                                         " is known until " + rfc3339::text(limit) +
                                         "; it must not be earlier");
  }

  Result<LocationId, Refusal> take_off(const MeterId& meter) {
    for (Placement& each : after_.placements) {
      if (each.meter != meter || each.to) continue;
      if (at_ < each.from) {
        auto early = too_early("the place of meter " + meter.text(), each.from);
        return failure(std::move(early).error());
      }
      each.to = at_;
      effect_.ended.push_back(each);
      return each.location;
    }
    return refused(Reason::MeterNotPlaced,
                   "meter " + meter.text() + " stands at no location; assign it to one first");
  }

  Judged place(const MeterId& meter, const LocationId& location) {
    std::size_t there = 0;
    std::string neighbour;
    for (const Placement& each : after_.placements) {
      const bool is_over = each.to && *each.to <= at_;
      if (is_over) continue;
      if (each.meter == meter) {
        if (each.to) return too_early("the place of meter " + meter.text(), *each.to);
        return refused(Reason::MeterPlaced, "meter " + meter.text() + " stands at location " +
                                                each.location.text() +
                                                " already; unassign it there first");
      }
      if (each.location != location) continue;
      ++there;
      neighbour = each.meter.text();
    }
    if (there >= rules_.meters_per_location) {
      return refused(Reason::LocationTaken, "location " + location.text() + " has meter " +
                                                neighbour + " then, and may have " +
                                                std::to_string(rules_.meters_per_location) +
                                                " at a time; unassign or replace that one");
    }
    const Placement begun{meter, location, at_, std::nullopt};
    after_.placements.push_back(begun);
    effect_.begun.push_back(begun);
    return Done{};
  }

  Judged leave(const CustomerId& customer, const LocationId& location) {
    for (Occupancy& each : after_.occupancies) {
      if (each.location != location || each.customer != customer || each.to) continue;
      if (at_ < each.from) return too_early("customer " + customer.text() + " there", each.from);
      each.to = at_;
      effect_.left.push_back(each);
      return Done{};
    }
    return refused(Reason::CustomerNotThere,
                   "customer " + customer.text() + " is not at location " + location.text());
  }

  // Another customer's name is nothing for the one who asks (promise 6).
  Judged enter(const CustomerId& customer, const LocationId& location) {
    for (const Occupancy& each : after_.occupancies) {
      if (each.location != location || (each.to && *each.to <= at_)) continue;
      if (each.to) return too_early("a customer of location " + location.text(), *each.to);
      return refused(
          Reason::LocationOccupied,
          "location " + location.text() +
              (each.customer == customer ? " has this customer already"
                                         : " has another customer, who must move out first"));
    }
    const Occupancy begun{customer, location, at_, std::nullopt};
    after_.occupancies.push_back(begun);
    effect_.entered.push_back(begun);
    return Done{};
  }

  bool is_touched(const Placement& placement) const {
    const auto here = [&](const Occupancy& each) { return each.location == placement.location; };
    return std::ranges::find(effect_.begun, placement) != effect_.begun.end() ||
           std::ranges::any_of(effect_.left, here) || std::ranges::any_of(effect_.entered, here);
  }

  void add_cot(const MeterId& meter) {
    const auto now = customer_of(after_, meter);
    const auto last = last_served(before_, meter);
    const bool was_serving = customer_of(before_, meter).has_value();
    const bool passes_on = now && last && *last != *now;
    const bool is_left = !now && was_serving;
    if (passes_on || is_left) effect_.cot_due.push_back({meter, last, now});
  }

  UtcTime at_;
  const History& before_;
  History after_;
  const Rules& rules_;
  Effect effect_;
};

}  // namespace

Result<Effect, Refusal> judge(const Order& order, const History& history, const Rules& rules,
                              UtcTime now) {
  if (order.effective > now) {
    return refused(Reason::InFuture, "effective " + rfc3339::text(order.effective) +
                                         " lies in the future; the registry takes what has "
                                         "happened, until " +
                                         rfc3339::text(now));
  }
  Worker worker{order, history, rules};
  if (auto done = std::visit(worker, order.change); !done) return failure(std::move(done).error());
  return worker.effect();
}

}  // namespace metergate::registry
