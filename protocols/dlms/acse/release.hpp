// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/dlms/acse/acse_fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

/// The end of an association, asked for (RLRQ) or answered (RLRE). In a ciphered association it
/// carries the ciphered InitiateRequest or InitiateResponse, as proof of who ends it.
struct Release {
  enum class Kind : std::uint8_t { Request = 0x62, Response = 0x63 };
  enum Reason : std::uint8_t { Normal = 0, UrgentOrNotFinished = 1, UserDefined = 30 };

  Kind kind = Kind::Request;
  std::optional<std::uint8_t> reason{};
  Octets user_information{};

  [[nodiscard]] Octets encode() const;
  /// A response is read as far as it goes when its length is wrong: such meters are in the field,
  /// and the association is over all the same.
  [[nodiscard]] static Result<Release, AcseFault> decode(OctetView apdu);
  friend bool operator==(const Release&, const Release&) = default;
};

}  // namespace metergate::dlms
