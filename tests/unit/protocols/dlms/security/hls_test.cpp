// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/hls.hpp"

#include <gtest/gtest.h>

#include "tests/support/vector_entry.hpp"

namespace metergate::dlms {
namespace {

using crypto::SecretOctets;

std::string hex(OctetView octets) { return hex::text(octets); }

SecretOctets secret_of(const boost::json::object& expect) {
  const std::string secret = vectors::text(expect, "secret");
  return SecretOctets{Octets(secret.begin(), secret.end())};
}

TEST(Hls, Md5AndSha1ProofsAreAsSeenBetweenStrangers) {
  const auto check = [](std::string_view id, AuthenticationMechanism mechanism) {
    const auto vector = vectors::dlms(id);
    const auto& expect = vectors::expected(vector);
    HlsExchange exchange{.mechanism = mechanism};
    exchange.server_challenge = vectors::octets(expect, "StoC");
    exchange.client_challenge = Octets(16, 0x11);
    const SecretOctets secret = secret_of(expect);
    const auto proof = hls_digest(exchange, Side::Client, secret);
    EXPECT_EQ(hex(proof.value()), hex(vectors::octets(vector, "hex")));
    EXPECT_TRUE(check_hls_digest(exchange, Side::Client, secret, proof.value()));
    EXPECT_EQ(check_hls_digest(exchange, Side::Server, secret, proof.value()).error(),
              HlsFault::ProofWrong);
  };
  check("hls-md5", AuthenticationMechanism::HighLevelMd5);
  check("hls-sha1", AuthenticationMechanism::HighLevelSha1);
}

TEST(Hls, Sha256ProofsOfBothSidesAreAsSeenBetweenStrangers) {
  const auto vector = vectors::dlms("hls-sha256");
  const auto& expect = vectors::expected(vector);
  const HlsExchange exchange{
      .mechanism = AuthenticationMechanism::HighLevelSha256,
      .client_title = SystemTitle::from(vectors::octets(expect, "client_title")).value(),
      .server_title = SystemTitle::from(vectors::octets(expect, "server_title")).value(),
      .client_challenge = vectors::octets(expect, "CtoS"),
      .server_challenge = vectors::octets(expect, "StoC")};
  const SecretOctets secret = secret_of(expect);
  EXPECT_EQ(hex(hls_digest(exchange, Side::Client, secret).value()),
            hex(vectors::octets(vector, "hex")));
  EXPECT_EQ(hex(hls_digest(exchange, Side::Server, secret).value()),
            hex(vectors::octets(expect, "pass4")));
}

class Gmac : public testing::Test {
 protected:
  static CipheringKeys keys() {
    const auto vector = vectors::dlms("gmac-pass3");
    const auto& hex_keys = vector.at("keys").as_object();
    return {.unicast = SecretOctets{vectors::octets(hex_keys, "EK")},
            .authentication = SecretOctets{vectors::octets(hex_keys, "AK")}};
  }
  static HlsExchange exchange() {
    const auto three = vectors::dlms("gmac-pass3");
    const auto four = vectors::dlms("gmac-pass4");
    const auto& client = vectors::expected(three).at("inputs").as_object();
    const auto& server = vectors::expected(four).at("inputs").as_object();
    return {.mechanism = AuthenticationMechanism::HighLevelGmac,
            .client_title = SystemTitle::from(vectors::octets(client, "system_title")).value(),
            .server_title = SystemTitle::from(vectors::octets(server, "system_title")).value(),
            .client_challenge = vectors::octets(server, "CtoS"),
            .server_challenge = vectors::octets(client, "StoC")};
  }
};

TEST_F(Gmac, ProofsOfBothSidesAreAsPublished) {
  EXPECT_EQ(hex(hls_gmac(exchange(), Side::Client, keys(), 1)),
            hex(vectors::octets(vectors::dlms("gmac-pass3"), "hex")));
  EXPECT_EQ(hex(hls_gmac(exchange(), Side::Server, keys(), 0x01234567)),
            hex(vectors::octets(vectors::dlms("gmac-pass4"), "hex")));
}

TEST_F(Gmac, TheProofOfOneSideIsNoneForTheOther) {
  const Octets proof = hls_gmac(exchange(), Side::Client, keys(), 7);
  EXPECT_EQ(check_hls_gmac(exchange(), Side::Client, keys(), proof).value(), 7U);
  EXPECT_EQ(check_hls_gmac(exchange(), Side::Server, keys(), proof).error(), HlsFault::ProofWrong);
}

TEST_F(Gmac, EveryFlippedBitOfAProofIsNoticed) {
  const Octets proof = hls_gmac(exchange(), Side::Client, keys(), 7);
  for (std::size_t bit = 0; bit < proof.size() * 8; ++bit) {
    Octets flipped = proof;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(check_hls_gmac(exchange(), Side::Client, keys(), flipped)) << bit;
  }
}

/// Both ends of an exchange with keys of a suite; what one signs the other one checks.
class Signed : public testing::TestWithParam<SecuritySuite> {
 protected:
  static SigningKeys keys(std::uint8_t own, std::uint8_t peer) {
    const crypto::Curve curve = curve_of(GetParam()).value();
    const auto key = [&](std::uint8_t octet) {
      return SecretOctets{Octets(crypto::scalar_octets(curve), octet)};
    };
    return {.suite = GetParam(),
            .own = key(own),
            .peer = crypto::ec_public_key(curve, key(peer)).value()};
  }
  const SigningKeys client_ = keys(0x21, 0x42);
  const SigningKeys server_ = keys(0x42, 0x21);
  const HlsExchange exchange_{.mechanism = AuthenticationMechanism::HighLevelEcdsa,
                              .client_title = SystemTitle{{'M', 'G', 'T', 0, 0, 0, 0, 1}},
                              .server_title = SystemTitle{{'M', 'T', 'G', 9, 8, 7, 6, 5}},
                              .client_challenge = Octets(32, 1),
                              .server_challenge = Octets(32, 2)};
};

TEST_P(Signed, TheSignaturesOfBothSidesHoldAndOnlyForTheirSide) {
  const Octets three = hls_signature(exchange_, Side::Client, client_).value();
  const Octets four = hls_signature(exchange_, Side::Server, server_).value();
  EXPECT_EQ(three.size(), GetParam() == SecuritySuite::Suite1 ? 64U : 96U);
  EXPECT_TRUE(check_hls_signature(exchange_, Side::Client, server_, three));
  EXPECT_TRUE(check_hls_signature(exchange_, Side::Server, client_, four));
  EXPECT_EQ(check_hls_signature(exchange_, Side::Server, server_, three).error(),
            HlsFault::SignatureWrong);
  EXPECT_EQ(check_hls_signature(exchange_, Side::Client, client_, three).error(),
            HlsFault::SignatureWrong)
      << "our own signature is no proof of the other party";
}

// The prover's title, the other's, what he was asked, what he asked (Green Book, 9.2.7.4.7).
TEST_P(Signed, WhatIsSignedIsBothTitlesAndBothChallenges) {
  const Octets message = [&] {
    Octets out;
    for (const OctetView part :
         {exchange_.client_title.view(), exchange_.server_title.view(),
          OctetView{exchange_.server_challenge}, OctetView{exchange_.client_challenge}}) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }();
  const Octets proof = hls_signature(exchange_, Side::Client, client_).value();
  EXPECT_TRUE(crypto::ecdsa_holds(curve_of(GetParam()).value(), server_.peer, message, proof));
}

TEST_P(Signed, NothingOfTheExchangeCanBeAnother) {
  const Octets proof = hls_signature(exchange_, Side::Client, client_).value();
  const auto holds = [&](auto change) {
    HlsExchange other = exchange_;
    change(other);
    return check_hls_signature(other, Side::Client, server_, proof).has_value();
  };
  const SystemTitle title{{'X', 'X', 'X', 0, 0, 0, 0, 1}};
  EXPECT_TRUE(holds([](HlsExchange&) {}));
  EXPECT_FALSE(holds([&](HlsExchange& other) { other.client_title = title; }));
  EXPECT_FALSE(holds([&](HlsExchange& other) { other.server_title = title; }));
  EXPECT_FALSE(holds([](HlsExchange& other) { other.client_challenge.back() ^= 1; }));
  EXPECT_FALSE(holds([](HlsExchange& other) { other.server_challenge.back() ^= 1; }));
}

TEST_P(Signed, EveryFlippedBitOfASignatureIsNoticed) {
  const Octets proof = hls_signature(exchange_, Side::Client, client_).value();
  for (std::size_t bit = 0; bit < proof.size() * 8; bit += 7) {
    Octets flipped = proof;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(check_hls_signature(exchange_, Side::Client, server_, flipped)) << bit;
  }
  EXPECT_FALSE(check_hls_signature(exchange_, Side::Client, server_, Octets(proof.size(), 0)));
}

TEST_P(Signed, ASignatureOfAnotherLengthIsMalformed) {
  Octets proof = hls_signature(exchange_, Side::Client, client_).value();
  proof.pop_back();
  EXPECT_EQ(check_hls_signature(exchange_, Side::Client, server_, proof).error(),
            HlsFault::ProofMalformed);
}

INSTANTIATE_TEST_SUITE_P(Suites, Signed,
                         testing::Values(SecuritySuite::Suite1, SecuritySuite::Suite2),
                         [](const auto& suite) {
                           return "Suite" + std::to_string(static_cast<int>(suite.param));
                         });

TEST(Hls, Suite0SignsNothing) {
  const SigningKeys keys{.suite = SecuritySuite::Suite0};
  const HlsExchange exchange{.mechanism = AuthenticationMechanism::HighLevelEcdsa};
  EXPECT_EQ(hls_signature(exchange, Side::Client, keys).error(), HlsFault::NotThisMechanism);
  EXPECT_EQ(check_hls_signature(exchange, Side::Client, keys, Octets(64, 1)).error(),
            HlsFault::NotThisMechanism);
}

TEST(Hls, AServerThatSendsOurChallengeBackIsRefused) {
  HlsExchange exchange{.client_challenge = Octets(8, 1), .server_challenge = Octets(8, 1)};
  EXPECT_EQ(check_challenges(exchange).error(), HlsFault::ChallengeRepeated);
  EXPECT_TRUE(check_challenges(exchange, Reflection::Tolerated));
  exchange.server_challenge.pop_back();
  EXPECT_EQ(check_challenges(exchange).error(), HlsFault::ChallengeLength);
}

TEST(Hls, AMechanismWithoutDigestsGivesNone) {
  const HlsExchange exchange{.mechanism = AuthenticationMechanism::HighLevelOfMaker};
  EXPECT_EQ(hls_digest(exchange, Side::Client, SecretOctets{}).error(), HlsFault::NotThisMechanism);
}

}  // namespace
}  // namespace metergate::dlms
