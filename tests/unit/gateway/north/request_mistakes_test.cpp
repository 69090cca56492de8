// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "requests.hpp"

/// A good command with one mistake in it: every mistake has its reason.
namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

/// A good order with one thing changed, and what it must be refused for.
struct Mistake {
  std::string name;
  std::string verb;
  std::function<void(json::object&)> make;
  Reason reason;
  std::string field;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

Mistake in_token_order(std::string name, Reason reason, std::string field,
                       std::function<void(json::object&)> make) {
  return {std::move(name), "deliver-token", std::move(make), reason, std::move(field)};
}

class OneMistake : public testing::TestWithParam<Mistake> {};

TEST_P(OneMistake, IsNamedWithItsFieldAndWhatWouldBeRight) {
  json::object body = GetParam().verb == "deliver-token" ? good_token_order() : good_read();
  GetParam().make(body);
  const RefusedRequest refused = refusal_of(GetParam().verb, body);
  EXPECT_EQ(reason_word(refused.refusal.reason), reason_word(GetParam().reason));
  EXPECT_EQ(refused.refusal.field, GetParam().field);
  EXPECT_NE(refused.refusal.expected, "");
  EXPECT_EQ(refused.meter, "house-001");
  EXPECT_EQ(refused.verb, GetParam().verb);
}

const json::value kNullJson = nullptr;

INSTANTIATE_TEST_SUITE_P(
    OfTheEnvelope, OneMistake,
    testing::Values(
        in_token_order("NoId", Reason::MissingField, "id", [](auto& b) { b.erase("id"); }),
        in_token_order("IdOfANumber", Reason::WrongType, "id", [](auto& b) { b["id"] = 7; }),
        in_token_order("EmptyId", Reason::InvalidIdentifier, "id", [](auto& b) { b["id"] = ""; }),
        in_token_order("IdWithASlash", Reason::InvalidIdentifier, "id",
                       [](auto& b) { b["id"] = "a/b"; }),
        in_token_order("IdWithAWildcard", Reason::InvalidIdentifier, "id",
                       [](auto& b) { b["id"] = "+"; }),
        in_token_order("IdOf65", Reason::InvalidIdentifier, "id",
                       [](auto& b) { b["id"] = std::string(65, 'a'); }),
        in_token_order("NoIssuedAt", Reason::MissingField, "issued_at",
                       [](auto& b) { b.erase("issued_at"); }),
        in_token_order("IssuedAtNull", Reason::WrongType, "issued_at",
                       [](auto& b) { b["issued_at"] = kNullJson; }),
        in_token_order("IssuedAtOfSeconds", Reason::WrongType, "issued_at",
                       [](auto& b) { b["issued_at"] = 1'772'360'220; }),
        in_token_order("IssuedAtWithoutAZone", Reason::OutOfRange, "issued_at",
                       [](auto& b) { b["issued_at"] = "2026-03-01T10:17:00"; }),
        in_token_order("IssuedOnThe30thOfFebruary", Reason::OutOfRange, "issued_at",
                       [](auto& b) { b["issued_at"] = "2026-02-30T10:17:00Z"; }),
        in_token_order("NoExpiresAt", Reason::MissingField, "expires_at",
                       [](auto& b) { b.erase("expires_at"); }),
        in_token_order("IssuedTooFarAhead", Reason::IssuedInFuture, "issued_at",
                       [](auto& b) { b["issued_at"] = "2026-03-01T10:22:01Z"; }),
        in_token_order("ExpiredAMomentAgo", Reason::AlreadyExpired, "expires_at",
                       [](auto& b) { b["expires_at"] = "2026-03-01T10:17:00.120Z"; }),
        in_token_order("ExpiresBeforeItWasIssued", Reason::OutOfRange, "expires_at",
                       [](auto& b) { b["expires_at"] = "2026-03-01T10:16:59Z"; }),
        in_token_order("ExpiresInYears", Reason::OutOfRange, "expires_at",
                       [](auto& b) { b["expires_at"] = "2027-04-06T10:17:00Z"; }),
        in_token_order("StartsAfterItExpires", Reason::OutOfRange, "not_before",
                       [](auto& b) { b["not_before"] = "2026-03-01T11:17:00Z"; }),
        in_token_order("AnUnknownPriority", Reason::OutOfRange, "priority",
                       [](auto& b) { b["priority"] = "high"; }),
        in_token_order("APriorityOfANumber", Reason::WrongType, "priority",
                       [](auto& b) { b["priority"] = 1; }),
        in_token_order("AMisspeltField", Reason::UnknownField, "opertor",
                       [](auto& b) { b["opertor"] = "vending"; }),
        in_token_order("NoOperator", Reason::AccountabilityMissing, "operator",
                       [](auto& b) { b.erase("operator"); }),
        in_token_order("ABlankOperator", Reason::AccountabilityMissing, "operator",
                       [](auto& b) { b["operator"] = "  "; }),
        in_token_order("NoReason", Reason::AccountabilityMissing, "work_order",
                       [](auto& b) { b.erase("work_order"); }),
        in_token_order("ABlankReason", Reason::AccountabilityMissing, "work_order",
                       [](auto& b) { b["work_order"] = " "; }),
        in_token_order("AnOperatorOfALine", Reason::OutOfRange, "operator",
                       [](auto& b) { b["operator"] = "a\nMG0101 forged"; }),
        in_token_order("ANoteOf201", Reason::OutOfRange, "comment",
                       [](auto& b) { b["comment"] = std::string(201, 'x'); }),
        in_token_order("AnOperatorOfAList", Reason::WrongType, "operator",
                       [](auto& b) { b["operator"] = json::array{"a"}; })),
    [](const auto& tried) { return tried.param.name; });

INSTANTIATE_TEST_SUITE_P(
    OfTheParams, OneMistake,
    testing::Values(
        in_token_order("NoParams", Reason::MissingField, "params.token",
                       [](auto& b) { b.erase("params"); }),
        in_token_order("ParamsOfAList", Reason::WrongType, "params",
                       [](auto& b) { b["params"] = json::array{}; }),
        in_token_order("TokenOfANumber", Reason::WrongType, "params.token",
                       [](auto& b) {
                         b["params"] = {{"token", 739461443320402173U}};
                       }),
        in_token_order("TokenOf19", Reason::TokenFormat, "params.token",
                       [](auto& b) {
                         b["params"] = {{"token", "7394614433204021731"}};
                       }),
        in_token_order("TokenWithALetter", Reason::TokenFormat, "params.token",
                       [](auto& b) {
                         b["params"] = {{"token", "7394614433204021731O"}};
                       }),
        in_token_order("TokenOfNoFamily", Reason::TokenFormat, "params.token",
                       [](auto& b) {
                         b["params"] = {{"token", "99999999999999999999"}};
                       }),
        in_token_order("TokenMistyped", Reason::TokenCheckDigit, "params.token",
                       [](auto& b) {
                         b["params"] = {{"token", "73946144332040217316"}};
                       }),
        in_token_order(
            "RepeatOfAText", Reason::WrongType, "params.allow_repeat",
            [](auto& b) {
              b["params"] = {{"token", "73946144332040217315"}, {"allow_repeat", "true"}};
            }),
        in_token_order("AnUnknownParam", Reason::UnknownField, "params.meter",
                       [](auto& b) {
                         b["params"] = {{"token", "73946144332040217315"}, {"meter", "house-2"}};
                       }),
        Mistake{"ReadOfNothing", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{}}};
                },
                Reason::OutOfRange, "params.what"},
        Mistake{"ReadOfTheWeather", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{"weather"}}};
                },
                Reason::OutOfRange, "params.what"},
        Mistake{"ReadOfANumber", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{3}}};
                },
                Reason::OutOfRange, "params.what"},
        Mistake{"ReadTwiceTheSame", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{"clock", "clock"}}};
                },
                Reason::OutOfRange, "params.what"},
        Mistake{"ReadOfAWord", "read",
                [](auto& b) {
                  b["params"] = {{"what", "clock"}};
                },
                Reason::WrongType, "params.what"},
        Mistake{"ReadBackwards", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{"profile"}},
                                 {"from", "2026-03-01T00:00:00Z"},
                                 {"to", "2026-02-01T00:00:00Z"}};
                },
                Reason::OutOfRange, "params.to"},
        Mistake{"ReadFromYesterday", "read",
                [](auto& b) {
                  b["params"] = {{"what", json::array{"profile"}}, {"from", "yesterday"}};
                },
                Reason::OutOfRange, "params.from"},
        Mistake{"SynchroniseWithParams", "synchronise", [](auto&) {}, Reason::UnknownField,
                "params.what"}),
    [](const auto& tried) { return tried.param.name; });

TEST(Refusal, OfARelayOrderNamesTheStates) {
  json::object body = good_token_order();
  for (const char* wrong : {"unknown", "open", "OFF", ""}) {
    body["params"] = {{"state", wrong}};
    const RefusedRequest refused = refusal_of("set-relay", body);
    EXPECT_EQ(refused.refusal.reason, Reason::OutOfRange) << wrong;
    EXPECT_EQ(refused.refusal.expected, "off, armed or on");
  }
}

TEST(Refusal, OfACancelNamesTheRuleForIds) {
  json::object body = good_token_order();
  body["params"] = {{"command", "a/#"}};
  EXPECT_EQ(refusal_of("cancel", body).refusal.reason, Reason::InvalidIdentifier);
  body.erase("operator");
  body["params"] = {{"command", "relay-77"}};
  EXPECT_EQ(refusal_of("cancel", body).refusal.reason, Reason::AccountabilityMissing);
}

TEST(Refusal, NeverRepeatsTheDigitsOfAToken) {
  const std::string digits = "73946144332040217316";
  json::object in_param = good_token_order();
  in_param["params"] = {{"token", digits}};
  json::object in_id = good_token_order();
  in_id["id"] = digits + "/";
  json::object in_field = good_token_order();
  in_field["token" + digits] = digits;
  json::object in_priority = good_token_order();
  in_priority["priority"] = "7394-6144-3320-4021-7316";
  json::object in_time = good_token_order();
  in_time["issued_at"] = digits;
  for (const json::object& body : {in_param, in_id, in_field, in_priority, in_time}) {
    const Refusal refusal = refusal_of("deliver-token", body).refusal;
    const std::string told = refusal.field + refusal.value + refusal.expected;
    EXPECT_THAT(told, Not(HasSubstr("7394"))) << reason_word(refusal.reason);
  }
}

TEST(Refusal, ShowsLittleOfALongValueAndCutsNoCharacterInTwo) {
  json::object body = good_read();
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  body["priority"] = "x" + umlauts;
  const Refusal refusal = refusal_of("read", body).refusal;
  EXPECT_LE(refusal.value.size(), 63U);
  EXPECT_TRUE(refusal.value.ends_with("…"));
  // JSON would not take a half character.
  EXPECT_NO_THROW(static_cast<void>(json::parse(json::serialize(json::string{refusal.value}))));
}

}  // namespace
}  // namespace metergate::north
