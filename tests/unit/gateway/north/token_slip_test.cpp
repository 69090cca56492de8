// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/token_slip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::north {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenSlip : public testing::Test {
 protected:
  TokenSlip() {
    issue.order = {TokenFunction::Credit, 25'600, {}, {}, {}};
    issue.issued_at = UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}} +
                      std::chrono::hours{10} + std::chrono::minutes{17};
    add("36785355179092001310");
  }
  void add(const char* digits) {
    issue.tokens.push_back({static_cast<std::uint16_t>(issue.tokens.size() + 1),
                            TokenDigits::parse(digits).value(),
                            IssuedState::Outstanding,
                            {},
                            {}});
  }
  void make_it_a_set() {
    issue.order = {TokenFunction::SupplyGroup, 2, {}, {}, {}};
    add("02791799436242461152");
    add("67118070329353977190");
  }
  [[nodiscard]] std::string text() const { return slip_text(issue, facts); }
  [[nodiscard]] std::string html() const { return slip_html(issue, facts); }

  SiteId site = SiteId::parse("site-1").value();
  MeterId meter = MeterId::parse("house-001").value();
  TokenIssue issue{.id = CommandId::parse("credit-88").value()};
  SlipFacts facts{site, meter, "VM000001",
                  "Key in all 20 digits. Older tokens must be keyed in first."};
};

TEST_F(TokenSlip, TextIsWhatTheDocumentationShows) {
  EXPECT_EQ(text(), R"(PREPAYMENT TOKEN                          site-1

Meter          house-001
Serial number  VM000001
Token          credit
Value          25.6 kWh
Made           2026-03-01 10:17 UTC
Reference      credit-88

               3678 5355 1790 9200 1310

Key in all 20 digits. Older tokens must be keyed
in first.
)");
}

TEST_F(TokenSlip, SetSaysWhichComesFirst) {
  make_it_a_set();
  EXPECT_THAT(text(), HasSubstr("Enter 1 of 3 first:\n"
                                "1 of 3         3678 5355 1790 9200 1310\n"
                                "2 of 3         0279 1799 4362 4246 1152\n"
                                "3 of 3         6711 8070 3293 5397 7190\n"));
  EXPECT_THAT(html(), HasSubstr("Enter 1 of 3 first:"));
  EXPECT_LT(html().find("1 of 3<br>"), html().find("2 of 3<br>"));
}

TEST_F(TokenSlip, HtmlHasTheSameFactsAndNeedsNothingElse) {
  for (const char* fact : {"house-001", "VM000001", "credit", "25.6 kWh", "2026-03-01 10:17 UTC",
                           "credit-88", "<code>3678 5355 1790 9200 1310</code>"}) {
    EXPECT_THAT(html(), HasSubstr(fact));
  }
  for (const char* outside : {"http", "src=", "<script", "url("}) {
    EXPECT_THAT(html(), Not(HasSubstr(outside)));
  }
}

TEST_F(TokenSlip, HtmlEscapesWhatComesFromElsewhere) {
  facts.serial = R"(<b>"A&B"</b>')";
  facts.advice = "a<b";
  EXPECT_THAT(html(), HasSubstr("&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;&#39;"));
  EXPECT_THAT(html(), HasSubstr("<p>a&lt;b</p>"));
  EXPECT_THAT(html(), Not(HasSubstr("<b>")));
}

TEST_F(TokenSlip, MeterThatWasNotReadYetHasNoSerialLine) {
  facts.serial.clear();
  EXPECT_THAT(text(), Not(HasSubstr("Serial")));
  EXPECT_THAT(html(), Not(HasSubstr("Serial")));
}

TEST(SlipAmount, IsWhatTheTokenCarries) {
  const auto amount = [](TokenFunction function, std::int64_t value, const char* word = "") {
    TokenOrder order;
    order.function = function;
    order.value = value;
    order.word = word;
    return amount_text(order);
  };
  EXPECT_EQ(amount(TokenFunction::Credit, 1), "0.1 kWh") << "rounded up to a unit";
  EXPECT_EQ(amount(TokenFunction::FreeIssue, 1'638'500), "1639.4 kWh")
      << "a step of 1 kWh up there";
  EXPECT_EQ(amount(TokenFunction::PowerLimit, 1'230), "1.230 kW");
  EXPECT_EQ(amount(TokenFunction::PhaseUnbalanceLimit, 16'390), "16.394 kW");
  EXPECT_EQ(amount(TokenFunction::TariffIndex, 7), "tariff index 07");
  EXPECT_EQ(amount(TokenFunction::SupplyGroup, 123), "supply group 000123");
  EXPECT_EQ(amount(TokenFunction::KeyRevision, 2), "key revision 2");
  EXPECT_EQ(amount(TokenFunction::ClearCredit, 0, "all"), "all");
  EXPECT_EQ(amount(TokenFunction::TamperReset, 0), "");
}

}  // namespace
}  // namespace metergate::north
