// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meters/identity.hpp"
#include "meters/registry.hpp"
#include "meters/time.hpp"

/// Whether the registry still says what the wires say (J-61, J-63).
namespace metergate::registry {

/// Where a serial number sits: as which configured meter, and on which port.
struct Seat {
  MeterId meter;
  std::string port;  ///< the line's name and the address on it: `street-1/12`
  friend bool operator==(const Seat&, const Seat&) = default;
};

/// A serial number answered.
struct Sighting {
  SerialNumber serial;
  Seat seat;
  UtcTime at;
};

enum class SightingVerdict : std::uint8_t {
  First,       ///< never seen before; its seat is known from now on
  AsRecorded,  ///< where it belongs
  Moved,       ///< seen elsewhere, and free to be there: the seat follows
  NewConflict,
  StandingConflict,  ///< as before, and not settled yet
};

/// A serial number that was seen as another meter while the registry has it placed.
struct Conflict {
  SerialNumber serial;
  Seat recorded;
  Seat seen;
  UtcTime first_seen;
  UtcTime last_seen;
  std::optional<UtcTime> settled;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};
enum class ConflictScope : std::uint8_t { Open, All };
/// How a person settles one: the meter is where it is recorded (a false alarm, or put right on the
/// wire), or where it was seen.
enum class SeatKept : std::uint8_t { Recorded, Seen };
[[nodiscard]] std::string_view seat_kept_word(SeatKept kept);
[[nodiscard]] std::optional<SeatKept> parse_seat_kept(std::string_view word);

/// Placed: the recorded meter stands at a location.
enum class Placed : std::uint8_t { No, Yes };
/// The rule: another port of the same meter is the operator's own configuration, and an unplaced
/// meter may be installed anywhere (J-62); what is placed and answers as another meter is in
/// conflict. `First`, `AsRecorded`, `Moved` or `NewConflict`.
[[nodiscard]] SightingVerdict judge_sighting(const std::optional<Seat>& recorded, Placed placed,
                                             const Sighting& sighting);
[[nodiscard]] std::string details_json(const Conflict& conflict);

/// What is done about a meter that answers and whose place is unknown or in doubt (J-63).
enum class UnplacedPolicy : std::uint8_t {
  Allow,  ///< the registry is not used here
  Alarm,  ///< alarm, but go on vending
  Block,  ///< alarm, and make no tokens and no bills for it
};
[[nodiscard]] std::string_view unplaced_policy_word(UnplacedPolicy policy);
[[nodiscard]] std::optional<UnplacedPolicy> parse_unplaced_policy(std::string_view word);

enum class Liveness : std::uint8_t { Silent, Live };
struct VendingVerdict {
  enum class Cause : std::uint8_t { None, Unplaced, InConflict };
  Cause cause = Cause::None;  ///< anything but None is worth an alarm
  bool is_blocked = false;
  friend bool operator==(const VendingVerdict&, const VendingVerdict&) = default;
};
/// A meter that does not answer may be on its way to its next location; it is left alone.
[[nodiscard]] VendingVerdict judge_vending(const Standing& standing, Liveness liveness,
                                           UnplacedPolicy policy);

}  // namespace metergate::registry
