// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/audit_checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/north/reply.hpp"

namespace metergate::north {
namespace {

using testing::HasSubstr;

const SiteId kSite = *SiteId::parse("site-1");
const UtcTime kAt{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{10}};

AuditHead head() {
  AuditHead out;
  out.entries = 1'204;
  out.hash.fill(0x5B);
  return out;
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(AuditCheckpoint, WhatIsSignedIsFiveLinesWithoutAnEnd) {
  EXPECT_EQ(checkpoint_octets("site-1", "2026-03-01T10:00:00Z", 1'204, "5b5b"),
            "metergate-audit-head-v1\nsite-1\n2026-03-01T10:00:00Z\n1204\n5b5b");
}

TEST(AuditCheckpoint, TheKeyThatSignedItFindsTheHash) {
  const auto key = crypto::make_ed25519_key_pair();
  const auto found = signed_head(encode_signed_audit_head(kSite, head(), kAt, key), key.public_key);
  ASSERT_TRUE(found) << found.error();
  EXPECT_EQ(*found, head().hash);
}

TEST(AuditCheckpoint, NothingOfItCanBeChanged) {
  const auto key = crypto::make_ed25519_key_pair();
  const std::string told = encode_signed_audit_head(kSite, head(), kAt, key);
  for (const auto& [from, to] : {std::pair{"site-1", "site-2"}, std::pair{"10:00:00", "10:00:01"},
                                 std::pair{"1204", "1205"}, std::pair{"5b5b", "5b5c"}}) {
    const auto found = signed_head(changed(told, from, to), key.public_key);
    ASSERT_FALSE(found) << from;
    EXPECT_THAT(found.error(), HasSubstr("was changed"));
  }
}

TEST(AuditCheckpoint, AnotherKeyNoneAndNonsenseAreTold) {
  const auto key = crypto::make_ed25519_key_pair();
  const auto other = crypto::make_ed25519_key_pair();
  const std::string told = encode_signed_audit_head(kSite, head(), kAt, key);
  EXPECT_THAT(signed_head(told, other.public_key).error(), HasSubstr("not signed by this key"));
  EXPECT_THAT(signed_head(encode_audit_head(kSite, head(), kAt), key.public_key).error(),
              HasSubstr("is not signed"));
  for (const char* nonsense :
       {"", "[]", "{", "{}", R"({"hash":"5b"})", R"({"hash":5,"entries":1})"}) {
    EXPECT_FALSE(signed_head(nonsense, key.public_key)) << nonsense;
  }
}

}  // namespace
}  // namespace metergate::north
