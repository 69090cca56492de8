// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/sts/key_attributes.hpp"
#include "protocols/sts/luhn.hpp"
#include "protocols/sts/meter_pan.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;
using vectors::text;

TEST(Luhn, TheVectorsHold) {
  each(sts_vectors(), "luhn", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    if (entry.contains("payload")) {
      EXPECT_EQ(luhn_check_digit(text(entry, "payload")), text(entry, "check_digit").at(0));
    } else {
      EXPECT_EQ(luhn_holds(text(entry, "number")), entry.at("valid").as_bool());
    }
  });
}

TEST(Luhn, WhatIsNoNumberHasNoCheckDigit) {
  EXPECT_EQ(luhn_check_digit("12a4"), std::nullopt);
  EXPECT_FALSE(luhn_holds(""));
}

TEST(MeterPan, TheVectorsHold) {
  each(sts_vectors(), "pan", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto drn = DecoderReferenceNumber::of(text(entry, "mfr_code"), text(entry, "serial"));
    ASSERT_TRUE(drn) << drn.error().text();
    EXPECT_EQ(drn->digits(), text(entry, "drn"));
    const MeterPan pan = MeterPan::of(*drn);
    EXPECT_EQ(pan.issuer(), text(entry, "iin"));
    EXPECT_EQ(pan.digits(), text(entry, "pan"));
    const auto parsed = MeterPan::parse(text(entry, "pan"));
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_TRUE(*parsed == pan);
    EXPECT_EQ(parsed->drn().manufacturer(), text(entry, "mfr_code"));
    EXPECT_EQ(parsed->drn().serial(), text(entry, "serial"));
  });
}

TEST(MeterPan, AWrongNumberIsRefusedAndSaysWhatWouldBeRight) {
  EXPECT_EQ(MeterPan::parse("600727").error().text(), "PAN 600727: must be 18 digits");
  EXPECT_EQ(MeterPan::parse("600727000000000008").error().text(),
            "PAN 600727000000000008: must be closed by its Luhn check digit");
  EXPECT_EQ(DecoderReferenceNumber::parse("12345678904").error().text(),
            "DRN 12345678904: must be closed by its Luhn check digit");
  EXPECT_EQ(DecoderReferenceNumber::of("123", "00000000").error().field, "manufacturer code");
  EXPECT_EQ(DecoderReferenceNumber::of("01", "0000000x").error().field, "serial number");
}

TEST(MeterPan, AnOperatorMayHaveHisOwnIssuerNumber) {
  const auto drn = DecoderReferenceNumber::of("11", "11111111").value();
  const auto pan = MeterPan::of(drn, "600001");
  ASSERT_TRUE(pan);
  EXPECT_TRUE(MeterPan::parse(pan->digits()).value() == *pan);
  EXPECT_EQ(MeterPan::of(drn, "0000").error().field, "IIN");
  EXPECT_EQ(MeterPan::of(drn, "000012").error().field, "IIN");
}

RC_GTEST_PROP(MeterPanLaws, EveryPanReadsBackAndNoSingleWrongDigitPasses, ()) {
  const bool four = *rc::gen::arbitrary<bool>();
  std::string digits;
  for (int i = 0; i < (four ? 12 : 10); ++i) {
    digits += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  }
  const std::size_t code = four ? 4 : 2;
  const auto drn = DecoderReferenceNumber::of(digits.substr(0, code), digits.substr(code)).value();
  std::string pan = MeterPan::of(drn).digits();
  RC_ASSERT(MeterPan::parse(pan).value().drn() == drn);
  char& wrong = pan[*rc::gen::inRange<std::size_t>(0, pan.size())];
  wrong = static_cast<char>('0' + (wrong - '0' + *rc::gen::inRange(1, 10)) % 10);
  RC_ASSERT(!MeterPan::parse(pan));
}

TEST(KeyAttributes, NumbersOutsideTheirFieldAreRefused) {
  EXPECT_EQ(SupplyGroupCode::parse("12345").error().text(), "SGC 12345: must be six digits");
  EXPECT_EQ(SupplyGroupCode::of(1'000'000).error().text(), "SGC 1000000: must be 0..999999");
  EXPECT_EQ(SupplyGroupCode::of(42).value().digits(), "000042");
  EXPECT_EQ(TariffIndex::of(100).error().text(), "TI 100: must be 00..99");
  EXPECT_EQ(TariffIndex::parse("7").error().text(), "TI 7: must be two digits");
  EXPECT_EQ(TariffIndex::parse("07").value().digits(), "07");
  EXPECT_EQ(KeyRevisionNumber::of(0).error().text(), "KRN 0: must be 1..9");
  EXPECT_EQ(KeyRevisionNumber::of(10).error().text(), "KRN 10: must be 1..9");
}

TEST(KeyAttributes, CodesReadBackAsWritten) {
  using enum EncryptionAlgorithm;
  for (const auto algorithm : {Sta, Dea, Misty1}) {
    EXPECT_EQ(parse_algorithm(algorithm_code(algorithm)), algorithm);
  }
  EXPECT_EQ(parse_algorithm("08"), std::nullopt);
  EXPECT_EQ(parse_key_generation("04"), KeyGeneration::Dkga04);
  EXPECT_EQ(parse_key_generation("03"), std::nullopt);
  EXPECT_EQ(key_type_of(4), std::nullopt);
  EXPECT_EQ(key_type_word(key_type_of(2).value()), "DUTK");
  for (const auto base : {BaseDate::Y1993, BaseDate::Y2014, BaseDate::Y2035}) {
    EXPECT_EQ(parse_base_date(base_date_code(base)), base);
  }
}

}  // namespace
}  // namespace metergate::sts
