// SPDX-License-Identifier: Apache-2.0
#include "meters/audit.hpp"

#include <array>
#include <utility>

namespace metergate {
namespace {

template <typename Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<AuditKind, 16> kKinds{{{AuditKind::TokenIssued, "token-issued"},
                                       {AuditKind::TokenRefused, "token-refused"},
                                       {AuditKind::TokenHandedOver, "token-handed-over"},
                                       {AuditKind::TokenResent, "token-resent"},
                                       {AuditKind::TokenSettled, "token-settled"},
                                       {AuditKind::KeyChange, "key-change"},
                                       {AuditKind::OperatorDenied, "operator-denied"},
                                       {AuditKind::RegistryChanged, "registry-changed"},
                                       {AuditKind::RegistryConflict, "registry-conflict"},
                                       {AuditKind::ConfigurationChanged, "configuration-changed"},
                                       {AuditKind::ChangeOrdered, "change-ordered"},
                                       {AuditKind::ConnectOrdered, "connect-ordered"},
                                       {AuditKind::TenancyExported, "tenancy-exported"},
                                       {AuditKind::TenancyErased, "tenancy-erased"},
                                       {AuditKind::FuseReleased, "fuse-released"},
                                       {AuditKind::StoreRepaired, "store-repaired"}}};

constexpr Words<IdentityProof, 5> kProofs{{{IdentityProof::None, "none"},
                                           {IdentityProof::Signature, "signature"},
                                           {IdentityProof::LocalUser, "local-user"},
                                           {IdentityProof::Broker, "broker"},
                                           {IdentityProof::Order, "order"}}};

template <typename Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
  for (const auto& [each, word] : words) {
    if (each == value) return word;
  }
  return {};
}

template <typename Enum, std::size_t N>
std::optional<Enum> parsed(const Words<Enum, N>& words, std::string_view text) {
  for (const auto& [each, word] : words) {
    if (word == text) return each;
  }
  return std::nullopt;
}

}  // namespace

std::string_view audit_word(AuditKind kind) { return word_of(kKinds, kind); }
std::optional<AuditKind> parse_audit_kind(std::string_view word) { return parsed(kKinds, word); }

std::string audit_words() {
  std::string out;
  for (const auto& [kind, word] : kKinds) out += (out.empty() ? "" : ", ") + std::string{word};
  return out;
}

std::string_view identity_proof_word(IdentityProof proof) { return word_of(kProofs, proof); }
std::optional<IdentityProof> parse_identity_proof(std::string_view word) {
  return parsed(kProofs, word);
}

}  // namespace metergate
