// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/acse/acse_fault.hpp"
#include "protocols/dlms/acse/conformance.hpp"
#include "protocols/dlms/errors.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::dlms {

inline constexpr std::uint8_t kDlmsVersion = 6;
/// What a server names itself by when it speaks of objects by logical name.
inline constexpr std::uint16_t kLogicalNameVaa = 0x0007;

/// The proposal of a client: what it can do and how long the APDUs may be that it takes
/// (IEC 62056-5-3, 7.3; A-XDR). Encoded, it shows the dedicated key: it goes out ciphered then.
struct InitiateRequest {
  std::optional<crypto::SecretOctets> dedicated_key{};
  bool response_allowed = true;
  std::optional<std::uint8_t> quality_of_service{};
  std::uint8_t version = kDlmsVersion;
  Conformance conformance{};
  std::uint16_t max_receive_pdu = 0;  ///< 0: no limit

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<InitiateRequest, AcseFault> decode(OctetView octets);
  friend bool operator==(const InitiateRequest&, const InitiateRequest&) = default;
};

struct InitiateResponse {
  std::optional<std::uint8_t> quality_of_service{};
  std::uint8_t version = kDlmsVersion;
  Conformance conformance{};
  std::uint16_t max_receive_pdu = 0;  ///< 0: no limit
  std::uint16_t vaa_name = kLogicalNameVaa;

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<InitiateResponse, AcseFault> decode(OctetView octets);
  friend bool operator==(const InitiateResponse&, const InitiateResponse&) = default;
};

/// Why the proposal was turned down: service initiateError(1), error initiate(6).
[[nodiscard]] Octets encode_initiate_refusal(std::uint8_t code);

using InitiateAnswer = std::variant<InitiateResponse, ConfirmedServiceError>;
/// The user information of an AARE, deciphered.
[[nodiscard]] Result<InitiateAnswer, AcseFault> decode_initiate_answer(OctetView octets);

}  // namespace metergate::dlms
