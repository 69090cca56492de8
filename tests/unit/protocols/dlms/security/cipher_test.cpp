// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/cipher.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/crypto/aes_key_wrap.hpp"
#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "tests/support/vector_entry.hpp"

namespace metergate::dlms {
namespace {

using crypto::SecretOctets;

std::string hex(OctetView octets) { return hex::text(octets); }

CipheringKeys keys_of(const boost::json::object& vector) {
  const auto& keys = vector.at("keys").as_object();
  CipheringKeys out;
  if (keys.contains("EK")) out.unicast = SecretOctets{vectors::octets(keys, "EK")};
  out.authentication = SecretOctets{vectors::octets(keys, "AK")};
  if (keys.contains("DK")) out.dedicated = SecretOctets{vectors::octets(keys, "DK")};
  return out;
}

SystemTitle title_of(const boost::json::object& vector, std::string_view field) {
  return SystemTitle::from(vectors::octets(vector, field)).value();
}

/// Deciphers `apdu`, and ciphers what was inside again to the same octets.
Octets through(const CipheringKeys& keys, OctetView apdu, const SystemTitle& sender) {
  const auto parts = CipheredApdu::parse(apdu);
  EXPECT_TRUE(parts) << cipher_fault_text(parts.error());
  const auto plain = decipher(keys, parts.value(), sender);
  EXPECT_TRUE(plain) << cipher_fault_text(plain.error());
  if (!plain) return {};
  const auto again = cipher(keys,
                            {.wrapping = parts.value().wrapping,
                             .control = parts.value().control,
                             .sender = sender,
                             .invocation_counter = parts.value().invocation_counter},
                            plain.value());
  EXPECT_EQ(hex(again.value()), hex(apdu));
  return plain.value();
}

TEST(Cipher, GetRequestsAreAsPublishedInEveryProtection) {
  for (const auto id : {"glo-get-10", "glo-get-20", "glo-get-30"}) {
    SCOPED_TRACE(id);
    const auto vector = vectors::dlms(id);
    const Octets apdu = vectors::octets(vector, "hex");
    const Octets plain = through(keys_of(vector), apdu, title_of(vector, "system_title"));
    EXPECT_EQ(hex(plain), hex(vectors::octets(vectors::expected(vector), "plain")));
    EXPECT_EQ(CipheredApdu::parse(apdu)->invocation_counter,
              vectors::number(vectors::expected(vector), "invocation_counter"));
  }
}

TEST(Cipher, TheProposalInsideAnAarqIsAsPublished) {
  const auto vector = vectors::dlms("acse-aarq-ciphered");
  const auto aarq = Aarq::decode(vectors::octets(vector, "hex"));
  ASSERT_TRUE(aarq);
  const Octets plain =
      through(keys_of(vector), aarq->user_information, aarq->calling_ap_title.value());
  EXPECT_EQ(hex(plain), hex(vectors::octets(vectors::expected(vector), "plain_initiate")));
}

TEST(Cipher, TheAnswerInsideARlreIsAsPublished) {
  const auto vector = vectors::dlms("acse-rlre-ciphered");
  const auto rlre = Release::decode(vectors::octets(vector, "hex"));
  ASSERT_TRUE(rlre);
  const Octets plain =
      through(keys_of(vector), rlre->user_information, title_of(vector, "system_title"));
  EXPECT_EQ(hex(plain), hex(vectors::octets(vectors::expected(vector), "plain_initiate_response")));
}

TEST(Cipher, ADedicatedKeyCiphersAsSeenBetweenStrangers) {
  const auto vector = vectors::dlms("ded-get");
  CipheringKeys keys = keys_of(vector);
  const Octets plain =
      through(keys, vectors::octets(vector, "hex"), title_of(vector, "client_system_title"));
  EXPECT_EQ(hex(plain), hex(vectors::octets(vectors::expected(vector), "plain")));
  const Octets answer = through(keys, vectors::octets(vectors::expected(vector), "response"),
                                title_of(vector, "server_system_title"));
  EXPECT_EQ(hex(answer), hex(vectors::octets(vectors::expected(vector), "response_plain")));
  keys.dedicated.reset();
  const Octets apdu = vectors::octets(vector, "hex");
  EXPECT_EQ(
      decipher(keys, CipheredApdu::parse(apdu).value(), title_of(vector, "client_system_title"))
          .error(),
      CipherFault::NoKey);
}

TEST(Cipher, APushOfARealMeterIsDeciphered) {
  const auto vector = vectors::dlms("general-glo-push");
  const Octets apdu = vectors::octets(vector, "hex");
  const auto parts = CipheredApdu::parse(apdu);
  ASSERT_TRUE(parts && parts->title);
  const Octets plain = through(keys_of(vector), apdu, *parts->title);
  EXPECT_EQ(hex(plain), hex(vectors::octets(vectors::expected(vector), "plain")));
}

TEST(Cipher, AWholeAssociationBetweenStrangersIsDeciphered) {
  const auto vector = vectors::dlms("live-gmac-session");
  const auto& expect = vectors::expected(vector);
  const auto& plain = expect.at("plain").as_object();
  const CipheringKeys keys = keys_of(vector);
  const SystemTitle client = title_of(vector, "client_system_title");
  const SystemTitle server = title_of(vector, "server_system_title");
  const auto aarq = Aarq::decode(vectors::octets(vector, "hex"));
  const auto aare = Aare::decode(vectors::octets(expect, "aare"));
  ASSERT_TRUE(aarq && aare);
  const auto opened = [&](const Octets& apdu, const SystemTitle& sender) {
    return hex(through(keys, apdu, sender));
  };
  const auto want = [&](std::string_view field) { return hex(vectors::octets(plain, field)); };
  EXPECT_EQ(opened(aarq->user_information, client), want("initiate_request"));
  EXPECT_EQ(opened(aare->user_information, server), want("initiate_response"));
  EXPECT_EQ(opened(vectors::octets(expect, "pass3"), client), want("pass3"));
  EXPECT_EQ(opened(vectors::octets(expect, "pass4"), server), want("pass4"));
  EXPECT_EQ(opened(vectors::octets(expect, "get_req"), client), want("get_req"));
  EXPECT_EQ(opened(vectors::octets(expect, "get_res"), server), want("get_res"));
}

TEST(Cipher, EveryFlippedBitOfAnAuthenticatedApduIsNoticed) {
  for (const auto id : {"glo-get-10", "glo-get-30"}) {
    const auto vector = vectors::dlms(id);
    const CipheringKeys keys = keys_of(vector);
    const SystemTitle sender = title_of(vector, "system_title");
    const Octets apdu = vectors::octets(vector, "hex");
    for (std::size_t bit = 0; bit < apdu.size() * 8; ++bit) {
      Octets flipped = apdu;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
      const auto parts = CipheredApdu::parse(flipped);
      // With the authentication bit gone an APDU claims no more than to be encrypted.
      if (!parts || !is_authenticated(parts->control.protection)) continue;
      EXPECT_FALSE(decipher(keys, parts.value(), sender)) << id << " bit " << bit;
    }
  }
}

TEST(Cipher, NoPrefixOfACipheredApduIsTakenForOne) {
  const Octets apdu = vectors::octets(vectors::dlms("general-glo-push"), "hex");
  for (std::size_t length = 0; length < apdu.size(); ++length) {
    EXPECT_FALSE(CipheredApdu::parse(OctetView{apdu}.first(length))) << length;
  }
  Octets longer = apdu;
  longer.push_back(0);
  EXPECT_EQ(CipheredApdu::parse(longer).error(), CipherFault::TrailingOctets);
}

TEST(Cipher, WhatIsInsideMustBeWhatTheTagSays) {
  const auto vector = vectors::dlms("glo-get-30");
  Octets apdu = vectors::octets(vector, "hex");
  apdu[0] = 0xCB;  // the tag is not part of what is authenticated
  EXPECT_EQ(
      decipher(keys_of(vector), CipheredApdu::parse(apdu).value(), title_of(vector, "system_title"))
          .error(),
      CipherFault::WrongService);
}

TEST(Cipher, AnApduThatNamesAnotherSenderIsRefused) {
  const auto vector = vectors::dlms("general-glo-push");
  const Octets apdu = vectors::octets(vector, "hex");
  EXPECT_EQ(decipher(keys_of(vector), CipheredApdu::parse(apdu).value(), SystemTitle{}).error(),
            CipherFault::WrongTitle);
}

TEST(Cipher, ACompressedApduAndAnUnknownSuiteAreRefusedByName) {
  Octets apdu = vectors::octets(vectors::dlms("glo-get-30"), "hex");
  apdu[2] = 0xB0;
  EXPECT_EQ(CipheredApdu::parse(apdu).error(), CipherFault::UnknownSecurity);
  apdu[2] = 0x33;
  EXPECT_EQ(CipheredApdu::parse(apdu).error(), CipherFault::UnknownSecurity);
}

RC_GTEST_PROP(Cipher, GivesBackWhatWentInForEverySuiteProtectionAndWrapping, ()) {
  const auto suite =
      *rc::gen::element(SecuritySuite::Suite0, SecuritySuite::Suite1, SecuritySuite::Suite2);
  const auto key = [&] {
    return SecretOctets{
        *rc::gen::container<Octets>(key_octets(suite), rc::gen::arbitrary<std::uint8_t>())};
  };
  CipheringKeys keys{.suite = suite, .unicast = key(), .authentication = key()};
  keys.broadcast = key();
  keys.dedicated = key();
  RC_ASSERT(check_lengths(keys).has_value());
  const CipherOrder order{
      .wrapping = *rc::gen::element(Wrapping::Global, Wrapping::Dedicated, Wrapping::GeneralGlobal,
                                    Wrapping::GeneralDedicated),
      .control = {suite,
                  *rc::gen::element(Protection::Authenticated, Protection::Encrypted,
                                    Protection::AuthenticatedEncrypted),
                  *rc::gen::element(KeyUse::Unicast, KeyUse::Broadcast)},
      .sender = SystemTitle{*rc::gen::arbitrary<std::array<std::uint8_t, 8>>()},
      .invocation_counter = *rc::gen::arbitrary<std::uint32_t>()};
  Octets plain = *rc::gen::arbitrary<Octets>();
  plain.insert(plain.begin(), 0xC4);
  const auto apdu = cipher(keys, order, plain);
  RC_ASSERT(apdu.has_value());
  const auto parts = CipheredApdu::parse(apdu.value());
  RC_ASSERT(parts.has_value());
  RC_ASSERT(parts.value().control == order.control);
  RC_ASSERT(decipher(keys, parts.value(), order.sender).value() == plain);
}

TEST(CipheringKeys, OfTheWrongLengthAreNamedAndNotShown) {
  const CipheringKeys keys{.suite = SecuritySuite::Suite2,
                           .unicast = SecretOctets{Octets(32, 1)},
                           .authentication = SecretOctets{Octets(16, 1)}};
  EXPECT_EQ(check_lengths(keys).error().text(),
            "authentication key of 16 octets: must be 32 octets for suite 2");
}

TEST(KeyTransfer, WrapsAsPublished) {
  const auto vector = vectors::dlms("key-wrap");
  const SecretOctets master{vectors::octets(vectors::expected(vector), "kek")};
  const SecretOctets key{vectors::octets(vectors::expected(vector), "key")};
  Octets wrapped = crypto::aes_key_wrap(master, key).value();
  EXPECT_EQ(hex(wrapped), hex(vectors::octets(vector, "hex")));
  EXPECT_EQ(crypto::aes_key_unwrap(master, wrapped), key);
  wrapped[3] ^= 1;
  EXPECT_FALSE(crypto::aes_key_unwrap(master, wrapped));
  EXPECT_FALSE(crypto::aes_key_unwrap(master, OctetView{wrapped}.first(16)));
}

}  // namespace
}  // namespace metergate::dlms
