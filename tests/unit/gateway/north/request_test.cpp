// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "requests.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

// ---- what is no body at all ---------------------------------------------------------------------

TEST(Payload, ThatIsNoJsonObjectIsMalformed) {
  for (const char* payload : {"", " ", "{", "[]", "null", "7", "{} {}", "{\"id\":\"a\",}",
                              "{\"id\":\"\xff\"}", "\xef\xbb\xbf{}", "{'id':1}", "{\"a\":NaN}"}) {
    const RefusedRequest refused = refusal_of(to_meter("read", payload));
    EXPECT_EQ(refused.refusal.reason, Reason::MalformedJson) << payload;
    EXPECT_EQ(refused.command_id, "");
  }
}

TEST(Payload, NamingAFieldTwiceIsMalformedAtAnyDepth) {
  EXPECT_EQ(refusal_of(to_meter("read", R"({"id":"a","id":"b"})")).refusal.field, "id");
  const RefusedRequest deeper =
      refusal_of(to_meter("read", R"({"id":"a","params":{"what":[],"wh\u0061t":["clock"]}})"));
  EXPECT_EQ(deeper.refusal.reason, Reason::MalformedJson);
  EXPECT_EQ(deeper.refusal.field, "what");
}

TEST(Payload, LongerThanTheLimitIsTooLargeWhateverItHolds) {
  const std::string payload = json::serialize(good_read());
  const Limits exact{.max_payload_octets = payload.size()};
  EXPECT_TRUE(decode_command(to_meter("read", payload), topics(), kNow, exact));
  const RefusedRequest refused = refusal_of(to_meter("read", payload + ' '), kNow, exact);
  EXPECT_EQ(refused.refusal.reason, Reason::TooLarge);
  EXPECT_THAT(refused.refusal.expected, HasSubstr(std::to_string(payload.size())));
  EXPECT_EQ(refusal_of(to_meter("read", std::string(70'000, '['))).refusal.reason,
            Reason::TooLarge);
}

TEST(Payload, NestedDeeperThanTheLimitIsTooDeepAndCostsNothing) {
  const auto nested = [](std::size_t depth) {
    return "{\"id\":\"a\",\"params\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(refusal_of(to_meter("read", nested(7))).refusal.reason, Reason::MissingField);
  EXPECT_EQ(refusal_of(to_meter("read", nested(8))).refusal.reason, Reason::TooDeep);
  EXPECT_EQ(refusal_of(to_meter("read", nested(30'000))).refusal.reason, Reason::TooDeep);
}

// ---- topics, retained messages, properties of MQTT 5 --------------------------------------------

TEST(Topic, OfAnUnknownVerbIsRefusedWithTheVerbsThereAre) {
  const RefusedRequest refused = refusal_of("open-valve", good_read());
  EXPECT_EQ(refused.refusal.reason, Reason::UnknownVerb);
  EXPECT_EQ(refused.refusal.value, "open-valve");
  EXPECT_THAT(refused.refusal.expected, HasSubstr("deliver-token"));
  EXPECT_EQ(refused.command_id, "read-1");
}

TEST(Topic, WithNamesThatAreNoneIsRefusedAndPassesNoneOfThemOn) {
  for (const char* name : {"house 1", "h+", "#", "$SYS", "häuser", "", "a\nb"}) {
    Incoming incoming = to_meter("read", json::serialize(good_read()));
    incoming.topic = "metergate/v1/site-1/meter/" + std::string{name} + "/command/read";
    const RefusedRequest refused = refusal_of(incoming);
    EXPECT_EQ(refused.refusal.reason, Reason::InvalidIdentifier) << name;
    EXPECT_EQ(refused.meter, "");
    EXPECT_EQ(refused.command_id, "read-1");
    incoming.topic = "metergate/v1/site-1/meter/house-001/command/" + std::string{name};
    EXPECT_EQ(refusal_of(incoming).verb, "");
  }
}

TEST(Topic, OfTheBoxItselfHasItsOwnVerbAndNoneOfTheMeters) {
  const json::object change{{"id", "move-1"},
                            {"issued_at", "2026-03-01T10:17:00Z"},
                            {"expires_at", "2026-03-01T11:17:00Z"},
                            {"operator", "anna"},
                            {"work_order", "W-1"},
                            {"params", {{"change", "unassign"}, {"meter", "house-001"}}}};
  const Command taken_by_box = taken(to_box("change-registry", json::serialize(change)));
  EXPECT_EQ(taken_by_box.meter, box_id());
  EXPECT_EQ(taken_by_box.verb(), Verb::ChangeRegistry);
  const RefusedRequest at_meter = refusal_of("change-registry", change);
  EXPECT_EQ(at_meter.refusal.reason, Reason::UnknownVerb);
  EXPECT_THAT(at_meter.refusal.expected, Not(HasSubstr("change-registry")));
  const RefusedRequest at_box = refusal_of(to_box("read", json::serialize(good_read())));
  EXPECT_EQ(at_box.refusal.reason, Reason::UnknownVerb);
  EXPECT_THAT(at_box.refusal.expected, HasSubstr("change-registry"));
  EXPECT_EQ(at_box.meter, "");
}

TEST(Topic, OfTheBoxItselfWithAnUnknownVerbIsRefused) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  incoming.topic = "metergate/v1/site-1/command/restart";
  const RefusedRequest refused = refusal_of(incoming);
  EXPECT_EQ(refused.refusal.reason, Reason::UnknownVerb);
  EXPECT_EQ(refused.verb, "restart");
}

TEST(Topic, OfAnotherSiteOrShapeIsNoCommand) {
  for (const char* topic :
       {"metergate/v1/site-2/meter/house-001/command/read", "metergate/v1/site-1/meter/house-001",
        "metergate/v1/site-1/meter/house-001/command/read/now", "metergate/v2/site-1/command/x",
        "metergate/v1/site-1/meter/a/b/command/read", "", "/"}) {
    Incoming incoming = to_meter("read", json::serialize(good_read()));
    incoming.topic = topic;
    EXPECT_EQ(refusal_of(incoming).refusal.field, "topic") << topic;
  }
}

TEST(RetainedCommand, IsNeverTakenHoweverGoodItIs) {
  Incoming incoming = to_meter("deliver-token", json::serialize(good_token_order()));
  incoming.retained = true;
  const RefusedRequest refused = refusal_of(incoming);
  EXPECT_EQ(refused.refusal.reason, Reason::Retained);
  EXPECT_EQ(refused.meter, "house-001");
  EXPECT_EQ(refused.verb, "deliver-token");
}

TEST(ResponseTopic, IsUsedWhenItIsSafeToPublishThere) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  incoming.response_topic = "vending/answers/7";
  incoming.correlation_data = std::string{"\0\xff", 2};
  EXPECT_EQ(taken(incoming).reply_to.response_topic, "vending/answers/7");
  EXPECT_EQ(taken(incoming).reply_to.correlation_data, incoming.correlation_data);
  incoming.payload = "nonsense";
  EXPECT_EQ(refusal_of(incoming).reply_to.correlation_data, incoming.correlation_data);
}

TEST(ResponseTopic, ThatCouldSpeakInTheGatewaysNameIsIgnored) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  incoming.correlation_data = "7";
  for (const std::string& topic :
       {std::string{"metergate/v1/site-1/state"}, std::string{"metergate/v1/site-2/x"},
        std::string{"$SYS/broker"}, std::string{"a/+"}, std::string{"#"}, std::string{"a\nb"},
        std::string(257, 'a'), std::string{"a\0b", 3}}) {
    incoming.response_topic = topic;
    EXPECT_EQ(taken(incoming).reply_to.response_topic, "") << topic;
    EXPECT_EQ(taken(incoming).reply_to.correlation_data, "");
  }
}

TEST(MessageExpiry, ShortensTheCommandAndNeverLengthensIt) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  incoming.message_expiry = std::chrono::seconds{60};
  EXPECT_EQ(taken(incoming).expires_at, kNow + std::chrono::seconds{60});
  EXPECT_EQ(taken(incoming).stated_expires_at, at("2026-03-01T11:17:00Z"));
  incoming.message_expiry = std::chrono::hours{24};
  EXPECT_EQ(taken(incoming).expires_at, at("2026-03-01T11:17:00Z"));
  incoming.message_expiry = std::chrono::seconds{0};
  EXPECT_EQ(refusal_of(incoming).refusal.reason, Reason::AlreadyExpired);
}

TEST(IssuedAt, MayBeAheadByAsMuchAsClocksDiffer) {
  json::object body = good_read();
  body["issued_at"] = rfc3339::text(kNow + std::chrono::seconds{300});
  EXPECT_EQ(taken("read", body).issued_at, kNow + std::chrono::seconds{300});
  EXPECT_EQ(refusal_of("read", body, kNow - std::chrono::milliseconds{1}).refusal.reason,
            Reason::IssuedInFuture);
}

TEST(LocalCommand, IsJudgedLikeOneOfTheBroker) {
  const std::string body = json::serialize(good_token_order());
  const auto good = decode_command_body("house-001", "deliver-token", body, kNow, {});
  ASSERT_TRUE(good);
  EXPECT_EQ(body_digest(*good), body_digest(taken("deliver-token", good_token_order())));
  const auto bad_meter = decode_command_body("a/b", "read", body, kNow, {});
  ASSERT_FALSE(bad_meter);
  EXPECT_EQ(bad_meter.error().refusal.reason, Reason::InvalidIdentifier);
}

}  // namespace
}  // namespace metergate::north
