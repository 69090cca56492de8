// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "meters/command.hpp"
#include "meters/virtual/deed.hpp"
#include "tests/support/town.hpp"

namespace metergate::soak {

/// A command as its sender remembers it, and what the sender was told.
struct Order {
  std::string id;
  Verb verb = Verb::Read;
  std::string payload;
  /// What its meter must be asked, under whatever transaction; none for what asks nothing of it.
  std::optional<operation::Operation> asks{};
  bool uncollected = false;  ///< a change of tenancy that was not to wait for the collection
  std::string cancels{};     ///< the command that is to be taken back
  std::size_t sent = 1;      ///< how often it was published

  std::set<std::string> ends{};  ///< every final state that was told
  bool heard_of = false;         ///< the gateway took it
};

/// A household: its meter, what was asked of it, and what an onlooker at the meter has seen.
struct Flat {
  test::Place* place = nullptr;
  std::vector<Order> orders{};
  /// Changes of tenancy that somebody else ordered, by their transactions.
  std::set<operation::TransactionId> strangers{};
  std::vector<virtual_meter::Deed> deeds{};

  // What an onlooker keeps in mind about the relay (relay_watch.cpp).
  std::size_t deeds_seen = 0;
  std::size_t changes_seen = 0;
  bool ordered_off = false;  ///< the last order that moves the relay wants it OFF
  bool forced = false;       ///< a fault has moved the relay, and no order has mended that
  bool ordered_since = false;
  std::set<SupplyState> shown{};
  std::set<SupplyState> shown_before{};
  std::optional<UtcTime> reading_seen{};

  /// What was published about its tenancies: phase and epoch to the distinct payloads.
  std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> tenancy_told{};

  [[nodiscard]] virtual_meter::VirtualMeter& meter() const { return *place->meter; }
};

}  // namespace metergate::soak
