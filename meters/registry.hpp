// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "meters/identity.hpp"
#include "meters/time.hpp"
#include "protocols/result.hpp"

namespace metergate {

/// The utility's name for a supply point: what a meter is mounted at.
using LocationId = Identifier<struct LocationIdTag>;
/// The utility's name for a customer and his account, which go together wherever he moves.
using CustomerId = Identifier<struct CustomerIdTag>;

}  // namespace metergate

/// Which meter stands at which location for which customer, since when (utrn-and-premier.md 5.1,
/// J-55 to J-63). Two links make the three belong together: a meter stands at a location, and a
/// location supplies a customer. So a customer can move and a meter be replaced without touching
/// the other link. Values and rules; the links themselves are in the ledger.
namespace metergate::registry {

struct Placement {
  MeterId meter;
  LocationId location;
  UtcTime from;
  std::optional<UtcTime> to;  ///< empty while it stands there
  friend bool operator==(const Placement&, const Placement&) = default;
};
struct Occupancy {
  CustomerId customer;
  LocationId location;
  UtcTime from;
  std::optional<UtcTime> to;  ///< empty while he is there
  friend bool operator==(const Occupancy&, const Occupancy&) = default;
};

/// A meter is put to a location, which may have a customer already (J-60); with `customer`, he
/// comes at the same time unless he is there.
struct Assign {
  MeterId meter;
  LocationId location;
  std::optional<CustomerId> customer;
};
/// A meter is taken off its location, whether it answers or not (J-59, J-62); the customer stays.
struct Unassign {
  MeterId meter;
};
/// A customer leaves; meter and location stay together (J-57).
struct MoveOut {
  CustomerId customer;
  LocationId location;
};
struct MoveIn {
  CustomerId customer;
  LocationId location;
};
/// Both in one: he leaves one location for another.
struct Move {
  CustomerId customer;
  LocationId from;
  LocationId to;
};
/// Another meter takes the place of one; the customer stays.
struct Replace {
  MeterId old_meter;
  MeterId new_meter;
};
using Change = std::variant<Assign, Unassign, MoveOut, MoveIn, Move, Replace>;
/// `assign`, `unassign`, `move-out`, `move-in`, `move`, `replace`.
[[nodiscard]] std::string_view change_word(const Change& change);

struct Order {
  Change change;
  UtcTime effective;  ///< when it happened: now or earlier
};

struct Rules {
  std::size_t meters_per_location = 1;  ///< J-56: per location as configured
  friend bool operator==(const Rules&, const Rules&) = default;
};

/// What a change is judged by: all links, past and present, of the meters and locations it touches.
struct History {
  std::vector<Placement> placements;
  std::vector<Occupancy> occupancies;
};

/// A meter passes to another customer, or loses the one it had: a change of tenancy (COT) has to be
/// sent to it, so that nobody sees the other's data or uses his credit (J-57, J-58).
struct CotDue {
  MeterId meter;
  std::optional<CustomerId> left;
  std::optional<CustomerId> entered;
  std::string command{};  ///< the one that orders it; empty: nobody has
  friend bool operator==(const CotDue&, const CotDue&) = default;
};

/// What a change that is allowed does to the links.
struct Effect {
  std::vector<Placement> ended;  ///< with their end
  std::vector<Placement> begun;
  std::vector<Occupancy> left;  ///< with their end
  std::vector<Occupancy> entered;
  std::vector<CotDue> cot_due;
};

struct Refusal {
  enum class Reason : std::uint8_t {
    MeterPlaced,       ///< it stands somewhere already
    MeterNotPlaced,    ///< it stands nowhere
    LocationTaken,     ///< as many meters stand there as may
    LocationOccupied,  ///< another customer is there
    CustomerNotThere,  ///< the customer is not at that location
    SamePlace,         ///< from and to are the same, or old and new
    TooEarly,          ///< before the end or the beginning of a link it would have to follow
    InFuture,
  };
  Reason reason = Reason::MeterPlaced;
  std::string text;  ///< a sentence that names the value and what would be right
};
/// `meter-placed`, `location-taken`, ...
[[nodiscard]] std::string_view refusal_word(Refusal::Reason reason);

/// The rules, pure. `history` holds the links of all meters and locations the change touches.
[[nodiscard]] Result<Effect, Refusal> judge(const Order& order, const History& history,
                                            const Rules& rules, UtcTime now);
/// Order and effect as one JSON object, for the audit trail and for answers.
[[nodiscard]] std::string details_json(const Order& order, const Effect& effect);

/// Which links are asked for; empty fields ask for all. A query by customer shows his own links
/// only, never those of who was there before or after him (J-58).
struct Filter {
  std::optional<MeterId> meter{};
  std::optional<LocationId> location{};
  std::optional<CustomerId> customer{};
};

/// What is together now.
struct Trinity {
  LocationId location;
  std::optional<MeterId> meter;
  std::optional<CustomerId> customer;
  friend bool operator==(const Trinity&, const Trinity&) = default;
};

/// One meter's place, as far as vending needs to know.
struct Standing {
  std::optional<LocationId> location;
  std::optional<CustomerId> customer;
  bool in_conflict = false;  ///< its serial number was seen elsewhere, or another's was seen here
  [[nodiscard]] bool is_placed() const { return location.has_value(); }
};

}  // namespace metergate::registry
