// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/certificate.hpp"

#include <gtest/gtest.h>

#include "tests/unit/protocols/crypto/tls_peer.hpp"

namespace metergate::crypto {
namespace {

TEST(Certificates, AllOfAFileAreReadInItsOrder) {
  test::Authority authority;
  const auto one = authority.issue({"one"});
  const auto facts =
      certificates_of(one.certificate_pem() + one.key_pem() + authority.trusted_pem());
  ASSERT_EQ(facts.size(), 2U) << "keys and lists among them are passed over";
  EXPECT_EQ(facts[0].subject, "CN=one,O=metergate tests");
  EXPECT_EQ(facts[1].subject, "CN=authority,O=metergate tests");
}

TEST(Certificates, TheirTimesAreThoseTheyHoldFor) {
  constexpr std::chrono::hours kFrom{5};
  constexpr std::chrono::hours kUntil{24 * 400};
  test::Authority authority;
  const auto now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  const UtcSeconds before{now().time_since_epoch()};
  const auto facts = certificates_of(authority.issue({"one", {}, kFrom, kUntil}).certificate_pem());
  const UtcSeconds after{now().time_since_epoch()};
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_GE(facts[0].not_before, before + kFrom);
  EXPECT_LE(facts[0].not_before, after + kFrom);
  EXPECT_EQ(facts[0].not_after - facts[0].not_before, kUntil - kFrom);
}

TEST(Certificates, WhatIsNoneIsPassedOver) {
  test::Authority authority;
  const std::string whole = authority.certificate_pem();
  for (const std::string& text :
       {std::string{}, std::string{"no PEM"}, whole.substr(0, whole.size() / 2)}) {
    EXPECT_TRUE(certificates_of(text).empty());
  }
}

}  // namespace
}  // namespace metergate::crypto
