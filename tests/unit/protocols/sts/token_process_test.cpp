// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_process.hpp"

#include <gtest/gtest.h>

#include <map>

#include "protocols/sts/token_codec.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using namespace std::chrono_literals;
using vectors::each;
using vectors::text;
using enum TokenResult;

constexpr UtcSeconds kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
constexpr auto kManufactured = TokenIdentifier::from_minutes(44'640);

/// A meter on the bench, and the tokens a vendor would make for it.
class Bench {
 public:
  explicit Bench(std::string_view config = "S11.p11", TokenProcessRules rules = {})
      : config_{vector_config(config)},
        process_{MeterKey{.cipher = config_.cipher(),
                          .key_type = config_.derivation.key_type,
                          .supply_group = config_.derivation.supply_group.number()},
                 TidStore{kManufactured}, rules} {}

  TokenResult enter(const TokenDigits& digits, UtcSeconds now = kNow) {
    return process_.process(digits, now, [this](const TokenContent& content) {
      executed_.push_back(content);
      return answer;
    });
  }
  TokenResult enter(const TokenContent& content, UtcSeconds now = kNow) {
    return enter(encode_token(content, config_.cipher()).value(), now);
  }
  TokenResult credit(std::uint32_t minutes) {
    return enter(UnitCredit{.tid = TokenIdentifier::from_minutes(minutes),
                            .amount = TransferAmount::from_code(100)});
  }

  TokenResult answer = Accept;
  const VectorConfig config_;
  TokenProcess process_;
  std::vector<TokenContent> executed_;
};

std::vector<TokenContent> sections_to(std::string_view config, KeyType type = KeyType::Unique,
                                      Rollover rollover = Rollover::No) {
  const VectorConfig to = vector_config(config);
  return key_change_sections({.key = to.expected,
                              .key_type = type,
                              .key_revision = to.derivation.key_revision,
                              .tariff_index = to.derivation.tariff_index,
                              .key_expiry = {},
                              .supply_group = to.derivation.supply_group,
                              .rollover = rollover});
}

TEST(TokenProcess, TheScenariosOfTheVectorsEndAsTheySay) {
  each(sts_vectors(), "meter_scenarios", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const auto& meter = entry.at("meter").as_object();
    Bench bench{text(meter, "config")};
    for (const auto& one : entry.at("steps").as_array()) {
      const auto& step = one.as_object();
      const auto digits = TokenDigits::parse(text(step, "token")).value();
      EXPECT_EQ(token_result_word(bench.enter(digits)), text(step, "result"));
      if (step.contains("decoder_key_after")) {
        EXPECT_TRUE(bench.process_.key().cipher.key() == decoder_key(step, "decoder_key_after"));
      }
    }
  });
}

TEST(TokenProcess, ATokenIsTakenOnce) {
  Bench bench;
  EXPECT_EQ(bench.credit(50'000), Accept);
  EXPECT_EQ(bench.credit(50'000), UsedError);
  EXPECT_EQ(bench.credit(44'000), OldError);
  EXPECT_EQ(bench.executed_.size(), 1U);
}

TEST(TokenProcess, ARefusedTokenStaysUsable) {
  Bench bench;
  bench.answer = OverflowError;
  EXPECT_EQ(bench.credit(50'000), OverflowError);
  bench.answer = Accept;
  EXPECT_EQ(bench.credit(50'000), Accept);
}

TEST(TokenProcess, AnotherMetersTokenFailsItsCheckSum) {
  Bench bench{"S11.p11"};
  Bench other{"S11.p13"};
  const auto digits = encode_token(ManagementToken{.tid = TokenIdentifier::from_minutes(50'000)},
                                   bench.config_.cipher())
                          .value();
  EXPECT_EQ(other.enter(digits), CrcError);
  EXPECT_EQ(bench.enter(digits), Accept);
}

TEST(TokenProcess, DigitsThatAreNoTokenAndReservedOnesAreRefused) {
  Bench bench;
  EXPECT_EQ(bench.enter(TokenDigits::parse("99999999999999999999").value()), FormatError);
  const auto reserved = token_digits(insert_class(TokenClass::Reserved, 0));
  EXPECT_EQ(bench.enter(reserved), FunctionError);
  EXPECT_EQ(bench.enter(OtherToken{TokenClass::Management, 12, 0}), FunctionError);
}

TEST(TokenProcess, ATokenPastTheKeyExpiryNumberIsRefused) {
  Bench bench;
  MeterKey key = bench.process_.key();
  key.key_expiry = {0};
  TokenProcess process{key, TidStore{TokenIdentifier::from_minutes(100)}, {}};
  const auto accept = [](const TokenContent&) { return Accept; };
  const auto token = [&](std::uint32_t minutes) {
    return encode_token(UnitCredit{.tid = TokenIdentifier::from_minutes(minutes)}, key.cipher)
        .value();
  };
  EXPECT_EQ(process.process(token(0xFFFF), kNow, accept), Accept);
  EXPECT_EQ(process.process(token(0x1'0000), kNow, accept), KeyExpiredError);
}

TEST(TokenProcess, UnderADefaultKeyThereIsNoCreditButManagement) {
  Bench bench;
  MeterKey key = bench.process_.key();
  key.key_type = KeyType::Default;
  TokenProcess process{key, TidStore{kManufactured}, {}};
  const auto accept = [](const TokenContent&) { return Accept; };
  const auto tid = TokenIdentifier::from_minutes(50'000);
  EXPECT_EQ(process.process(encode_token(UnitCredit{.tid = tid}, key.cipher).value(), kNow, accept),
            DdtkError);
  EXPECT_EQ(
      process.process(encode_token(ManagementToken{.tid = tid}, key.cipher).value(), kNow, accept),
      Accept);
}

TEST(TokenProcess, AMeterTestForAnotherMakerIsRefused) {
  Bench bench{"S11.p11", {.manufacturer_form = ManufacturerForm::TwoDigits, .manufacturer = 12}};
  const auto test = [&](ManufacturerForm form, std::uint16_t maker) {
    return bench.enter(InitiateMeterTest{form, control_bit(MeterTest::LoadSwitch), maker});
  };
  EXPECT_EQ(test(ManufacturerForm::TwoDigits, 0), Accept);
  EXPECT_EQ(test(ManufacturerForm::FourDigits, 0), Accept);
  EXPECT_EQ(test(ManufacturerForm::TwoDigits, 12), Accept);
  EXPECT_EQ(test(ManufacturerForm::TwoDigits, 13), MfrCodeError);
  EXPECT_EQ(test(ManufacturerForm::FourDigits, 12), MfrCodeError);
}

TEST(TokenProcess, AKeyChangeTakesEffectOnlyWhenTheSetIsWhole) {
  Bench bench;
  const auto sections = sections_to("S11.p11.ti02");
  ASSERT_EQ(sections.size(), 4U);
  EXPECT_EQ(bench.enter(sections[0]), FirstKct);
  EXPECT_EQ(bench.enter(sections[1]), SecondKct);
  EXPECT_EQ(bench.credit(50'000), Accept);  // the old key still holds
  EXPECT_EQ(bench.enter(sections[2]), ThirdKct);
  EXPECT_EQ(bench.enter(sections[3]), Accept);
  EXPECT_EQ(bench.process_.key().tariff_index, 2);
  EXPECT_EQ(bench.credit(50'001), CrcError);
  EXPECT_EQ(bench.enter(sections[0]), CrcError);  // a replay does not decrypt any more
}

TEST(TokenProcess, AKeyOf64BitsChangesWithTwoTokensOrThree) {
  for (const auto third : {SupplyGroupToken::Without, SupplyGroupToken::With}) {
    Bench bench{"S07.p11"};
    const VectorConfig to = vector_config("S07.p11.ti02");
    const auto sections = key_change_sections({.key = to.expected,
                                               .key_revision = to.derivation.key_revision,
                                               .tariff_index = to.derivation.tariff_index,
                                               .key_expiry = {},
                                               .supply_group = to.derivation.supply_group},
                                              third);
    for (std::size_t i = 0; i + 1 < sections.size(); ++i) {
      EXPECT_NE(bench.enter(sections[i]), Accept);
    }
    EXPECT_EQ(bench.enter(sections.back()), Accept);
    EXPECT_TRUE(bench.process_.key().cipher.key() == to.expected);
    // Without the third token the meter no longer knows its supply group.
    EXPECT_EQ(bench.process_.key().supply_group.has_value(), third == SupplyGroupToken::With);
  }
}

TEST(TokenProcess, AnIncompleteSetIsDroppedAfterTheWaitingTime) {
  Bench bench;
  const auto sections = sections_to("S11.p11.ti02");
  EXPECT_EQ(bench.enter(sections[0], kNow), FirstKct);
  EXPECT_EQ(bench.enter(sections[1], kNow + 600s), SecondKct);
  EXPECT_EQ(bench.enter(sections[2], kNow + 1201s), ThirdKct);
  EXPECT_EQ(bench.enter(sections[3], kNow + 1202s), FourthKct);  // first and second are gone
  EXPECT_EQ(bench.enter(sections[0], kNow + 1203s), FirstKct);
  EXPECT_EQ(bench.enter(sections[1], kNow + 1204s), Accept);
}

TEST(TokenProcess, AForbiddenKeyTypeIsRefusedWithTheFirstToken) {
  Bench bench;
  EXPECT_EQ(bench.enter(sections_to("S11.p11.ti02", KeyType::Common)[0]), KeyTypeError);
  EXPECT_EQ(bench.enter(sections_to("S11.p11.ti02", KeyType::Default)[0]), FirstKct);
}

TEST(TokenProcess, TheUsualKeyTypeRuleIsThatOfTheTable) {
  using enum KeyType;
  const std::map<KeyType, std::vector<KeyType>> allowed{
      {Initialization, {Initialization, Default, Unique, Common}},
      {Default, {Default, Unique, Common}},
      {Unique, {Default, Unique}},
      {Common, {Default, Unique, Common}}};
  for (const auto& [from, targets] : allowed) {
    for (const auto to : {Initialization, Default, Unique, Common}) {
      EXPECT_EQ(usual_key_type_rule(from, to), std::ranges::count(targets, to) == 1)
          << key_type_word(from) << " to " << key_type_word(to);
    }
  }
}

TEST(TokenProcess, ARolloverClearsTheTidStoreAndKeepsNothingOfTheOldBaseDate) {
  Bench bench{"S11.p11"};
  const auto sections = sections_to("S11.p11.2035.ti02", KeyType::Unique, Rollover::Yes);
  for (const auto& section : sections) bench.enter(section);
  EXPECT_EQ(bench.process_.tids().slots(),
            std::vector<TokenIdentifier>(TidStore::kUsualSlots, TokenIdentifier::from_minutes(0)));
  const auto early = encode_token(UnitCredit{.tid = TokenIdentifier::from_minutes(480)},
                                  vector_config("S11.p11.2035.ti02").cipher());
  EXPECT_EQ(bench.enter(early.value()), Accept);
}

TEST(TokenProcess, AFourthSectionIsNothingToAKeyOf64Bits) {
  Bench bench{"S07.p11"};
  EXPECT_EQ(bench.enter(SetFourthSectionDecoderKey{1, KeyWord{2}}), FunctionError);
}

TEST(TokenResultWords, ReadBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(LockoutError); ++i) {
    const auto result = static_cast<TokenResult>(i);
    EXPECT_EQ(parse_token_result(token_result_word(result)), result);
  }
  EXPECT_EQ(parse_token_result("accept"), std::nullopt);
}

}  // namespace
}  // namespace metergate::sts
