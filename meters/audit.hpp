// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meters/time.hpp"

namespace metergate {

/// What an audit entry tells of.
enum class AuditKind : std::uint8_t {
  TokenIssued,
  TokenRefused,     ///< asked for and not made
  TokenHandedOver,  ///< given to a channel or a person (J-05)
  TokenResent,      ///< the stored digits once more (J-04)
  TokenSettled,     ///< used, refused by the meter, or withdrawn
  KeyChange,        ///< the attributes of a meter's decoder key (J-45)
  OperatorDenied,   ///< somebody without the right, or who could not prove who he is
  RegistryChanged,
  RegistryConflict,
  ConfigurationChanged,
  ChangeOrdered,    ///< of a tenancy, a supplier or a tariff
  ConnectOrdered,   ///< a supply is closed with nobody at the meter
  TenancyExported,  ///< a sealed one was handed out
  TenancyErased,
  FuseReleased,   ///< more supplies may be opened from afar, by the word of a person at the box
  StoreRepaired,  ///< a broken ledger was put together from what could be read of it
};
[[nodiscard]] std::string_view audit_word(AuditKind kind);
[[nodiscard]] std::optional<AuditKind> parse_audit_kind(std::string_view word);
/// `token-issued, token-refused, ...`, for help texts.
[[nodiscard]] std::string audit_words();

/// How sure the gateway is of the operator's name.
enum class IdentityProof : std::uint8_t {
  None,       ///< nobody asked: the gateway itself did it
  Signature,  ///< the command was signed with the operator's key
  LocalUser,  ///< the kernel named the user of the control socket
  Broker,     ///< the broker's access list let the command through; the name is what it says
  Order,      ///< part of an order of his that was judged when it was accepted
};
[[nodiscard]] std::string_view identity_proof_word(IdentityProof proof);
[[nodiscard]] std::optional<IdentityProof> parse_identity_proof(std::string_view word);

/// One deed as the audit trail keeps it, for good: who, what, on which meter, and why. No field
/// ever holds a token's digits or a key.
struct AuditEntry {
  UtcTime at;
  AuditKind kind = AuditKind::TokenIssued;
  std::string meter;            ///< its id; empty when it concerns the box
  std::string operator_name;    ///< empty for the gateway itself
  std::string second_operator;  ///< who agreed, where two must
  IdentityProof proof = IdentityProof::None;
  std::string work_order;
  std::string comment;
  std::string details_json = "{}";  ///< one JSON object; its members depend on the kind
};

}  // namespace metergate
