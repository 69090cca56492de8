// SPDX-License-Identifier: Apache-2.0
#include "meters/registry_sighting.hpp"

#include "protocols/iso8601/rfc3339.hpp"

namespace metergate::registry {
namespace {

/// A port is a line's name and an address, but nothing holds it to that.
std::string json_string(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20) {
      out += "\\u00";
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 15U];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string seat_json(const Seat& seat) {
  return R"({"meter":")" + seat.meter.text() + R"(","port":)" + json_string(seat.port) + '}';
}

}  // namespace

SightingVerdict judge_sighting(const std::optional<Seat>& recorded, Placed placed,
                               const Sighting& sighting) {
  if (!recorded) return SightingVerdict::First;
  if (*recorded == sighting.seat) return SightingVerdict::AsRecorded;
  if (recorded->meter == sighting.seat.meter || placed == Placed::No) return SightingVerdict::Moved;
  return SightingVerdict::NewConflict;
}

std::string details_json(const Conflict& conflict) {
  return R"({"serial":")" + conflict.serial.text() + R"(","recorded":)" +
         seat_json(conflict.recorded) + R"(,"seen":)" + seat_json(conflict.seen) +
         R"(,"first_seen":")" + rfc3339::text(conflict.first_seen) + "\"}";
}

std::string_view seat_kept_word(SeatKept kept) {
  return kept == SeatKept::Recorded ? "recorded" : "seen";
}

std::optional<SeatKept> parse_seat_kept(std::string_view word) {
  for (const SeatKept kept : {SeatKept::Recorded, SeatKept::Seen}) {
    if (word == seat_kept_word(kept)) return kept;
  }
  return std::nullopt;
}

std::string_view unplaced_policy_word(UnplacedPolicy policy) {
  switch (policy) {
    case UnplacedPolicy::Allow:
      return "allow";
    case UnplacedPolicy::Alarm:
      return "alarm";
    case UnplacedPolicy::Block:
      return "block";
  }
  return {};
}

std::optional<UnplacedPolicy> parse_unplaced_policy(std::string_view word) {
  for (const auto policy : {UnplacedPolicy::Allow, UnplacedPolicy::Alarm, UnplacedPolicy::Block}) {
    if (word == unplaced_policy_word(policy)) return policy;
  }
  return std::nullopt;
}

VendingVerdict judge_vending(const Standing& standing, Liveness liveness, UnplacedPolicy policy) {
  using Cause = VendingVerdict::Cause;
  if (policy == UnplacedPolicy::Allow || liveness == Liveness::Silent) return {};
  const Cause cause = standing.in_conflict   ? Cause::InConflict
                      : standing.is_placed() ? Cause::None
                                             : Cause::Unplaced;
  return {cause, cause != Cause::None && policy == UnplacedPolicy::Block};
}

}  // namespace metergate::registry
