// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/hls.hpp"

#include <gtest/gtest.h>

#include "protocols/crypto/p256.hpp"
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

TEST(Hls, ASignatureHoldsForItsSideOnly) {
  const SecretOctets private_key{Octets(32, 0x21)};
  const auto public_key = crypto::p256_public_key(private_key).value();
  const HlsExchange exchange{.mechanism = AuthenticationMechanism::HighLevelEcdsa,
                             .client_challenge = Octets(32, 1),
                             .server_challenge = Octets(32, 2)};
  Octets proof = hls_signature(exchange, Side::Client, private_key).value();
  ASSERT_EQ(proof.size(), 64U);
  EXPECT_TRUE(check_hls_signature(exchange, Side::Client, public_key, proof));
  EXPECT_FALSE(check_hls_signature(exchange, Side::Server, public_key, proof));
  proof[40] ^= 1;
  EXPECT_EQ(check_hls_signature(exchange, Side::Client, public_key, proof).error(),
            HlsFault::ProofWrong);
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
