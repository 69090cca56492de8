// SPDX-License-Identifier: Apache-2.0
#include "meters/audit.hpp"

#include <gtest/gtest.h>

namespace metergate {
namespace {

TEST(AuditWords, EveryKindIsReadBackFromItsWord) {
  int kinds = 0;
  for (int i = 0; i <= static_cast<int>(AuditKind::ConfigurationChanged); ++i, ++kinds) {
    const auto kind = static_cast<AuditKind>(i);
    ASSERT_FALSE(audit_word(kind).empty()) << i;
    EXPECT_EQ(parse_audit_kind(audit_word(kind)), kind);
    EXPECT_NE(audit_words().find(audit_word(kind)), std::string::npos);
  }
  EXPECT_EQ(kinds, 10);
  EXPECT_EQ(parse_audit_kind("tea-time"), std::nullopt);
}

TEST(AuditWords, EveryProofOfIdentityIsReadBackFromItsWord) {
  for (const auto proof : {IdentityProof::None, IdentityProof::Signature, IdentityProof::LocalUser,
                           IdentityProof::Broker}) {
    EXPECT_EQ(parse_identity_proof(identity_proof_word(proof)), proof);
  }
  EXPECT_EQ(parse_identity_proof("handshake"), std::nullopt);
}

}  // namespace
}  // namespace metergate
