// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/acse/acse_fault.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

/// The request for an association (IEC 62056-5-3, 7.2; BER). A request without a mechanism is one
/// at the lowest level; the fields of authentication are then left out.
struct Aarq {
  static constexpr std::uint8_t kTag = 0x60;

  ApplicationContext context = ApplicationContext::LogicalNames;
  std::optional<SystemTitle> calling_ap_title{};
  Octets calling_ae_qualifier{};                           ///< the client's certificate, for ECDSA
  std::optional<std::uint8_t> calling_ae_invocation_id{};  ///< the user of the client
  AuthenticationMechanism mechanism = AuthenticationMechanism::Lowest;
  /// The password at low level, the challenge CtoS at high level: 1..64 octets.
  crypto::SecretOctets authentication_value{};
  /// InitiateRequest, plain or ciphered.
  Octets user_information{};

  [[nodiscard]] Octets encode() const;
  /// Fields it does not know are passed over; those it knows must be well made.
  [[nodiscard]] static Result<Aarq, AcseFault> decode(OctetView apdu);
  friend bool operator==(const Aarq&, const Aarq&) = default;
};

}  // namespace metergate::dlms
