// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_codec.hpp"

#include <gtest/gtest.h>

#include "protocols/sts/token_crc.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;
using vectors::hex_number;
using vectors::number;
using vectors::text;

TokenDigits digits_of(const boost::json::object& entry) {
  return TokenDigits::parse(text(entry, "token")).value();
}

TokenClass class_in(const boost::json::object& entry) {
  return static_cast<TokenClass>(number(entry, "class"));
}

TEST(TokenCrc, TheVectorsHold) {
  each(sts_vectors(), "crc", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    if (text(entry, "kind") == "crc16_raw") {
      EXPECT_EQ(token_crc(vectors::octets(entry, "bytes")), hex_number(entry, "crc"));
    } else {
      EXPECT_EQ(data_crc(class_in(entry), hex_number(entry, "data48")), hex_number(entry, "crc"));
    }
  });
}

TEST(ClassInsertion, TheVectorsHoldBothWays) {
  each(sts_vectors(), "transpose", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto bits = token_bits(digits_of(entry));
    ASSERT_TRUE(bits);
    const std::uint64_t block = hex_number(entry, "block");
    EXPECT_EQ(insert_class(class_in(entry), block), *bits);
    EXPECT_EQ(block_of(*bits), block);
    EXPECT_EQ(token_class(*bits), class_in(entry));
    const std::string v66 = text(entry, "v66");
    EXPECT_EQ(std::stoull(v66.substr(0, v66.size() - 16) + "0", nullptr, 16) >> 4U, bits->high);
    EXPECT_EQ(std::stoull(v66.substr(v66.size() - 16), nullptr, 16), bits->low);
    EXPECT_EQ(token_digits(*bits), digits_of(entry));
  });
}

TEST(MeterTestToken, TheVectorsOfClass1HoldBothWays) {
  each(sts_vectors(), "class1", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto bits = token_bits(digits_of(entry));
    ASSERT_TRUE(bits);
    EXPECT_EQ(block_of(*bits), hex_number(entry, "block"));
    const auto content = decode_block(TokenClass::Test, block_of(*bits));
    ASSERT_TRUE(content);
    EXPECT_EQ(subclass_of(*content), number(entry, "subclass"));
    if (const auto* test = std::get_if<InitiateMeterTest>(&*content)) {
      EXPECT_EQ(test->control, hex_number(entry, "control"));
      EXPECT_EQ(test->manufacturer, std::stoull(text(entry, "mfr_code")));
    } else {
      EXPECT_EQ(std::get<ExtendedRead>(*content).selector, hex_number(entry, "control"));
    }
    EXPECT_EQ(encode_clear_token(*content).value(), digits_of(entry));
  });
}

TEST(MeterTestToken, TheOneThatCirculatesWithAWrongCheckSumIsRefused) {
  each(sts_vectors(), "negative", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    ASSERT_FALSE(entry.at("crc_ok").as_bool());
    const auto bits = token_bits(digits_of(entry));
    ASSERT_TRUE(bits);
    EXPECT_FALSE(clear_crc_holds(*bits));
    const auto content = decode_block(token_class(*bits), block_of(*bits));
    ASSERT_FALSE(content);
    EXPECT_EQ(content.error(), (CrcFault{.found = 0xFFC0, .expected = 0x4B80}));
  });
}

/// What a token of the vectors says, put together from its fields alone.
TokenContent content_of(const boost::json::object& entry) {
  const auto subclass = static_cast<unsigned>(number(entry, "subclass"));
  const auto tid = TokenIdentifier::from_minutes(static_cast<std::uint32_t>(number(entry, "tid")));
  const auto random = static_cast<RandomNumber>(number(entry, "rnd"));
  const std::uint64_t raw = hex_number(entry, "value_raw");
  if (class_in(entry) == TokenClass::Management) {
    return ManagementToken{static_cast<Management>(subclass), random, tid,
                           static_cast<std::uint16_t>(raw)};
  }
  if (subclass < 4) {
    return UnitCredit{static_cast<Commodity>(subclass), random, tid,
                      TransferAmount::from_code(static_cast<std::uint16_t>(raw))};
  }
  return CurrencyCredit{static_cast<Commodity>(subclass - 4), tid,
                        CurrencyAmount::from_code(static_cast<std::uint32_t>(raw))};
}

TEST(EncryptedToken, ThePublishedTokensAreMadeDigitForDigitAndReadBack) {
  each(sts_vectors(), "tokens", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const VectorConfig config = vector_config(text(entry, "config"));
    const TokenCipher cipher = config.cipher();
    const TokenContent content = content_of(entry);

    EXPECT_EQ(encode_block(content).value(), hex_number(entry, "block"));
    EXPECT_EQ(cipher.encrypt(hex_number(entry, "block")), hex_number(entry, "cipher"));
    EXPECT_EQ(encode_token(content, cipher).value(), digits_of(entry));

    const auto bits = token_bits(digits_of(entry));
    ASSERT_TRUE(bits);
    const auto decoded = decode_token(*bits, cipher);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(*decoded == content);

    const TokenClock clock{.base = config.derivation.base_date};
    EXPECT_EQ(token_identifier(vectors::minute(entry, "issued"), clock).value(),
              tid_of(*decoded).value());
    if (entry.contains("units")) {
      EXPECT_EQ(TransferAmount::from_units(number(entry, "units")).value().code(),
                hex_number(entry, "value_raw"));
    }
  });
}

TEST(EncryptedToken, UnderAnotherMetersKeyTheCheckSumDoesNotHold) {
  // One token in 65536 would pass by chance; none of the published ones does.
  const TokenCipher other = vector_config("S11.p11.2035.ti02").cipher();
  each(sts_vectors(), "tokens", [&](const boost::json::object& entry) {
    EXPECT_FALSE(decode_token(token_bits(digits_of(entry)).value(), other));
  });
}

TEST(EncryptedToken, TheExampleOfTheStandardReadsAsPrinted) {
  const auto key = crypto::SecretOctets::from_hex("0ABC12DEF3456789").value();
  const auto cipher =
      TokenCipher::of(EncryptionAlgorithm::Sta, DecoderKey::of(key).value()).value();
  const auto digits = TokenDigits::parse("5104 3465-4434 2085 6213").value();
  const auto content = decode_token(token_bits(digits).value(), cipher);
  ASSERT_TRUE(content);
  const auto& credit = std::get<UnitCredit>(*content);
  EXPECT_EQ(credit.commodity, Commodity::Electricity);
  EXPECT_EQ(credit.amount.units(), 256U);  // 25.6 kWh
  EXPECT_EQ(rfc3339::text(token_time(credit.tid, {.base = BaseDate::Y1993})),
            "1996-03-25T13:55:00Z");
}

TEST(TokenDigitsOfSts, TheLastNumberIsTwoToTheSixtySixthLessOne) {
  const auto last = TokenDigits::parse("73786976294838206463").value();
  EXPECT_EQ(token_bits(last).value(), (TokenBits{3, ~std::uint64_t{0}}));
  EXPECT_FALSE(token_bits(TokenDigits::parse("73786976294838206464").value()));
  EXPECT_FALSE(token_bits(TokenDigits::parse("99999999999999999999").value()));
}

TEST(TokenDigitsOfSts, GroupsOfFourAreShownAndTaken) {
  const auto digits = TokenDigits::parse("00000000000150997584").value();
  EXPECT_EQ(digits.reveal_grouped(), "0000 0000 0001 5099 7584");
  EXPECT_EQ(TokenDigits::parse(digits.reveal_grouped()).value(), digits);
  EXPECT_EQ(digits.redacted(), "0000…84");
}

}  // namespace
}  // namespace metergate::sts
