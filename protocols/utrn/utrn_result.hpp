// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::utrn {

/// What a SMETS2 meter makes of a code.
enum class UtrnResult : std::uint8_t {
  Accepted,
  Malformed,          ///< outside the range of UTRNs
  WrongCheckDigit,    ///< a digit is wrong
  UnknownSubClass,    ///< a code of a kind that does not exist yet, or of a reserved value class
  LockedOut,          ///< entry is suspended after wrong ones
  Duplicate,          ///< its counter is in the cache
  TooOld,             ///< its counter is below everything the meter remembers, or below the floor
  NotAuthentic,       ///< the MAC fails: another meter's, another supplier's, or too far ahead
  AboveTopUpLimit,    ///< more than the meter takes in one code
  AboveBalanceLimit,  ///< the balance would pass its maximum
};

/// `accepted`, `not-authentic` ...
[[nodiscard]] std::string_view utrn_result_word(UtrnResult result);
/// The GBCS alert that tells the supplier, where one is known: 0x810E for a code taken at the
/// meter, 0x8F51 for a duplicate ...
[[nodiscard]] std::optional<std::uint16_t> alert_code(UtrnResult result);

}  // namespace metergate::utrn
