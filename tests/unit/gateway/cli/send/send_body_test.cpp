// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/send_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/north/request.hpp"
#include "tests/support/change_names.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const UtcTime kNow = *rfc3339::parse("2026-03-01T10:17:00Z");

TypedCommand typed(Verb verb) {
  TypedCommand out;
  out.verb = verb;
  out.meter = "m1";
  out.comment = "because";
  return out;
}

std::string complaint(const TypedCommand& command) {
  const auto body = make_command_body(command, "anna", kNow);
  if (body) return "none";
  EXPECT_EQ(body.error().code, kUsage);
  return body.error().text;
}

TEST(SendBody, FillsInWhatTheCallerNeedNotType) {
  TypedCommand read = typed(Verb::Read);
  read.what = {"registers", "relay"};
  const auto command = make_command_body(read, "anna", kNow);
  ASSERT_TRUE(command) << command.error().text;
  EXPECT_TRUE(is_identifier(command->id));
  EXPECT_EQ(command->body.at("id").as_string(), command->id);
  EXPECT_EQ(command->body.at("issued_at"), "2026-03-01T10:17:00Z");
  EXPECT_EQ(command->body.at("expires_at"), "2026-03-01T10:27:00Z");
  EXPECT_EQ(command->body.at("operator"), "anna");
  EXPECT_EQ(command->body.at("comment"), "because");
  EXPECT_EQ(boost::json::serialize(command->body.at("params")),
            R"({"what":["registers","relay"]})");
  EXPECT_FALSE(command->body.contains("not_before"));
  EXPECT_FALSE(command->body.contains("priority"));
}

TEST(SendBody, EveryVerbHasItsParams) {
  TypedCommand relay = typed(Verb::SetRelay);
  relay.state = "armed";
  EXPECT_EQ(boost::json::serialize(make_command_body(relay, "a", kNow)->body.at("params")),
            R"({"state":"armed"})");
  TypedCommand clock = typed(Verb::SetClock);
  EXPECT_EQ(boost::json::serialize(make_command_body(clock, "a", kNow)->body.at("params")), "{}");
  clock.time = "2026-03-01T12:00:00+02:00";
  EXPECT_EQ(boost::json::serialize(make_command_body(clock, "a", kNow)->body.at("params")),
            R"({"time":"2026-03-01T10:00:00Z"})");
  TypedCommand cancel = typed(Verb::Cancel);
  cancel.command = "c-1";
  EXPECT_EQ(boost::json::serialize(make_command_body(cancel, "a", kNow)->body.at("params")),
            R"({"command":"c-1"})");
}

TEST(SendBody, GatewayUnderstandsWhatEveryVerbSends) {
  for (const VerbTraits& verb : kVerbs) {
    TypedCommand command = typed(verb.verb);
    command.token = "0000 0000 0000 0000 0000";
    command.state = "off";
    command.what = {"profile", "daily"};
    command.from = "2d";
    command.to = "now";
    command.time = "now";
    command.command = "c-1";
    command.function = "tamper-reset";
    command.priority = "urgent";
    command.not_before = "2026-03-01T10:20:00Z";
    command.registry = test::change_names("assign", {{"meter", "m1"}, {"location", "l1"}});
    if (verb.verb == Verb::ChangeTenancy) command.situation = "leaves-now";
    if (verb.verb == Verb::ChangeSupplier || verb.verb == Verb::SetTariff) {
      command.supplier_id = "71";
      command.supplier_name = "North Power";
    }
    if (verb.verb == Verb::SetTariff) {
      command.tariff_id = "12";
      command.price = "27";
    }
    command.epoch = "1";
    const bool is_for_box = verb.addressee == Addressee::Box;
    if (is_for_box) command.meter.clear();
    const auto body = make_command_body(command, "anna", kNow);
    ASSERT_TRUE(body) << verb.word << ": " << body.error().text;
    const auto decoded =
        north::decode_command_body(is_for_box ? "" : "m1", verb.word,
                                   boost::json::serialize(body->body), kNow, north::Limits{});
    ASSERT_TRUE(decoded) << verb.word << ": " << decoded.error().refusal.field;
    EXPECT_EQ(decoded->verb(), verb.verb);
    EXPECT_EQ(decoded->priority, Priority::Urgent);
    EXPECT_EQ(decoded->operator_name, "anna");
  }
}

TEST(SendBody, VerbThatIsAccountedForNeedsItsReason) {
  TypedCommand relay = typed(Verb::SetRelay);
  relay.state = "off";
  relay.comment.clear();
  EXPECT_THAT(complaint(relay), HasSubstr("--work-order or --comment"));
  relay.work_order = "W-1";
  EXPECT_EQ(complaint(relay), "none");
  TypedCommand read = typed(Verb::Read);
  read.comment.clear();
  read.what = {"clock"};
  EXPECT_EQ(complaint(read), "none");
}

TEST(SendBody, TokenMayBeTypedAsPrintedAndIsNeverRepeatedInAComplaint) {
  TypedCommand token = typed(Verb::DeliverToken);
  token.token = "9999 9999 9999 9999 9999 1";
  const std::string text = complaint(token);
  EXPECT_THAT(text, HasSubstr("TOKEN: 21 characters"));
  EXPECT_THAT(text, Not(HasSubstr("9999")));
}

TEST(SendBody, MistakesNameOptionAndWhatIsAllowed) {
  TypedCommand command = typed(Verb::Synchronise);
  command.meter = "a/b";
  EXPECT_THAT(complaint(command), HasSubstr("METER: 1 to 64"));
  command = typed(Verb::Synchronise);
  command.id = "#";
  EXPECT_THAT(complaint(command), HasSubstr("--id: 1 to 64"));
  command = typed(Verb::Synchronise);
  command.expires_in = "soon";
  EXPECT_THAT(complaint(command), HasSubstr("--expires-in soon"));
  command = typed(Verb::Synchronise);
  command.not_before = "later";
  EXPECT_THAT(complaint(command), HasSubstr("--not-before later"));
}

TEST(SendBody, MadeUpIdsAreIdentifiersAndDiffer) {
  const std::string first = make_command_id(kNow);
  EXPECT_TRUE(is_identifier(first)) << first;
  EXPECT_THAT(first, testing::StartsWith("cli-20260301T101700Z-"));
  EXPECT_NE(first, make_command_id(kNow));
}

}  // namespace
}  // namespace metergate::cli
