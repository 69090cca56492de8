// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "requests.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;

std::string digest(std::string_view verb, const json::object& body) {
  return body_digest(taken(verb, body));
}

TEST(BodyDigest, IsTheSameForEverySpellingOfTheSame) {
  const std::string one = digest("deliver-token", good_token_order());
  json::object spelt_otherwise = good_token_order();
  spelt_otherwise["params"] = {{"token", "7394-6144-3320-4021-7315"}, {"allow_repeat", false}};
  spelt_otherwise["issued_at"] = "2026-03-01t12:17:00.000+02:00";
  spelt_otherwise["priority"] = "token";
  spelt_otherwise["comment"] = "";
  EXPECT_EQ(digest("deliver-token", spelt_otherwise), one);
}

/// It is kept with the command: another release must come to the same.
TEST(BodyDigest, IsTheSha256OfEachPartWithItsLength) {
  EXPECT_EQ(digest("deliver-token", good_token_order()),
            "66 f6 ef 2e 78 91 01 3f b0 74 30 eb ba 45 ed 93 "
            "bb 8e a0 70 1e 81 3b 48 ca f6 37 a2 b2 95 5c 66");
}

TEST(BodyDigest, OfAChangeOfTheRegistryHoldsEachOfItsNames) {
  const auto of = [](const json::object& params) {
    json::object body = good_token_order();
    body["params"] = params;
    return body_digest(taken(to_box("change-registry", json::serialize(body))));
  };
  const std::set<std::string> all{
      of({{"change", "assign"}, {"meter", "m1"}, {"location", "l1"}}),
      of({{"change", "assign"}, {"meter", "l1"}, {"location", "m1"}}),
      of({{"change", "assign"}, {"meter", "m1"}, {"location", "l1"}, {"customer", "c1"}}),
      of({{"change", "move-in"}, {"customer", "c1"}, {"location", "l1"}}),
      of({{"change", "move-out"}, {"customer", "c1"}, {"location", "l1"}}),
      of({{"change", "move-out"},
          {"customer", "c1"},
          {"location", "l1"},
          {"effective", "2026-03-01T00:00:00Z"}}),
      of({{"change", "settle"}, {"serial", "s1"}, {"seat", "seen"}}),
      of({{"change", "settle"}, {"serial", "s1"}, {"seat", "recorded"}})};
  EXPECT_EQ(all.size(), 8U);
}

TEST(BodyDigest, DoesNotDependOnTheWayOfTransport) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  const std::string one = body_digest(taken(incoming));
  incoming.response_topic = "answers/1";
  incoming.correlation_data = "x";
  // The broker counts it down: a repeat arrives with less of it left.
  incoming.message_expiry = std::chrono::seconds{17};
  EXPECT_EQ(body_digest(taken(incoming)), one);
}

TEST(BodyDigest, DoesNotDependOnTheTimeOfTheClockOrderUnlessItSaysOne) {
  json::object body = good_token_order();
  body.erase("params");
  const std::string open = digest("set-clock", body);
  body["params"] = {{"time", "2026-03-01T10:17:00Z"}};
  EXPECT_NE(digest("set-clock", body), open);
}

TEST(BodyDigest, DiffersWithEverythingTheCallerMeant) {
  std::set<std::string> digests{digest("deliver-token", good_token_order())};
  const auto with = [&](std::string_view field, const json::value& value) {
    json::object body = good_token_order();
    body[field] = value;
    EXPECT_TRUE(digests.insert(digest("deliver-token", body)).second) << field << ' ' << value;
  };
  with("issued_at", "2026-03-01T10:17:00.001Z");
  with("expires_at", "2026-03-01T11:17:01Z");
  with("not_before", "2026-03-01T10:30:00Z");
  with("priority", "urgent");
  with("operator", "vendin");
  with("work_order", "gW-1");
  with("comment", "W-1");
  with("params", {{"token", "73946144332040217315"}, {"allow_repeat", true}});
  with("params", {{"token", "00000000000150997584"}});
  Incoming elsewhere = to_meter("deliver-token", json::serialize(good_token_order()));
  elsewhere.topic = "metergate/v1/site-1/meter/house-002/command/deliver-token";
  EXPECT_TRUE(digests.insert(body_digest(taken(elsewhere))).second);
}

TEST(BodyDigest, KeepsVerbsAndLimitsOfPartsApart) {
  json::object order = good_token_order();
  std::set<std::string> digests;
  for (const char* state : {"off", "armed", "on"}) {
    order["params"] = {{"state", state}};
    EXPECT_TRUE(digests.insert(digest("set-relay", order)).second);
  }
  order["operator"] = "a";
  order["work_order"] = "bc";
  const std::string one = digest("set-relay", order);
  order["operator"] = "ab";
  order["work_order"] = "c";
  EXPECT_NE(digest("set-relay", order), one);
  json::object read = good_read();
  std::set<std::string> reads;
  for (const json::array& what : {json::array{"clock", "relay"}, json::array{"relay", "clock"},
                                  json::array{"relay"}, json::array{"clock"}}) {
    read["params"] = {{"what", what}};
    EXPECT_TRUE(reads.insert(digest("read", read)).second);
  }
  read["params"] = {{"what", {"profile"}}, {"from", "2026-02-01T00:00:00Z"}};
  const std::string from = digest("read", read);
  read["params"] = {{"what", {"profile"}}, {"to", "2026-02-01T00:00:00Z"}};
  EXPECT_NE(digest("read", read), from);
}

/// The fields of an object in another order, at every depth, with white space between all parts.
std::string shuffled(const json::value& value) {
  if (const auto* list = value.if_array()) {
    std::string out = "[ ";
    for (const json::value& one : *list) out += (out.size() > 2 ? " , " : "") + shuffled(one);
    return out + "\n]";
  }
  const auto* object = value.if_object();
  if (object == nullptr) return json::serialize(value);
  std::vector<std::string> fields;
  for (const auto& field : *object) {
    fields.push_back(json::serialize(json::string{field.key()}) + "\t: " + shuffled(field.value()));
  }
  const auto turns = *rc::gen::inRange<std::size_t>(0, fields.size() + 1);
  std::rotate(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(turns % fields.size()),
              fields.end());
  std::string out = "{\r\n";
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i > 0 ? " ,\n" : "") + fields[i];
  return out + " }";
}

json::object any_read() {
  json::object body = good_read();
  std::vector<std::string> words{"registers", "daily", "profile", "logs", "clock", "relay"};
  words.resize(*rc::gen::inRange<std::size_t>(1, words.size() + 1));
  json::array what;
  for (const std::string& word : words) what.emplace_back(word);
  body["params"] = {{"what", what}};
  body["comment"] = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
  if (*rc::gen::arbitrary<bool>()) body["priority"] = *rc::gen::element("urgent", "routine");
  return body;
}

RC_GTEST_PROP(BodyDigestProperty, OrderOfFieldsAndWhiteSpaceMakeNoDifference, ()) {
  const json::object body = any_read();
  const Command plain = taken("read", body);
  const Command other = taken(to_meter("read", shuffled(body)));
  RC_ASSERT(body_digest(other) == body_digest(plain));
}

RC_GTEST_PROP(BodyDigestProperty, AnotherCommentIsAnotherCommand, ()) {
  json::object body = any_read();
  const std::string one = digest("read", body);
  body["comment"] = std::string{body["comment"].as_string()} + "x";
  RC_ASSERT(digest("read", body) != one);
}

RC_GTEST_PROP(DecoderProperty, WhateverIsCutOffARequestIsARefusalAndNeverAnotherCommand, ()) {
  const std::string whole = json::serialize(any_read());
  const auto length = *rc::gen::inRange<std::size_t>(0, whole.size());
  RC_ASSERT(!decode_command(to_meter("read", whole.substr(0, length)), topics(), kNow, {}));
}

RC_GTEST_PROP(DecoderProperty, WhateverComesInOnlySafeNamesGoOn, ()) {
  Incoming incoming = to_meter("read", json::serialize(good_read()));
  incoming.topic = "metergate/v1/site-1/meter/" + *rc::gen::arbitrary<std::string>() + "/command/" +
                   *rc::gen::arbitrary<std::string>();
  incoming.payload = *rc::gen::arbitrary<std::string>();
  incoming.response_topic = *rc::gen::arbitrary<std::string>();
  const auto command = decode_command(incoming, topics(), kNow, {});
  RC_ASSERT(!command);
  const RefusedRequest& refused = command.error();
  for (const std::string& name : {refused.meter, refused.verb, refused.command_id}) {
    RC_ASSERT(name.empty() || is_identifier(name));
  }
  const std::string& topic = refused.reply_to.response_topic;
  RC_ASSERT(topic.empty() || topics().may_answer_on(topic));
}

}  // namespace
}  // namespace metergate::north
