// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "north_documents.hpp"
#include "requests.hpp"
#include "tests/support/change_names.hpp"

/// The commands of docs/mqtt-api.md, read by the decoder itself.
namespace metergate::north {
namespace {

namespace json = boost::json;
using testing::ElementsAre;

Command example_command(const std::string& name, std::string_view now) {
  const std::string verb = name.substr(std::string_view{"command-"}.size(),
                                       name.find('.') == std::string::npos
                                           ? std::string::npos
                                           : name.find('.') - std::string_view{"command-"}.size());
  const auto known = parse_verb(verb);
  const bool is_for_box = known && traits_of(*known).addressee == Addressee::Box;
  return taken(is_for_box ? to_box(verb, example(name)) : to_meter(verb, example(name)), at(now));
}

TEST(DocumentedCommand, DeliverTokenIsRead) {
  const Command command = example_command("command-deliver-token", "2026-03-01T10:17:01Z");
  EXPECT_EQ(command.id.text(), "vend-1001");
  EXPECT_EQ(command.meter.text(), "house-001");
  EXPECT_EQ(command.issued_at, at("2026-03-01T10:17:00Z"));
  EXPECT_EQ(command.expires_at, at("2026-03-01T11:17:00Z"));
  EXPECT_EQ(command.stated_expires_at, command.expires_at);
  EXPECT_FALSE(command.not_before);
  EXPECT_EQ(command.priority, Priority::Token);
  EXPECT_EQ(command.operator_name, "vending");
  EXPECT_EQ(command.work_order, "W-2041");
  EXPECT_EQ(command.comment, "");
  EXPECT_EQ(command.origin, "mqtt");
  const auto& params = std::get<DeliverToken>(command.params);
  EXPECT_EQ(params.token.kind, TokenKind::Utrn);
  EXPECT_EQ(params.token.digits.reveal(), "73946144332040217315");
  EXPECT_FALSE(params.allow_repeat);
}

TEST(DocumentedCommand, DeliverTokenAgainIsRead) {
  const Command command = example_command("command-deliver-token.repeat", "2026-03-01T10:20:00Z");
  EXPECT_EQ(command.issued_at, at("2026-03-01T10:20:00Z"));
  EXPECT_EQ(command.priority, Priority::Urgent);
  EXPECT_EQ(command.comment, "customer says the first delivery did nothing");
  const auto& params = std::get<DeliverToken>(command.params);
  EXPECT_EQ(params.token.kind, TokenKind::Sts);
  EXPECT_TRUE(params.allow_repeat);
}

TEST(DocumentedCommand, SetRelayIsRead) {
  const Command command = example_command("command-set-relay", "2026-03-01T10:17:01Z");
  EXPECT_EQ(command.not_before, at("2026-03-01T12:00:00Z"));
  EXPECT_EQ(command.priority, Priority::Relay);
  EXPECT_EQ(std::get<SetRelay>(command.params).state, SupplyState::Off);
}

TEST(DocumentedCommand, SetClockIsReadWithAndWithoutATime) {
  EXPECT_FALSE(
      std::get<SetClock>(example_command("command-set-clock", "2026-03-01T10:17:01Z").params).time);
  EXPECT_EQ(
      std::get<SetClock>(example_command("command-set-clock.given", "2026-03-01T10:17:01Z").params)
          .time,
      at("2026-01-01T00:00:00Z"));
}

TEST(DocumentedCommand, ReadIsRead) {
  const auto now = std::get<Read>(example_command("command-read", "2026-03-01T10:17:01Z").params);
  EXPECT_THAT(now.what, ElementsAre(DataClass::Registers, DataClass::Relay, DataClass::Clock));
  EXPECT_FALSE(now.from);
  const Command command = example_command("command-read.window", "2026-03-01T10:17:01Z");
  const auto& window = std::get<Read>(command.params);
  EXPECT_THAT(window.what, ElementsAre(DataClass::Profile, DataClass::Daily));
  EXPECT_EQ(window.from, at("2026-02-01T00:00:00Z"));
  EXPECT_EQ(window.to, at("2026-03-01T00:00:00Z"));
  EXPECT_EQ(command.priority, Priority::Routine);
}

TEST(DocumentedCommand, SynchroniseAndCancelAreRead) {
  EXPECT_TRUE(std::holds_alternative<Synchronise>(
      example_command("command-synchronise", "2026-03-01T10:17:01Z").params));
  EXPECT_EQ(std::get<Cancel>(example_command("command-cancel", "2026-03-01T11:00:00Z").params)
                .command.text(),
            "relay-77");
}

TEST(DocumentedCommand, IssueTokenIsReadWithWhatItsFunctionNeeds) {
  const Command command = example_command("command-issue-token", "2026-03-01T10:17:01Z");
  EXPECT_EQ(command.verb(), Verb::IssueToken);
  EXPECT_EQ(command.priority, Priority::Token);
  const auto& reset = std::get<IssueToken>(command.params);
  EXPECT_EQ(reset.order.function, TokenFunction::TamperReset);
  EXPECT_EQ(reset.delivery, TokenDelivery::Remote);
  EXPECT_FALSE(reset.cleared);
  const auto credit = std::get<IssueToken>(
      example_command("command-issue-token.credit", "2026-03-01T10:17:01Z").params);
  EXPECT_EQ(credit.order.function, TokenFunction::Credit);
  EXPECT_EQ(credit.order.value, 25600);
  EXPECT_EQ(credit.delivery, TokenDelivery::Hand);
  EXPECT_EQ(credit.channel, HandChannel::Print);
  const auto index = std::get<IssueToken>(
      example_command("command-issue-token.tariff-index", "2026-03-01T10:20:01Z").params);
  EXPECT_EQ(index.order.function, TokenFunction::TariffIndex);
  EXPECT_EQ(index.order.value, 2);
  EXPECT_TRUE(index.order.confirmed);
}

TEST(DocumentedCommand, ResendTokensIsReadWithAndWithoutAChannel) {
  const auto remote = std::get<ResendTokens>(
      example_command("command-resend-tokens", "2026-03-01T12:00:01Z").params);
  EXPECT_EQ(remote.delivery, TokenDelivery::Remote);
  const auto hand = std::get<ResendTokens>(
      example_command("command-resend-tokens.hand", "2026-03-01T12:30:01Z").params);
  EXPECT_EQ(hand.delivery, TokenDelivery::Hand);
  EXPECT_EQ(hand.channel, HandChannel::Sms);
  EXPECT_TRUE(hand.cleared);
}

TEST(DocumentedCommand, ChangeRegistryIsReadWithItsNames) {
  const Command command = example_command("command-change-registry", "2026-03-01T10:17:01Z");
  EXPECT_EQ(command.meter, box_id());
  const auto& assign = std::get<ChangeRegistry>(command.params);
  EXPECT_EQ(assign.effective, at("2026-03-01T09:30:00Z"));
  EXPECT_EQ(registry::names_of(assign.request),
            test::change_names(
                "assign", {{"meter", "house-001"}, {"location", "plot-7"}, {"customer", "c-100"}}));
  const auto moved = std::get<ChangeRegistry>(
      example_command("command-change-registry.move", "2026-03-02T09:00:01Z").params);
  EXPECT_FALSE(moved.effective);
  EXPECT_EQ(registry::names_of(moved.request).new_location, "plot-9");
  const auto settled = std::get<ChangeRegistry>(
      example_command("command-change-registry.settle", "2026-03-03T11:00:01Z").params);
  EXPECT_EQ(std::get<registry::SettleConflict>(settled.request).kept, registry::SeatKept::Recorded);
}

TEST(DocumentedCommand, EveryExampleIsOneAndIsTaken) {
  std::size_t commands = 0;
  for (const auto& file : std::filesystem::directory_iterator{docs() / "examples" / "north"}) {
    const std::string name = file.path().stem().string();
    if (!name.starts_with("command-")) continue;
    ++commands;
    const json::object body = json::parse(example(name)).as_object();
    const auto issued = std::string{body.at("issued_at").as_string()};
    EXPECT_EQ(example_command(name, issued).id.text(), body.at("id").as_string());
  }
  EXPECT_EQ(commands, 23U);
}

}  // namespace
}  // namespace metergate::north
