// SPDX-License-Identifier: Apache-2.0
#include "meters/token_verdict.hpp"

#include <gtest/gtest.h>

#include <set>

namespace metergate {
namespace {

using operation::MeterRefusal;
using sts::TokenResult;
using utrn::UtrnResult;

TEST(TokenVerdictTest, EveryStsResultHasExactlyOneRow) {
  for (int i = 0; i <= static_cast<int>(TokenResult::LockoutError); ++i) {
    const auto result = static_cast<TokenResult>(i);
    EXPECT_EQ(std::ranges::count(token_verdicts(), std::optional{result}, &TokenVerdictRow::sts), 1)
        << sts::token_result_word(result);
  }
}

TEST(TokenVerdictTest, EveryUtrnResultHasExactlyOneRowAndItsAlertFitsTheOneOfTheLibrary) {
  for (int i = 0; i <= static_cast<int>(UtrnResult::AboveBalanceLimit); ++i) {
    const auto result = static_cast<UtrnResult>(i);
    ASSERT_EQ(std::ranges::count(token_verdicts(), std::optional{result}, &TokenVerdictRow::utrn),
              1)
        << utrn::utrn_result_word(result);
    const auto row =
        std::ranges::find(token_verdicts(), std::optional{result}, &TokenVerdictRow::utrn);
    EXPECT_EQ(row->alert, utrn::alert_code(result));
  }
}

TEST(TokenVerdictTest, NoWordAndNoAlertStandsInTwoRows) {
  std::set<std::string_view> words;
  std::set<std::uint16_t> alerts;
  for (const TokenVerdictRow& row : token_verdicts()) {
    if (!row.secure.empty()) {
      EXPECT_TRUE(words.insert(row.secure).second) << row.secure;
    }
    if (row.alert) {
      EXPECT_TRUE(alerts.insert(*row.alert).second) << *row.alert;
    }
  }
}

TEST(TokenVerdictTest, EveryRefusalWordOfSecureIsKnown) {
  for (const std::string_view word : {"Accepted", "Duplicate", "Invalid", "Incorrect", "Incomplete",
                                      "Account High", "Account Low", "Key Locked"}) {
    EXPECT_TRUE(token_verdict_of_secure(word)) << word;
  }
  EXPECT_FALSE(token_verdict_of_secure(""));
  EXPECT_FALSE(token_verdict_of_secure("Perhaps"));
}

TEST(TokenVerdictTest, SecureWordsAndAlertsCorrespond) {
  // utrn-and-premier.md 2.7
  const std::pair<std::string_view, std::uint16_t> pairs[] = {
      {"Duplicate", 0x8F51},    {"Invalid", 0x8F64},      {"Incorrect", 0x8F63},
      {"Account High", 0x8F47}, {"Account High", 0x8F5B}, {"Key Locked", 0x81C4},
      {"Key Locked", 0x81C5}};
  for (const auto& [word, alert] : pairs) {
    EXPECT_EQ(token_verdict_of_secure(word), token_verdict_of_alert(alert)) << word;
  }
  EXPECT_FALSE(token_verdict_of_alert(0x8F01));
}

TEST(TokenVerdictTest, CosemStatusTellsAsMuchAsItCan) {
  EXPECT_TRUE(token_verdict_of(CosemTokenStatus::ExecutionOk)->taken());
  EXPECT_EQ(token_verdict_of(CosemTokenStatus::FormatFailure)->refusal, MeterRefusal::Malformed);
  EXPECT_EQ(token_verdict_of(CosemTokenStatus::AuthenticationFailure)->refusal,
            MeterRefusal::NotAuthentic);
  EXPECT_EQ(token_verdict_of(CosemTokenStatus::ExecutionFailure)->refusal, MeterRefusal::Other);
  EXPECT_FALSE(token_verdict_of(CosemTokenStatus::NotYetProcessed));
  EXPECT_FALSE(token_verdict_of(CosemTokenStatus::ValidationOk));
}

TEST(TokenVerdictTest, WordsForAVerdictLeadBackToIt) {
  for (const TokenVerdictRow& row : token_verdicts()) {
    const TokenVerdictRow* usual = usual_words(row.ours);
    ASSERT_NE(usual, nullptr);
    if (usual->sts) {
      EXPECT_EQ(token_verdict(*usual->sts), row.ours);
    }
  }
  EXPECT_EQ(usual_words({MeterRefusal::RelayLimit}), nullptr);
}

TEST(TokenVerdictTest, KeyChangeSectionsAreTaken) {
  EXPECT_TRUE(token_verdict(TokenResult::FirstKct).taken());
  EXPECT_TRUE(token_verdict(TokenResult::FourthKct).taken());
  EXPECT_EQ(token_verdict(TokenResult::DdtkError).refusal, MeterRefusal::NotPermitted);
}

}  // namespace
}  // namespace metergate
