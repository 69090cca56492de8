// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/ptut.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/utrn/utrn.hpp"
#include "tests/unit/protocols/utrn/utrn_vectors.hpp"

namespace metergate::utrn {
namespace {

using vectors::each;
using vectors::hex_number;
using vectors::number;
using vectors::text;

TEST(UtrnCheckDigit, TheVectorsHold) {
  each(utrn_vectors(), "check_digit", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    EXPECT_EQ(text(entry, "pptd") + text(entry, "check_digit"), text(entry, "utrn"));
    EXPECT_EQ(check_digit(utrn_of(entry)), std::stoi(text(entry, "check_digit")));
    EXPECT_TRUE(check_digit_holds(utrn_of(entry)));
  });
}

/// Every code that differs from `digits` in one digit, and in one swap of neighbours.
std::vector<TokenDigits> one_mistake(const TokenDigits& digits) {
  std::vector<TokenDigits> out;
  const auto right = digits.values();
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (std::uint8_t wrong = 0; wrong < 10; ++wrong) {
      auto values = right;
      values[at] = wrong;
      if (wrong != right[at]) out.push_back(TokenDigits::of(values));
    }
    auto values = right;
    if (at + 1 == right.size() || right[at] == right[at + 1]) continue;
    std::swap(values[at], values[at + 1]);
    out.push_back(TokenDigits::of(values));
  }
  return out;
}

TEST(UtrnCheckDigit, EverySingleWrongDigitAndEverySwapOfTheVectorsIsCaught) {
  each(utrn_vectors(), "error_detection", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    ASSERT_EQ(number(entry, "undetected_single_digit"), 0U);
    for (const TokenDigits& wrong : one_mistake(utrn_of(entry))) {
      EXPECT_FALSE(decode_utrn(wrong));
    }
  });
}

TEST(Ptut, TheVectorsHoldBothWays) {
  each(utrn_vectors(), "ptut_codec", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto ptut = decode_utrn(utrn_of(entry));
    ASSERT_TRUE(ptut);
    EXPECT_EQ(number(entry, "lead"), 0U);
    EXPECT_EQ(ptut->sub_class, number(entry, "sub_class"));
    EXPECT_EQ(ptut->truncated_counter, number(entry, "truncated_counter"));
    EXPECT_EQ(static_cast<unsigned>(ptut->top_up.value_class), number(entry, "value_class"));
    EXPECT_EQ(ptut->top_up.value, number(entry, "value"));
    EXPECT_EQ(ptut->mac, hex_number(entry, "mac"));
    EXPECT_EQ((std::uint64_t{ptut_header(*ptut)} << 32U) | ptut->mac, hex_number(entry, "ptut"));
    const auto minor = ptut->top_up.minor_units();
    EXPECT_EQ(minor.has_value(), entry.at("minor_units").is_number());
    if (minor) {
      EXPECT_EQ(*minor, number(entry, "minor_units"));
    }
    EXPECT_EQ(encode_utrn(*ptut).value(), utrn_of(entry));
  });
}

TEST(DigitFamily, TheVectorsHold) {
  each(utrn_vectors(), "classify", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto digits = TokenDigits::parse(text(entry, "digits"));
    EXPECT_EQ(digits ? digit_family_word(digit_family(*digits)) : "malformed",
              text(entry, "class"));
  });
}

TEST(TopUpValue, HundredthsAreTakenAsFarAsTheyReach) {
  EXPECT_EQ(TopUpValue::from_minor_units(8191).value(), (TopUpValue{ValueClass::Hundredths, 8191}));
  EXPECT_EQ(TopUpValue::from_minor_units(8200).value(), (TopUpValue{ValueClass::WholeUnits, 82}));
  EXPECT_EQ(TopUpValue::from_minor_units(819'100).value().minor_units(), 819'100U);
  EXPECT_EQ(TopUpValue::from_minor_units(8192).error().text(),
            "top-up of 8192 minor units: must be at most 8191, or a multiple of 100 up to 819100");
  EXPECT_FALSE(TopUpValue::from_minor_units(819'200));
}

TEST(Ptut, AFieldTooWideForItsPlaceIsRefusedByName) {
  EXPECT_EQ(encode_utrn({.sub_class = 16}).error().field, "sub-class");
  EXPECT_EQ(encode_utrn({.truncated_counter = 1024}).error().field, "counter");
  EXPECT_EQ(encode_utrn({.top_up = {ValueClass::Hundredths, 8192}}).error().field, "value");
}

rc::Gen<Ptut> any_ptut() {
  return rc::gen::exec([] {
    return Ptut{.sub_class = *rc::gen::inRange<std::uint8_t>(0, 16),
                .truncated_counter = *rc::gen::inRange<std::uint16_t>(0, 1024),
                .top_up = {static_cast<ValueClass>(*rc::gen::inRange(0, 4)),
                           *rc::gen::inRange<std::uint16_t>(0, 8192)},
                .mac = *rc::gen::arbitrary<std::uint32_t>()};
  });
}

RC_GTEST_PROP(PtutLaws, EveryCodeReadsBack, ()) {
  const Ptut ptut = *any_ptut();
  const auto digits = encode_utrn(ptut);
  RC_ASSERT(digits.has_value());
  RC_ASSERT(decode_utrn(*digits).value() == ptut);
  RC_ASSERT(digit_family(*digits) ==
            (ptut.sub_class == 0 ? DigitFamily::Utrn : DigitFamily::UtrnUnknownSubClass));
}

RC_GTEST_PROP(PtutLaws, AnySingleWrongDigitOrSwapIsCaught, ()) {
  for (const TokenDigits& wrong : one_mistake(encode_utrn(*any_ptut()).value())) {
    RC_ASSERT(!decode_utrn(wrong));
  }
}

RC_GTEST_PROP(PtutLaws, TwentyRandomDigitsAreReadOrRefusedAndNeverCrash, ()) {
  std::array<std::uint8_t, 20> values{};
  values[0] = *rc::gen::element<std::uint8_t>(7, 7, 8, 9, 0, 3);
  for (std::size_t at = 1; at < values.size(); ++at) {
    values[at] = *rc::gen::inRange<std::uint8_t>(0, 10);
  }
  const TokenDigits digits = TokenDigits::of(values);
  const auto ptut = decode_utrn(digits);
  if (ptut) RC_ASSERT(encode_utrn(*ptut).value() == digits);
  RC_ASSERT(ptut.has_value() == (digit_family(digits) == DigitFamily::Utrn ||
                                 digit_family(digits) == DigitFamily::UtrnUnknownSubClass));
}

}  // namespace
}  // namespace metergate::utrn
