// SPDX-License-Identifier: Apache-2.0
// What an order for a token says of the token: the value its function takes, and no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "requests.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr const char* kVerb = "issue-token";

IssueToken taken_issue(json::object params) {
  return std::get<IssueToken>(taken(kVerb, order_of(std::move(params))).params);
}
Refusal refused_issue(json::object params) {
  return refusal_of(kVerb, order_of(std::move(params))).refusal;
}

TEST(IssueTokenParams, EachFunctionTakesItsOwnValue) {
  EXPECT_EQ(taken_issue({{"function", "credit"}, {"energy_wh", 25'600}}).order.value, 25'600);
  EXPECT_EQ(taken_issue({{"function", "free-issue"}, {"energy_wh", 1}}).order.value, 1);
  EXPECT_EQ(taken_issue({{"function", "power-limit"}, {"power_w", 4'600}}).order.value, 4'600);
  EXPECT_EQ(taken_issue({{"function", "phase-unbalance-limit"}, {"power_w", 10}}).order.value, 10);
  EXPECT_EQ(taken_issue({{"function", "clear-credit"}, {"register", "all"}}).order.word, "all");
  EXPECT_EQ(taken_issue({{"function", "tariff-index"}, {"tariff_index", 99}}).order.value, 99);
  EXPECT_EQ(taken_issue({{"function", "key-revision"}, {"key_revision", 9}}).order.value, 9);
  EXPECT_EQ(taken_issue({{"function", "meter-test"}, {"test", "display"}}).order.word, "display");
  EXPECT_EQ(taken_issue({{"function", "tamper-reset"}}).order.value, 0);
  const auto group = taken_issue({{"function", "supply-group"},
                                  {"supply_group", "001234"},
                                  {"old_supply_group", "000007"},
                                  {"confirmed", true}})
                         .order;
  EXPECT_EQ(group.value, 1'234);
  EXPECT_EQ(group.old_supply_group, 7U);
  EXPECT_TRUE(group.confirmed);
}

TEST(IssueTokenParams, AValueOfAnotherFunctionIsRefusedWithTheOneThatIsRight) {
  const Refusal power =
      refused_issue({{"function", "credit"}, {"energy_wh", 1}, {"power_w", 1'000}});
  EXPECT_EQ(power.reason, Reason::UnknownField);
  EXPECT_EQ(power.field, "params.power_w");
  EXPECT_EQ(power.expected, "energy_wh only");
  const Refusal none = refused_issue({{"function", "tamper-reset"}, {"energy_wh", 1}});
  EXPECT_EQ(none.field, "params.energy_wh");
  EXPECT_EQ(none.expected, "no value for this function");
  const Refusal group =
      refused_issue({{"function", "tamper-reset"}, {"old_supply_group", "000007"}});
  EXPECT_EQ(group.field, "params.old_supply_group");
  EXPECT_EQ(group.expected, "with supply-group only");
}

TEST(IssueTokenParams, AValueBeyondWhatATokenCarriesIsRefused) {
  struct Case {
    json::object params;
    const char* field;
  };
  for (const Case& one : {
           Case{{{"function", "credit"}, {"energy_wh", 0}}, "params.energy_wh"},
           Case{{{"function", "credit"}, {"energy_wh", 1'820'162'401}}, "params.energy_wh"},
           Case{{{"function", "power-limit"}, {"power_w", 9}}, "params.power_w"},
           Case{{{"function", "power-limit"}, {"power_w", 18'201'625}}, "params.power_w"},
           Case{{{"function", "tariff-index"}, {"tariff_index", 100}}, "params.tariff_index"},
           Case{{{"function", "key-revision"}, {"key_revision", 0}}, "params.key_revision"},
       }) {
    const Refusal refusal = refused_issue(one.params);
    EXPECT_EQ(refusal.reason, Reason::OutOfRange) << one.field;
    EXPECT_EQ(refusal.field, one.field);
    EXPECT_THAT(refusal.expected, HasSubstr("a whole number from "));
  }
  // A code that is no number of six digits would lose its leading zeros.
  for (const char* wrong : {"1234", "0001234", "00123a", ""}) {
    const Refusal refusal = refused_issue(
        {{"function", "supply-group"}, {"supply_group", wrong}, {"old_supply_group", "000007"}});
    EXPECT_EQ(refusal.field, "params.supply_group") << wrong;
    EXPECT_EQ(refusal.expected, "six digits");
  }
}

TEST(IssueTokenParams, AValueThatIsNoNumberIsOfTheWrongTypeAndAFractionOutOfRange) {
  for (const json::value& odd : {json::value{"2500"}, json::value{true}, json::value{nullptr}}) {
    const Refusal refusal = refused_issue({{"function", "credit"}, {"energy_wh", odd}});
    EXPECT_EQ(refusal.reason, Reason::WrongType) << odd;
    EXPECT_EQ(refusal.expected, "a whole number from 1 to 1820162400");
  }
  EXPECT_EQ(refused_issue({{"function", "credit"}, {"energy_wh", 2.5}}).reason, Reason::OutOfRange);
}

TEST(IssueTokenParams, AnUnknownFunctionIsRefusedWithThoseThereAre) {
  const Refusal refusal = refused_issue({{"function", "double-credit"}});
  EXPECT_EQ(refusal.reason, Reason::OutOfRange);
  EXPECT_EQ(refusal.field, "params.function");
  for (const TokenFunctionTraits& one : kTokenFunctions) {
    EXPECT_THAT(refusal.expected, HasSubstr(std::string{one.word}));
  }
}

TEST(IssueTokenParams, AChannelGoesWithADeliveryByHandAndWithNoOther) {
  const auto way = [](json::object more) {
    json::object params{{"function", "tamper-reset"}};
    for (auto& entry : more) params[entry.key()] = entry.value();
    return params;
  };
  const IssueToken by_hand = taken_issue(way({{"delivery", "hand"}, {"channel", "print"}}));
  EXPECT_EQ(by_hand.delivery, TokenDelivery::Hand);
  EXPECT_EQ(by_hand.channel, HandChannel::Print);
  EXPECT_EQ(refused_issue(way({{"delivery", "pigeon"}})).expected, "remote or hand");
  EXPECT_EQ(refused_issue(way({{"delivery", "hand"}})).reason, Reason::MissingField);
  EXPECT_EQ(refused_issue(way({{"delivery", "hand"}, {"channel", "fax"}})).expected,
            "sms, email or print");
  EXPECT_EQ(refused_issue(way({{"channel", "print"}})).expected,
            "none, or delivery = hand with it");
}

}  // namespace
}  // namespace metergate::north
