// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/dlms/acse/acse_fault.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/system_title.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

enum class AssociationResult : std::uint8_t {
  Accepted = 0,
  RejectedPermanent = 1,
  RejectedTransient = 2,
};

/// Why, by the user of the service (A1) or by its provider (A2) (IEC 62056-5-3, 7.2.4).
struct Diagnostic {
  enum class Source : std::uint8_t { User = 1, Provider = 2 };
  enum User : std::uint8_t {
    Null = 0,
    NoReasonGiven = 1,
    ContextNameNotSupported = 2,
    CallingApTitleNotRecognised = 3,
    MechanismNameNotRecognised = 11,
    MechanismNameRequired = 12,
    AuthenticationFailure = 13,
    AuthenticationRequired = 14,
  };

  Source source = Source::User;
  std::uint8_t value = Null;

  /// `authentication-failure`
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// The answer to an AARQ. Accepted with AuthenticationRequired means: passes three and four follow.
struct Aare {
  static constexpr std::uint8_t kTag = 0x61;

  ApplicationContext context = ApplicationContext::LogicalNames;
  AssociationResult result = AssociationResult::Accepted;
  Diagnostic diagnostic{};
  std::optional<SystemTitle> responding_ap_title{};
  Octets responding_ae_qualifier{};  ///< the server's certificate, for ECDSA
  std::optional<AuthenticationMechanism> mechanism{};
  Octets challenge{};  ///< StoC: 8..64 octets, empty below high level
  /// InitiateResponse or ConfirmedServiceError, plain or ciphered; a refusal may come without.
  Octets user_information{};

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<Aare, AcseFault> decode(OctetView apdu);
  friend bool operator==(const Aare&, const Aare&) = default;
};

}  // namespace metergate::dlms
