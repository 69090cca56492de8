// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/vectors.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

class TokenCommand : public ::testing::Test {
 protected:
  static Ran ran(std::vector<std::string> arguments) {
    TestConsole test;
    arguments.insert(arguments.begin(), "token");
    const int code = run(std::move(arguments), test.console);
    return {code, test.out.str(), test.err.str()};
  }

  /// A file with one meter of the vectors.
  std::string keys_of(std::string_view config, const std::string& more = {}) {
    const auto file = vectors::load("sts.json");
    const auto& entry = file.at("configs").at(config).as_object();
    const std::string path = (folder_ / (std::string{config} + ".toml")).string();
    std::ofstream out{path};
    for (const char* key : {"pan", "sgc", "ti", "base_date", "dkga", "ea", "vending_key"}) {
      out << key << " = \"" << vectors::text(entry, key) << "\"\n";
    }
    out << "krn = " << vectors::number(entry, "krn") << "\nkt = " << vectors::number(entry, "kt")
        << '\n'
        << more;
    return path;
  }

  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

/// What was made, without its line end.
std::string only_line(const Ran& made) { return made.out.substr(0, made.out.find('\n')); }

boost::json::object read(const std::string& line) { return boost::json::parse(line).as_object(); }

TEST_F(TokenCommand, DecodesEveryTokenOfTheVectors) {
  const auto file = vectors::load("sts.json");
  vectors::each(file, "tokens", [&](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const Ran told = ran({"decode", "--json", "--key-config",
                          keys_of(vectors::text(entry, "config")), vectors::text(entry, "token")});
    ASSERT_EQ(told.code, kOk) << told.err;
    const auto fact = read(told.out);
    EXPECT_EQ(fact.at("verdict").as_string(), "sound");
    EXPECT_EQ(vectors::number(fact, "class"), vectors::number(entry, "class"));
    EXPECT_EQ(vectors::number(fact, "subclass"), vectors::number(entry, "subclass"));
    EXPECT_EQ(vectors::number(fact, "tid"), vectors::number(entry, "tid"));
    EXPECT_EQ(vectors::number(fact, "random"), vectors::number(entry, "rnd"));
    EXPECT_EQ(fact.at("crc").as_string(), "holds");
  });
}

TEST_F(TokenCommand, MakesAndReadsACreditOfTwentyFivePointSixUnits) {
  const std::string keys = keys_of("S11.p11");
  const Ran made = ran({"make", "credit", "--amount", "25.6", "--time", "2026-03-01T10:17:00Z",
                        "--random", "5", "-k", keys});
  ASSERT_EQ(made.code, kOk) << made.err;
  const Ran told = ran({"decode", "-k", keys, only_line(made)});
  EXPECT_EQ(told.code, kOk);
  for (const char* part : {"electricity credit", "25.6 kWh", "2026-03-01T10:17:00Z", "CRC"}) {
    EXPECT_THAT(told.out, HasSubstr(part));
  }
}

TEST_F(TokenCommand, DigitsMayComeFromStandardInput) {
  std::istringstream typed{"0000-0000-0001-5099-7584\n"};
  auto* const before = std::cin.rdbuf(typed.rdbuf());
  const Ran told = ran({"decode", "-"});
  std::cin.rdbuf(before);
  EXPECT_EQ(told.code, kOk);
  EXPECT_THAT(told.out, HasSubstr("load-switch"));
}

TEST_F(TokenCommand, WithoutAKeyTheEncryptedTokenIsNamedAndNotJudged) {
  const Ran told = ran({"decode", "--json", "59386323472137426967"});
  EXPECT_EQ(told.code, kOk);
  EXPECT_EQ(read(told.out).at("verdict").as_string(), "encrypted");
}

TEST_F(TokenCommand, UnderAnotherKeyTheCheckSumFails) {
  const Ran told = ran({"check", "--key-config", keys_of("S11.p11"), "59386323472137426967"});
  EXPECT_EQ(told.code, kRefused);
  EXPECT_EQ(told.out, "wrong\n");
  EXPECT_THAT(told.err, HasSubstr("another meter's token"));
}

TEST_F(TokenCommand, WhatIsNoTokenSaysWhy) {
  EXPECT_THAT(ran({"decode", "123"}).out, HasSubstr("3 digits, a token has 20"));
  EXPECT_EQ(read(ran({"decode", "--json", "12x"}).out).at("family").as_string(), "malformed");
  const Ran neither = ran({"decode", "--json", "73786976294838206464"});
  EXPECT_EQ(neither.code, kRefused);
  EXPECT_EQ(read(neither.out).at("family").as_string(), "neither");
}

TEST_F(TokenCommand, MakesTheKeyChangeOfTheFactSheetInOrder) {
  const Ran made = ran({"make", "key-change", "--json", "--key-config", keys_of("S11.p11"), "--to",
                        keys_of("S11.p11.ti02")});
  ASSERT_EQ(made.code, kOk) << made.err;
  EXPECT_EQ(made.out,
            "{\"tokens\":[\"03854447086453451911\",\"02791799436242461152\","
            "\"67118070329353977190\",\"19019128690902932218\"]}\n");
}

TEST_F(TokenCommand, KeyWordsOfAKeyChangeAreNeverShown) {
  const Ran told =
      ran({"decode", "--json", "--key-config", keys_of("S11.p11"), "03854447086453451911"});
  EXPECT_EQ(told.code, kOk);
  EXPECT_THAT(told.out, Not(HasSubstr("b199270a")));
  EXPECT_THAT(told.out, HasSubstr("\"key_revision\":1"));
}

TEST_F(TokenCommand, ReadsAPublishedUtrnWithItsCounterValueAndMac) {
  const std::string utrn =
      "[utrn]\nsupplier = \"90b3d51f30010000\"\nmeter = \"00db1234567890a0\"\n"
      "shared_secret = \"5c00001ae96494fedfd740c4679d346e913d89b978beeff76577be69c92bf3ce\"\n"
      "highest_counter = 2\n";
  const std::string keys = keys_of("S11.p11", utrn);
  const auto fact = read(ran({"decode", "--json", "-k", keys, "73946144332040217315"}).out);
  EXPECT_EQ(fact.at("verdict").as_string(), "sound");
  EXPECT_EQ(vectors::number(fact, "counter"), 3U);
  EXPECT_EQ(vectors::number(fact, "value_minor"), 1000U);
  EXPECT_EQ(fact.at("mac").as_string(), "holds");

  const Ran made = ran({"make", "utrn", "--amount", "12.34", "--counter", "4", "-k", keys});
  ASSERT_EQ(made.code, kOk) << made.err;
  EXPECT_EQ(ran({"check", "-k", keys, only_line(made)}).out, "sound\n");
  EXPECT_EQ(ran({"check", "73946144332040217316"}).code, kRefused);
}

TEST_F(TokenCommand, EveryKindThatCanBeMadeReadsBackUnderItsName) {
  const std::string keys = keys_of("S07.p11");
  const std::vector<std::vector<std::string>> orders{
      {"credit", "--amount", "10", "--commodity", "water"},
      {"credit", "--amount", "99.99", "--currency"},
      {"set-maximum-power-limit", "--amount", "1000"},
      {"set-maximum-phase-power-unbalance-limit", "--amount", "500"},
      {"clear-credit", "--all"},
      {"clear-tamper-condition"},
      {"set-tariff-rate", "--value", "7"},
      {"set-water-meter-factor", "--value", "7"},
      {"extended-set", "--index", "63", "--value", "1"},
      {"meter-test", "--test", "all", "--manufacturer", "0000"}};
  for (auto order : orders) {
    SCOPED_TRACE(order.front());
    order.insert(order.begin(), "make");
    order.insert(order.end(), {"--key-config", keys});
    const Ran made = ran(order);
    ASSERT_EQ(made.code, kOk) << made.err;
    const Ran told = ran({"decode", "--json", "-k", keys, only_line(made)});
    EXPECT_EQ(read(told.out).at("verdict").as_string(), "sound");
  }
}

TEST_F(TokenCommand, AMistakeInTheOrderSaysWhatWouldBeRight) {
  const std::string keys = keys_of("S11.p11", "ken = 1\n");
  const auto complaint = [&](std::vector<std::string> order) {
    order.insert(order.begin(), "make");
    order.insert(order.end(), {"--key-config", keys});
    const Ran told = ran(std::move(order));
    EXPECT_NE(told.code, kOk);
    return told.err;
  };
  EXPECT_THAT(complaint({"credit", "--time", "2014-01-02T00:00:00Z"}), HasSubstr("needs --amount"));
  EXPECT_THAT(complaint({"credit", "--amount", "ten", "--time", "2014-01-02T00:00:00Z"}),
              HasSubstr("a number like 25.6"));
  EXPECT_THAT(complaint({"credit", "--amount", "1820162.5", "--time", "2014-01-02T00:00:00Z"}),
              HasSubstr("0 to 1820162.4"));
  EXPECT_THAT(complaint({"credit", "--amount", "1"}), HasSubstr("expired"));
  EXPECT_THAT(complaint({"meter-test"}), HasSubstr("--test"));
  EXPECT_THAT(complaint({"meter-test", "--test", "x"}), HasSubstr("load-switch"));
  EXPECT_THAT(complaint({"meter-test", "--test", "all", "--manufacturer", "1"}),
              HasSubstr("2 or 4 digits"));
  EXPECT_THAT(complaint({"key-change"}), HasSubstr("--to"));
  EXPECT_THAT(complaint({"utrn", "--amount", "1"}), HasSubstr("[utrn]"));
  EXPECT_EQ(ran({"make", "credit", "--amount", "1"}).code, kUsage);
  EXPECT_EQ(ran({"decode", "--key-config", "/nonexistent", "1"}).code, kConfigurationError);
}

}  // namespace
}  // namespace metergate::cli
