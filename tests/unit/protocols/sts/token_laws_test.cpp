// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/sts/token_codec.hpp"
#include "tests/unit/protocols/sts/random_content.hpp"

namespace metergate::sts {
namespace {

RC_GTEST_PROP(TokenLaws, EveryContentReadsBackUnderEveryAlgorithm, ()) {
  const TokenContent content = *any_content();
  const TokenCipher cipher = *any_cipher();
  const auto digits = encode_token(content, cipher);
  if (class_of(content) == TokenClass::Reserved) {
    RC_ASSERT(!digits);
    return;
  }
  RC_ASSERT(digits.has_value());
  const auto bits = token_bits(*digits);
  RC_ASSERT(bits.has_value());
  RC_ASSERT(token_class(*bits) == class_of(content));
  const auto decoded = decode_token(*bits, cipher);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == content);
}

RC_GTEST_PROP(TokenLaws, EverySoundBlockHasOneContentThatMakesItAgain,
              (std::uint64_t data, std::uint8_t kind)) {
  const auto token_class = static_cast<TokenClass>(kind & 3U);
  const std::uint64_t data48 = data >> 16U;
  const std::uint64_t block = (data48 << 16U) | data_crc(token_class, data48);
  const auto content = decode_block(token_class, block);
  RC_ASSERT(content.has_value());
  RC_ASSERT(class_of(*content) == token_class);
  RC_ASSERT(encode_block(*content).value() == block);
}

RC_GTEST_PROP(TokenLaws, AnyOneBitTurnedInABlockIsNoticed,
              (std::uint64_t data, std::uint8_t kind)) {
  const auto token_class = static_cast<TokenClass>(kind & 3U);
  const std::uint64_t data48 = data >> 16U;
  const std::uint64_t block = (data48 << 16U) | data_crc(token_class, data48);
  const std::uint64_t wrong = block ^ (std::uint64_t{1} << *rc::gen::inRange(0U, 64U));
  // Subclasses 4..7 of class 0 have another sum than the rest, so a bit of the subclass changes
  // the rule as well; those the law does not speak of.
  if ((wrong >> 60U) != (block >> 60U)) return;
  RC_ASSERT(!decode_block(token_class, wrong));
}

RC_GTEST_PROP(TokenLaws, TwentyRandomDigitsAreReadOrRefusedAndNeverCrash, ()) {
  std::array<std::uint8_t, 20> values{};
  for (auto& value : values) value = *rc::gen::inRange<std::uint8_t>(0, 10);
  const TokenDigits digits = TokenDigits::of(values);
  const TokenCipher cipher = *any_cipher();
  const auto bits = token_bits(digits);
  if (!bits) return;
  RC_ASSERT(token_digits(*bits) == digits);
  if (const auto content = decode_token(*bits, cipher)) {
    const auto again = encode_block(*content);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == clear_block(*bits, cipher));
  }
}

RC_GTEST_PROP(TokenLaws, InsertingAClassLosesNothing, (std::uint64_t block, std::uint8_t kind)) {
  const auto token_class_in = static_cast<TokenClass>(kind & 3U);
  const TokenBits bits = insert_class(token_class_in, block);
  RC_ASSERT(token_class(bits) == token_class_in);
  RC_ASSERT(block_of(bits) == block);
  RC_ASSERT(token_bits(token_digits(bits)).value() == bits);
}

TEST(TokenFields, AFieldTooWideForItsPlaceIsRefusedByName) {
  const auto field = [](const TokenContent& content) {
    return encode_block(content).error().field;
  };
  EXPECT_EQ(field(UnitCredit{.random = 16}), "RND");
  EXPECT_EQ(field(ManagementToken{.random = 16}), "RND");
  EXPECT_EQ(field(InitiateMeterTest{.control = std::uint64_t{1} << 36U}), "control");
  EXPECT_EQ(field(InitiateMeterTest{.manufacturer = 256}), "manufacturer");
  EXPECT_EQ(field(InitiateMeterTest{ManufacturerForm::FourDigits, std::uint64_t{1} << 28U, 0}),
            "control");
  EXPECT_EQ(field(ExtendedRead{.selector = std::uint64_t{1} << 36U}), "selector");
  EXPECT_EQ(field(SetFirstSectionDecoderKey{.key_expiry_high = 16}), "KENHO");
  EXPECT_EQ(field(SetFirstSectionDecoderKey{.key_revision = 16}), "KRN");
  EXPECT_EQ(field(SetFirstSectionDecoderKey{.key_type = 4}), "KT");
  EXPECT_EQ(field(SetSecondSectionDecoderKey{.key_expiry_low = 16}), "KENLO");
  EXPECT_EQ(field(SetThirdSectionDecoderKey{.upper = 0x1000}), "SGC");
  EXPECT_EQ(field(SetFourthSectionDecoderKey{.supply_group_high = 0x1000}), "SGC high");
  EXPECT_EQ(field(OtherToken{TokenClass::Credit, 16, 0}), "subclass");
  EXPECT_EQ(field(OtherToken{TokenClass::Credit, 3, 0}), "subclass");
  EXPECT_EQ(field(OtherToken{TokenClass::Credit, 8, std::uint64_t{1} << 44U}), "data");
}

TEST(TokenFields, ManagementCannotStandForAKeyChange) {
  const ManagementToken token{.management = static_cast<Management>(3)};
  EXPECT_EQ(encode_block(token).error().field, "subclass");
}

TEST(TokenWords, EveryMeterTestReadsBackFromItsWord) {
  for (std::size_t bit = 0; bit < kMeterTests; ++bit) {
    const auto test = static_cast<MeterTest>(bit);
    EXPECT_EQ(parse_meter_test(meter_test_word(test)), test);
  }
  EXPECT_EQ(parse_meter_test("self-destruct"), std::nullopt);
}

}  // namespace
}  // namespace metergate::sts
