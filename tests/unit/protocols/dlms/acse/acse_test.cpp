// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "tests/support/vector_entry.hpp"

namespace metergate::dlms {
namespace {

Octets bytes(std::string_view id) { return vectors::octets(vectors::dlms(id), "hex"); }
std::string hex(OctetView octets) { return hex::text(octets); }

TEST(Aarq, WithoutAuthenticationIsReadAndMadeAgainAsPublished) {
  const Octets apdu = bytes("acse-aarq-none");
  const auto aarq = Aarq::decode(apdu);
  ASSERT_TRUE(aarq) << aarq.error().text();
  EXPECT_EQ(aarq->context, ApplicationContext::LogicalNames);
  EXPECT_EQ(aarq->mechanism, AuthenticationMechanism::Lowest);
  EXPECT_EQ(hex(aarq->encode()), hex(apdu));
  const auto proposal = InitiateRequest::decode(aarq->user_information);
  ASSERT_TRUE(proposal) << proposal.error().text();
  EXPECT_EQ(proposal->version, 6);
  EXPECT_EQ(proposal->conformance.bits(), 0x007E1FU);
  EXPECT_EQ(proposal->max_receive_pdu, 1200);
  EXPECT_EQ(hex(proposal->encode()), hex(aarq->user_information));
}

TEST(Aarq, WithAPasswordIsReadAndMadeAgainAsPublished) {
  const Octets apdu = bytes("acse-aarq-lls");
  const auto aarq = Aarq::decode(apdu);
  ASSERT_TRUE(aarq) << aarq.error().text();
  EXPECT_EQ(aarq->mechanism, AuthenticationMechanism::LowLevel);
  const std::string_view password = "12345678";
  EXPECT_EQ(aarq->authentication_value,
            crypto::SecretOctets{Octets(password.begin(), password.end())});
  EXPECT_EQ(hex(aarq->encode()), hex(apdu));
}

TEST(Aarq, OfHighLevelIsReadAndMadeAgainAsPublished) {
  const Octets apdu = bytes("acse-aarq-hls");
  const auto aarq = Aarq::decode(apdu);
  ASSERT_TRUE(aarq) << aarq.error().text();
  EXPECT_EQ(aarq->mechanism, AuthenticationMechanism::HighLevelGmac);
  EXPECT_EQ(hex(aarq->authentication_value.view()), "4b 35 36 69 56 61 67 59");
  EXPECT_EQ(hex(aarq->encode()), hex(apdu));
}

TEST(Aarq, OfACipheredContextNamesItsSender) {
  for (const auto id : {"acse-aarq-ciphered", "live-gmac-session"}) {
    const Octets apdu = bytes(id);
    const auto aarq = Aarq::decode(apdu);
    ASSERT_TRUE(aarq) << aarq.error().text();
    EXPECT_EQ(aarq->context, ApplicationContext::LogicalNamesCiphered);
    ASSERT_TRUE(aarq->calling_ap_title) << id;
    EXPECT_EQ(hex(aarq->encode()), hex(apdu));
  }
}

TEST(Aarq, NamesTheUserOfTheClientAndItsCertificate) {
  const Aarq aarq{.calling_ae_qualifier = {0x30, 0x00}, .calling_ae_invocation_id = 7};
  EXPECT_EQ(Aarq::decode(aarq.encode()).value(), aarq);
}

TEST(Aarq, WithAPasswordButNoMechanismShowsNone) {
  Octets apdu = bytes("acse-aarq-lls");
  apdu[17] = 0x8D;  // the mechanism's tag: a field nobody knows
  const auto aarq = Aarq::decode(apdu);
  ASSERT_TRUE(aarq) << aarq.error().text();
  EXPECT_EQ(aarq->mechanism, AuthenticationMechanism::Lowest);
  EXPECT_EQ(aarq->authentication_value.size(), 0U);
}

TEST(Aarq, WithAForeignContextNameIsReadSoThatItCanBeRefused) {
  Octets apdu = bytes("acse-aarq-none");
  apdu[8] = 0x06;  // 2.16.756.5.*
  const auto aarq = Aarq::decode(apdu);
  ASSERT_TRUE(aarq) << aarq.error().text();
  EXPECT_EQ(aarq->context, ApplicationContext::Unknown);
}

TEST(Aarq, SaysWhatIsWrongWithItAndNotWhatThePasswordIs) {
  Octets apdu = bytes("acse-aarq-lls");
  apdu[28] = 0x81;  // the choice inside authentication-value
  const auto aarq = Aarq::decode(apdu);
  ASSERT_FALSE(aarq);
  EXPECT_EQ(aarq.error().text(), "authentication-value at octet 26: must be one charstring [0]");
}

TEST(Aare, AcceptedIsReadAndMadeAgainAsPublished) {
  const Octets apdu = bytes("acse-aare-ok");
  const auto aare = Aare::decode(apdu);
  ASSERT_TRUE(aare) << aare.error().text();
  EXPECT_EQ(aare->result, AssociationResult::Accepted);
  EXPECT_EQ(aare->diagnostic, Diagnostic{});
  EXPECT_EQ(hex(aare->encode()), hex(apdu));
  const auto answer = decode_initiate_answer(aare->user_information);
  ASSERT_TRUE(answer);
  const auto& response = std::get<InitiateResponse>(answer.value());
  EXPECT_EQ(response.conformance.bits(), 0x00501FU);
  EXPECT_EQ(response.max_receive_pdu, 500);
  EXPECT_EQ(response.vaa_name, kLogicalNameVaa);
  EXPECT_EQ(hex(response.encode()), hex(aare->user_information));
}

TEST(Aare, SaysWhyItRefuses) {
  const auto context = Aare::decode(bytes("acse-aare-bad-context"));
  ASSERT_TRUE(context);
  EXPECT_EQ(context->result, AssociationResult::RejectedPermanent);
  EXPECT_EQ(context->diagnostic.text(), "application-context-name-not-supported");
  EXPECT_EQ(hex(context->encode()), hex(bytes("acse-aare-bad-context")));

  const auto version = Aare::decode(bytes("acse-aare-version"));
  ASSERT_TRUE(version);
  const auto error = decode_initiate_answer(version->user_information);
  ASSERT_TRUE(error);
  EXPECT_EQ(text(std::get<ConfirmedServiceError>(error.value())),
            "initiate refused: DLMS version too low");
  EXPECT_EQ(hex(encode_initiate_refusal(1)), hex(version->user_information));
  EXPECT_EQ(hex(version->encode()), hex(bytes("acse-aare-version")));

  const auto bare = Aare::decode(bytes("acse-aare-no-userinfo"));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->diagnostic.text(), "authentication-failure");
  EXPECT_TRUE(bare->user_information.empty());
  EXPECT_EQ(hex(bare->encode()), hex(bytes("acse-aare-no-userinfo")));
}

TEST(Aare, AsksForPassThreeWithItsChallenge) {
  const Octets apdu = bytes("acse-aare-hls-pending");
  const auto aare = Aare::decode(apdu);
  ASSERT_TRUE(aare) << aare.error().text();
  EXPECT_EQ(aare->result, AssociationResult::Accepted);
  EXPECT_EQ(aare->diagnostic.value, Diagnostic::AuthenticationRequired);
  EXPECT_EQ(aare->mechanism, AuthenticationMechanism::HighLevelGmac);
  EXPECT_EQ(hex(aare->challenge), "50 36 77 52 4a 32 31 46");
  EXPECT_EQ(hex(aare->encode()), hex(apdu));
}

TEST(Aare, NamesItsCertificate) {
  const Aare aare{.responding_ae_qualifier = {0x30, 0x00}};
  EXPECT_EQ(Aare::decode(aare.encode()).value(), aare);
}

TEST(Aare, OfAStrangerIsReadThoughItHoldsFieldsWeHaveNoUseFor) {
  const auto vector = vectors::dlms("live-gmac-session");
  const auto aare = Aare::decode(vectors::octets(vectors::expected(vector), "aare"));
  ASSERT_TRUE(aare) << aare.error().text();
  ASSERT_TRUE(aare->responding_ap_title);
  EXPECT_EQ(hex(aare->responding_ap_title->view()), "41 42 43 44 45 46 47 48");
  EXPECT_EQ(aare->challenge.size(), 16U);
}

TEST(Aare, WithoutAResultIsNone) {
  const Octets apdu{0x61, 0x00};
  const auto aare = Aare::decode(apdu);
  ASSERT_FALSE(aare);
  EXPECT_EQ(aare.error().field, "result");
}

TEST(Release, IsReadAndMadeAgainAsPublished) {
  for (const auto id : {"acse-rlrq", "acse-rlre", "acse-rlre-ciphered"}) {
    const auto release = Release::decode(bytes(id));
    ASSERT_TRUE(release) << release.error().text();
    EXPECT_EQ(release->reason, Release::Normal);
    EXPECT_EQ(hex(release->encode()), hex(bytes(id)));
  }
  const Octets bare{0x62, 0x00};
  EXPECT_EQ(Release::decode(bare).value().encode(), bare);
}

TEST(Release, OfAMeterThatCountsItsLengthWrongIsAReleaseStill) {
  const Octets response{0x63, 0x05, 0x80, 0x01, 0x00};
  EXPECT_TRUE(Release::decode(response));
  const Octets request{0x62, 0x05, 0x80, 0x01, 0x00};
  EXPECT_FALSE(Release::decode(request));
}

TEST(Initiate, CarriesADedicatedKeyAndRefusesOneOfAnotherLength) {
  const auto vector = vectors::dlms("acse-aarq-ciphered");
  Octets plain = vectors::octets(vectors::expected(vector), "plain_initiate");
  const auto proposal = InitiateRequest::decode(plain);
  ASSERT_TRUE(proposal) << proposal.error().text();
  EXPECT_EQ(proposal->dedicated_key,
            crypto::SecretOctets{vectors::octets(vectors::expected(vector), "dedicated_key")});
  EXPECT_EQ(hex(proposal->encode()), hex(plain));
  plain[2] = 0x0F;
  EXPECT_EQ(InitiateRequest::decode(plain).error().field, "dedicated-key");
}

TEST(Initiate, TakesTheShortTagOfOldMeters) {
  const Octets response{0x08, 0x00, 0x06, 0x5F, 0x04, 0x00, 0x00, 0x10, 0x1D, 0x02, 0x00, 0x00, 7};
  const auto read = InitiateResponse::decode(response);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->conformance.bits(), 0x00101DU);
}

TEST(Initiate, KeepsWhatIsNotTheDefault) {
  const InitiateRequest request{.response_allowed = false, .quality_of_service = 3};
  EXPECT_EQ(InitiateRequest::decode(request.encode()).value(), request);
  const InitiateResponse response{.quality_of_service = 1, .vaa_name = 0xFA00};
  EXPECT_EQ(InitiateResponse::decode(response.encode()).value(), response);
}

TEST(Conformance, NumbersItsBitsFromTheFirstOnTheWire) {
  EXPECT_EQ(Conformance{Service::Action}.bits(), 0x000001U);
  EXPECT_EQ(Conformance{Service::GeneralProtection}.bits(), 0x400000U);
  EXPECT_EQ((Conformance{Service::Get, Service::Set} & Conformance{Service::Get}),
            Conformance{Service::Get});
  EXPECT_EQ(service_word(19), "get");
}

/// Whatever happens to an APDU on its way, it is read as something or refused.
TEST(Acse, NoPrefixAndNoFlippedBitIsReadPastItsEnd) {
  for (const auto id :
       {"acse-aarq-none", "acse-aarq-lls", "acse-aarq-hls", "acse-aarq-ciphered", "acse-aare-ok",
        "acse-aare-hls-pending", "acse-aare-no-userinfo", "acse-rlrq", "acse-rlre-ciphered"}) {
    const Octets apdu = bytes(id);
    for (std::size_t length = 0; length < apdu.size(); ++length) {
      const OctetView prefix = OctetView{apdu}.first(length);
      EXPECT_FALSE(Aarq::decode(prefix)) << id << ' ' << length;
      EXPECT_FALSE(Aare::decode(prefix)) << id << ' ' << length;
      static_cast<void>(Release::decode(prefix));
    }
    for (std::size_t bit = 0; bit < apdu.size() * 8; ++bit) {
      Octets flipped = apdu;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
      if (const auto aarq = Aarq::decode(flipped)) {
        EXPECT_TRUE(Aarq::decode(aarq.value().encode()));
      }
      if (const auto aare = Aare::decode(flipped)) {
        EXPECT_TRUE(Aare::decode(aare.value().encode()));
      }
    }
  }
}

}  // namespace
}  // namespace metergate::dlms
