// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/soak/promises.hpp"

/// An onlooker at the meter: what was ordered and done there, in its order, and whether the relay
/// may be as it is. A closed relay needs that nobody ordered OFF since somebody armed it.
namespace metergate::soak {
namespace {

using virtual_meter::ChangeFired;
using virtual_meter::Deed;
using virtual_meter::OrderSeen;

bool was_taken(const virtual_meter::VirtualMeter& meter, operation::TransactionId id) {
  return std::ranges::any_of(meter.orders(), [&](const OrderSeen& seen) {
    return seen.transaction == id && seen.kind != OrderSeen::Kind::KeyedCode &&
           std::holds_alternative<operation::OrderTaken>(seen.answer);
  });
}

void moved(Flat& flat, RelayAfter to) {
  if (to == RelayAfter::Unchanged) return;
  flat.ordered_off = to == RelayAfter::Off;
  flat.ordered_since = true;
}

/// The relay order of a change, by the transaction it came under.
RelayAfter relay_of(const Flat& flat, const ChangeFired& fired) {
  for (const Deed& deed : flat.deeds) {
    const auto* tenancy = std::get_if<operation::ChangeTenancy>(&deed.what);
    if (tenancy != nullptr && tenancy->transaction == fired.transaction) return tenancy->relay;
    const auto* supplier = std::get_if<operation::ChangeSupplier>(&deed.what);
    if (supplier != nullptr && supplier->transaction == fired.transaction) return supplier->relay;
  }
  return RelayAfter::Unchanged;
}

/// The transaction of a change; nothing for other deeds.
std::optional<operation::TransactionId> change_under(const Deed& deed) {
  if (const auto* tenancy = std::get_if<operation::ChangeTenancy>(&deed.what)) {
    return tenancy->transaction;
  }
  const auto* supplier = std::get_if<operation::ChangeSupplier>(&deed.what);
  return supplier == nullptr ? std::nullopt : std::optional{supplier->transaction};
}

void follow(Flat& flat) {
  const auto& fired = flat.meter().changes_fired();
  const auto fire_before = [&](std::optional<UtcSeconds> limit) {
    while (flat.changes_seen < fired.size() &&
           (!limit || fired[flat.changes_seen].true_time < *limit)) {
      moved(flat, relay_of(flat, fired[flat.changes_seen++]));
    }
  };
  for (; flat.deeds_seen < flat.deeds.size(); ++flat.deeds_seen) {
    const Deed& deed = flat.deeds[flat.deeds_seen];
    fire_before(deed.time);
    if (const auto change = change_under(deed)) {
      // One at once is in force before the next thing is done.
      const auto at_once = std::ranges::any_of(fired, [&](const ChangeFired& one) {
        return one.transaction == *change && one.true_time == deed.time;
      });
      if (at_once) fire_before(deed.time + std::chrono::seconds{1});
      continue;
    }
    const auto* relay = std::get_if<operation::OperateRelay>(&deed.what);
    if (relay == nullptr || !was_taken(flat.meter(), relay->transaction)) continue;
    // To close is to close what is armed.
    moved(flat, relay->order == SupplyState::Off ? RelayAfter::Off : RelayAfter::Armed);
  }
  fire_before(std::nullopt);
}

}  // namespace

void watch_relay(Flat& flat, const StoredMeter& reported, UtcSeconds now, Report& report) {
  auto fresh = flat.meter().take_deeds();
  flat.deeds.insert(flat.deeds.end(), std::make_move_iterator(fresh.begin()),
                    std::make_move_iterator(fresh.end()));
  follow(flat);
  const RelayReading relay = flat.meter().relay();
  if (flat.ordered_since && relay.state != SupplyState::On) flat.forced = false;
  const auto broken = [&](std::string promise, std::string expected, std::string found) {
    report.violation(
        {flat.place->id, now, std::move(promise), std::move(expected), std::move(found)});
  };
  if (relay.state == SupplyState::On && !flat.forced) {
    if (flat.ordered_off) {
      broken("no relay closed that should not be", "open: OFF was ordered last", "on");
    }
    if (!relay.causes.none()) {
      broken("no relay closed that should not be",
             fmt::format("open while {} holds it", fmt::join(relay.causes.words(), "+")), "on");
    }
  }
  // What the gateway says it read is what the meter has shown since the last look.
  if (reported.supply_read_at != flat.reading_seen) {
    flat.reading_seen = reported.supply_read_at;
    const bool was_shown = flat.shown.contains(reported.supply_reported) ||
                           flat.shown_before.contains(reported.supply_reported);
    if (!was_shown) {
      broken("relay state is read, not assumed", "a state the meter has shown",
             std::string{supply_word(reported.supply_reported)});
    }
  }
  flat.shown_before = std::exchange(flat.shown, {});
  flat.shown.insert(relay.state);
  report.count("looks at a relay", 1);
}

void check_relay(const Case& one) {
  const SupplyState is = one.flat.meter().relay().state;
  if (one.stored.supply_reported != is) {
    one.broken("the reported relay is the relay", std::string{supply_word(is)},
               std::string{supply_word(one.stored.supply_reported)});
  }
}

}  // namespace metergate::soak
