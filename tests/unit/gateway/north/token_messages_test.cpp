// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/token_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kFirst = "36785355179092001310";
constexpr const char* kSecond = "02791799436242461152";

class TokenMessages : public testing::Test {
 protected:
  TokenMessages() {
    issue.order = {TokenFunction::Credit, 25'600, {}, {}, {}};
    issue.issued_at = UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
    issue.delivery = TokenDelivery::Hand;
    issue.channel = HandChannel::Print;
    add(kFirst);
  }
  void add(const char* digits) {
    issue.tokens.push_back({static_cast<std::uint16_t>(issue.tokens.size() + 1),
                            TokenDigits::parse(digits).value(),
                            IssuedState::Outstanding,
                            {},
                            {}});
  }
  [[nodiscard]] TokenMeter whose() const { return {site, meter, serial}; }
  [[nodiscard]] TokenHandover by_text_message() const {
    return {issue.issued_at, HandChannel::Sms, "anna", "resend-1"};
  }

  SiteId site = SiteId::parse("site-1").value();
  MeterId meter = MeterId::parse("house-001").value();
  std::string serial = "VM000001";
  TokenIssue issue{.id = CommandId::parse("credit-88").value()};
};

TEST_F(TokenMessages, WhoeverDidNotAskForTheDigitsGetsTheRestOfTheResult) {
  const std::string whole = encode_issue_result(issue, whose());
  ASSERT_THAT(whole, HasSubstr(kFirst));
  const std::string rest = without_digits(whole);
  EXPECT_THAT(rest, Not(HasSubstr(kFirst)));
  EXPECT_THAT(rest, Not(HasSubstr("3678 5355"))) << "nor on its slip";
  json::object expected = json::parse(whole).as_object();
  expected.erase("slip");
  expected.at("tokens").as_array().at(0).as_object().erase("digits");
  EXPECT_EQ(json::parse(rest), expected);
}

TEST_F(TokenMessages, NorDoesAResendOfSeveralShowThem) {
  TokenIssue other = issue;
  other.tokens.clear();
  other.tokens.push_back(
      {1, TokenDigits::parse(kSecond).value(), IssuedState::Outstanding, {}, {}});
  const ResendTokens asked{.delivery = TokenDelivery::Hand, .channel = HandChannel::Print};
  const std::string whole = encode_resend_result({issue, other}, asked, whose());
  ASSERT_THAT(whole, HasSubstr(kSecond));
  const std::string rest = without_digits(whole);
  for (const char* hidden : {kFirst, kSecond, "3678 5355", "0279 1799", "slip"}) {
    EXPECT_THAT(rest, Not(HasSubstr(hidden)));
  }
  EXPECT_EQ(json::parse(rest).at("outstanding").as_array().size(), 2U);
}

TEST_F(TokenMessages, OfAResultThatIsNoObjectNothingIsPassedOn) {
  for (const char* odd : {"", "{", "7", "\"36785355179092001310\"", "[\"36785355179092001310\"]"}) {
    EXPECT_EQ(without_digits(odd), "") << odd;
  }
}

TEST_F(TokenMessages, AResultOfAnotherShapeStaysWhatItIs) {
  for (const char* other : {R"({"balance":7})", R"({"tokens":7})", R"({"tokens":["x"]})",
                            R"({"outstanding":7})", R"({"outstanding":["x"]})"}) {
    EXPECT_EQ(without_digits(other), other);
  }
}

TEST_F(TokenMessages, ASetIsToBeKeyedInInItsOrder) {
  issue.order.function = TokenFunction::SupplyGroup;
  add(kSecond);
  const auto told = json::parse(encode_handover(issue, by_text_message(), whose())).as_object();
  EXPECT_EQ(told.at("advice").as_string(),
            "Key in all 2 tokens, in this order, without a pause; tokens made before must be keyed "
            "in first.");
  EXPECT_FALSE(told.contains("slip")) << "nothing is printed";
}

TEST_F(TokenMessages, WhoClearsTheCreditIsWarned) {
  issue.order.function = TokenFunction::ClearCredit;
  const auto told = json::parse(encode_issue_result(issue, whose())).as_object();
  EXPECT_THAT(std::string{told.at("warning").as_string()}, HasSubstr("the meter disconnects"));
  EXPECT_THAT(encode_handover(issue, by_text_message(), whose()),
              HasSubstr("the meter disconnects"));
}

}  // namespace
}  // namespace metergate::north
