// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>

#include "config/key_config.hpp"
#include "gateway/sim/street/state_file.hpp"
#include "gateway/sim/street/street.hpp"
#include "meters/virtual/token_rules.hpp"
#include "tests/support/keyed_meter.hpp"
#include "tests/support/temporary_directory.hpp"

/// A street whose meters decide on codes by keys, asked over its control channel.
namespace metergate::sim {
namespace {

namespace json = boost::json;
using tests::Vendor;

const SerialNumber kFirst = *SerialNumber::parse("VM00001001");

class SimTokensTest : public testing::Test {
 protected:
  SimTokensTest() {
    options_.directory = directory_.path();
    options_.model_directories = {std::filesystem::path{METERGATE_SOURCE_DIR} /
                                  "meters/models/data"};
    options_.meters_per_line = 2;
    options_.history = std::chrono::days{2};
    options_.token_rule = TokenRule::Cryptographic;
  }

  std::unique_ptr<Street> open() {
    auto street = Street::open(options_);
    EXPECT_TRUE(street) << street.error();
    return street ? std::move(*street) : nullptr;
  }
  static json::object tell(Street& street, const json::object& command) {
    return json::parse(street_command(street, json::serialize(command))).as_object();
  }
  static json::object key_in(Street& street, std::string_view meter, const std::string& digits) {
    return tell(street, {{"command", "key-in"}, {"meter", meter}, {"digits", digits}});
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    return read_state_file(options_.directory / name).value().value_or("");
  }
  static UtcSeconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }

  test::TemporaryDirectory directory_;
  StreetOptions options_;
};

TEST_F(SimTokensTest, CodeKeyedInIsTakenOnceAndKnownAfterARestart) {
  Vendor vendor{kFirst, now()};
  const std::string digits = vendor.units(100).reveal_grouped();
  auto street = open();
  const json::object first = key_in(*street, "a-001", digits);
  EXPECT_EQ(first.at("result"), "taken") << json::serialize(first);
  EXPECT_EQ(first.at("value_minor"), 250);
  street.reset();
  street = open();
  const json::object again = key_in(*street, "a-001", digits);
  EXPECT_EQ(again.at("result"), "duplicate");
  EXPECT_EQ(again.at("raw"), "UsedError");
  const json::object neighbour = key_in(*street, "a-002", digits);
  EXPECT_EQ(neighbour.at("result"), "not-authentic");
}

TEST_F(SimTokensTest, CodesOfTheOpenRuleAreRefused) {
  const auto street = open();
  const auto code = virtual_meter::utrn_credit(1, 500, 1);
  EXPECT_EQ(key_in(*street, "a-001", code.digits.reveal()).at("result"), "not-authentic");
}

TEST_F(SimTokensTest, MeterThatHangsThereAfterASwapHasKeysOfItsOwn) {
  const auto street = open();
  ASSERT_TRUE(tell(*street, {{"command", "swap"}, {"meter", "a-001"}}).at("ok").as_bool());
  Vendor first{kFirst, now()};
  Vendor other{*SerialNumber::parse("VM00001001-B"), now()};
  EXPECT_EQ(key_in(*street, "a-001", first.units(10).reveal()).at("result"), "not-authentic");
  EXPECT_EQ(key_in(*street, "a-001", other.units(10).reveal()).at("result"), "taken");
}

TEST_F(SimTokensTest, StreetOfMetersWithKeysIsNotOpenedWithoutThem) {
  open().reset();
  options_.token_rule = TokenRule::Open;
  const auto street = Street::open(options_);
  ASSERT_FALSE(street);
  EXPECT_NE(street.error().find("--token-rule cryptographic"), std::string::npos);
}

TEST_F(SimTokensTest, MetersOfTheOpenRuleAreGivenKeysAndKeepTheirMemory) {
  options_.token_rule = TokenRule::Open;
  auto street = open();
  const std::string code = virtual_meter::utrn_credit(1, 500, 1).digits.reveal();
  EXPECT_EQ(key_in(*street, "a-001", code).at("result"), "taken");
  EXPECT_FALSE(tell(*street, {{"command", "keys"}, {"meter", "a-001"}}).at("ok").as_bool());
  street.reset();
  options_.token_rule = TokenRule::Cryptographic;
  street = open();
  EXPECT_NE(key_in(*street, "a-001", code).at("result"), "taken");
  Vendor vendor{kFirst, now()};
  EXPECT_EQ(key_in(*street, "a-001", vendor.units(10).reveal()).at("result"), "taken");
  const json::object truth = tell(*street, {{"command", "truth"}, {"meter", "a-001"}});
  EXPECT_EQ(truth.at("orders").as_array().size(), 3U);
  EXPECT_EQ(truth.at("token_rule"), "cryptographic");
}

TEST_F(SimTokensTest, KeysOfTheStreetAreWrittenForAHeadEnd) {
  const auto street = open();
  EXPECT_NE(file("keys/README").find("PUBLIC TEST KEYS"), std::string::npos);
  const std::string rows = file("keys/meters.csv");
  EXPECT_NE(rows.find("a-001,VM00001001," + virtual_meter::test_keys::meter_pan(kFirst).digits() +
                      ",999901,01,1,2,255,07,04,14,"),
            std::string::npos)
      << rows;
  EXPECT_NE(file("keys/import.sh").find("keys import --sgc 999901 --kt 2 --krn 1 --base-date 14"),
            std::string::npos);
  EXPECT_EQ(file("keys/999901-2-1-14.hex").size(), 41U);
  EXPECT_NE(file("keys/utrn-supplier.toml").find("supplier_private_key"), std::string::npos);
}

TEST_F(SimTokensTest, KeysOfAMeterAreAKeyConfigurationThatOpensIt) {
  const auto street = open();
  const json::object told = tell(*street, {{"command", "keys"}, {"meter", "a-002"}});
  const std::string text{std::string_view{told.at("key_config").as_string()}};
  const auto keys = config::parse_key_config(text, "a-002.toml");
  ASSERT_TRUE(keys) << keys.error().front().text();
  ASSERT_TRUE(keys->sts && keys->utrn && keys->utrn->secret);
  const auto token =
      sts::encode_token(sts::UnitCredit{.tid = sts::token_identifier(now(), {}).value(),
                                        .amount = sts::TransferAmount::from_code(10)},
                        keys->sts->cipher());
  EXPECT_EQ(key_in(*street, "a-002", token->reveal()).at("result"), "taken");
  const auto code = utrn::make_utrn(*keys->utrn->secret, keys->utrn->parties, utrn::UtrnCounter{1},
                                    utrn::TopUpValue::from_minor_units(500).value());
  EXPECT_EQ(key_in(*street, "a-002", code->reveal()).at("result"), "taken");
}

TEST_F(SimTokensTest, KeysOfAMeterAreThoseAfterItsLastKeyChange) {
  const auto street = open();
  const Vendor vendor{kFirst, now()};
  const virtual_meter::test_keys::Issue to{.tariff_index = 7};
  for (const TokenDigits& section : vendor.key_change(to, sts::SupplyGroupToken::Without)) {
    ASSERT_EQ(key_in(*street, "a-001", section.reveal()).at("result"), "taken");
  }
  const json::object told = tell(*street, {{"command", "keys"}, {"meter", "a-001"}});
  const std::string text{std::string_view{told.at("key_config").as_string()}};
  const auto keys = config::parse_key_config(text, "a-001.toml");
  ASSERT_TRUE(keys) << keys.error().front().text();
  EXPECT_TRUE(keys->sts->decoder_key ==
              virtual_meter::test_keys::meter_keys(kFirst, to).decoder.cipher.key());
}

TEST_F(SimTokensTest, WrongCommandsAreAnsweredWithWhatIsWrong) {
  const auto street = open();
  for (const json::object& command :
       {json::object{{"command", "key-in"}, {"meter", "a-001"}},
        json::object{{"command", "set-load"}, {"meter", "a-001"}, {"watts", 5}},
        json::object{{"command", "set-load"}, {"meter", "a-001"}, {"watts", json::array{-1}}},
        json::object{{"command", "set-load"}, {"meter", "a-001"}, {"watts", json::array{1, 2, 3}}},
        json::object{
            {"command", "set-load"}, {"meter", "a-001"}, {"watts", json::array{1, 2, 3, 4}}}}) {
    EXPECT_FALSE(tell(*street, command).at("ok").as_bool()) << json::serialize(command);
  }
}

TEST_F(SimTokensTest, LoadCanBeSetForEachPhase) {
  options_.phases = 3;
  const auto street = open();
  EXPECT_TRUE(
      tell(*street,
           {{"command", "set-load"}, {"meter", "a-001"}, {"watts", json::array{900, 500, 100}}})
          .at("ok")
          .as_bool());
  EXPECT_TRUE(tell(*street, {{"command", "usual-load"}, {"meter", "a-001"}}).at("ok").as_bool());
}

}  // namespace
}  // namespace metergate::sim
