// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "storage/command_grant.hpp"
#include "storage/token_issue.hpp"
#include "tests/support/change_names.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

constexpr std::string_view kDigits = "1234 5678 9012 3456 7890";

class CommandsTest : public LedgerTest {
 protected:
  // Walks a command to its end.
  void end(CommandKey key, std::initializer_list<CommandState> path) {
    CommandState from = CommandState::Accepted;
    for (const CommandState to : path) {
      good(ledger->append_step(key, step(from, to)));
      from = to;
    }
  }
  InsertOutcome try_insert(const Command& c, std::string_view digest = "digest") {
    return good(ledger->insert_command(m.key, c, digest, kNow));
  }
  StoredMeter m = meter();
};

TEST_F(CommandsTest, EveryKindOfCommandComesBackAsItWas) {
  const std::vector<CommandParams> all{
      token(kDigits, true),
      SetRelay{SupplyState::Armed},
      Read{{DataClass::Profile, DataClass::Clock}, UtcSeconds{kToday}, std::nullopt},
      Synchronise{},
      SetClock{UtcSeconds{kToday + 1s}},
      SetClock{},
      Cancel{*CommandId::parse("other")}};
  int number = 0;
  for (const auto& params : all) {
    auto c = command("c" + std::to_string(++number), params);
    c.not_before = kNow + 3ms;
    c.comment = "with 'quotes' and \xC3\xBC";
    c.reply_to = {"answer/here", std::string{"\0\x01\xff", 3}};
    insert(m.key, c);
    good(ledger->commit());
    reopen();
    const auto back = good(ledger->find_command(c.id));
    ASSERT_TRUE(back);
    const Command& b = back->command;
    EXPECT_EQ(b.id, c.id);
    EXPECT_EQ(b.meter, c.meter);
    EXPECT_EQ(b.verb(), c.verb());
    EXPECT_EQ(b.issued_at, c.issued_at);
    EXPECT_EQ(b.expires_at, c.expires_at);
    EXPECT_EQ(b.stated_expires_at, c.stated_expires_at);
    EXPECT_EQ(b.not_before, c.not_before);
    EXPECT_EQ(b.priority, c.priority);
    EXPECT_EQ(b.operator_name, c.operator_name);
    EXPECT_EQ(b.work_order, c.work_order);
    EXPECT_EQ(b.comment, c.comment);
    EXPECT_EQ(b.reply_to.response_topic, c.reply_to.response_topic);
    EXPECT_EQ(b.reply_to.correlation_data, c.reply_to.correlation_data);
    EXPECT_EQ(b.origin, c.origin);
    EXPECT_EQ(back->state, CommandState::Accepted);
    EXPECT_EQ(back->accepted_at, kNow);
  }
  const auto find = [&](std::string_view id) {
    return good(ledger->find_command(*CommandId::parse(id)))->command.params;
  };
  EXPECT_EQ(std::get<DeliverToken>(find("c1")).token, token(kDigits).token);
  EXPECT_TRUE(std::get<DeliverToken>(find("c1")).allow_repeat);
  EXPECT_EQ(std::get<SetRelay>(find("c2")).state, SupplyState::Armed);
  EXPECT_EQ(std::get<Read>(find("c3")).what, std::get<Read>(all[2]).what);
  EXPECT_EQ(std::get<Read>(find("c3")).from, UtcSeconds{kToday});
  EXPECT_FALSE(std::get<Read>(find("c3")).to);
  EXPECT_EQ(std::get<SetClock>(find("c5")).time, UtcSeconds{kToday + 1s});
  EXPECT_FALSE(std::get<SetClock>(find("c6")).time);
  EXPECT_EQ(std::get<Cancel>(find("c7")).command.text(), "other");
}

TEST_F(CommandsTest, ChangesOfTheRegistryComeBackAndTheBoxIsNoMeter) {
  const auto box = good(ledger->meter(box_id(), "", kNow));
  const std::vector<registry::ChangeNames> all{
      change_names("assign", {{"meter", "m1"}, {"location", "l1"}, {"customer", "c1"}}),
      change_names("move", {{"location", "l1"}, {"new_location", "l2"}, {"customer", "c1"}}),
      change_names("replace", {{"meter", "m1"}, {"new_meter", "m2"}}),
      change_names("settle", {{"serial", "S-1"}, {"seat", "seen"}})};
  int number = 0;
  for (const registry::ChangeNames& names : all) {
    auto c = command("r" + std::to_string(++number),
                     ChangeRegistry{*registry::request_of(names), kNow - 1ms});
    c.meter = box_id();
    insert(box.key, c);
    const auto back = good(ledger->find_command(c.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->command.meter, box_id());
    const auto& params = std::get<ChangeRegistry>(back->command.params);
    EXPECT_EQ(registry::names_of(params.request), names);
    EXPECT_EQ(params.effective, kNow - 1ms);
  }
  for (const StoredMeter& one : good(ledger->meters())) EXPECT_NE(one.id, box_id());
  EXPECT_FALSE(good(ledger->find_meter(box_id())));
}

TEST_F(CommandsTest, ARepeatedIdFindsTheFirstAndTellsSameFromOther) {
  const auto c = command("c1", SetRelay{SupplyState::Off});
  const auto key = insert(m.key, c);
  const auto same = std::get<AlreadyThere>(try_insert(c));
  EXPECT_TRUE(same.same_body);
  EXPECT_EQ(same.existing.key, key);
  EXPECT_FALSE(std::get<AlreadyThere>(try_insert(c, "another digest")).same_body);
  EXPECT_EQ(good(ledger->commands_of(m.key, 10)).size(), 1U);
  EXPECT_EQ(good(ledger->steps_of(key)).size(), 1U);
}

TEST_F(CommandsTest, TheSameDigitsAreADuplicateWhateverTheId) {
  insert(m.key, command("c1", token(kDigits)));
  const auto seen = std::get<TokenSeenBefore>(try_insert(command("c2", token(kDigits))));
  EXPECT_EQ(seen.by.text(), "c1");
  EXPECT_FALSE(good(ledger->find_command(*CommandId::parse("c2"))));
}

TEST_F(CommandsTest, AnotherMeterMayGetTheSameDigits) {
  insert(m.key, command("c1", token(kDigits)));
  const auto other = meter("m2");
  EXPECT_TRUE(std::holds_alternative<Inserted>(
      good(ledger->insert_command(other.key, command("c2", token(kDigits)), "d", kNow))));
}

TEST_F(CommandsTest, ARepeatIsTakenWhenItIsAskedForByName) {
  insert(m.key, command("c1", token(kDigits)));
  EXPECT_TRUE(std::holds_alternative<Inserted>(try_insert(command("c2", token(kDigits, true)))));
}

TEST_F(CommandsTest, DigitsThatNeverLeftAreFree) {
  using enum CommandState;
  const std::vector<std::vector<CommandState>> paths{
      {Expired},
      {Cancelled},
      {Superseded},
      {Failed},
      {Scheduled, Sending, Unconfirmed, Accepted, Expired}};
  int number = 0;
  for (const auto& path : paths) {
    const auto key = insert(m.key, command("c" + std::to_string(++number), token(kDigits)));
    CommandState from = Accepted;
    for (const auto to : path) {
      good(ledger->append_step(key, step(from, to)));
      from = to;
    }
  }
  EXPECT_TRUE(std::holds_alternative<Inserted>(try_insert(command("last", token(kDigits)))));
}

TEST_F(CommandsTest, DigitsThatReachedTheMeterOrMayHaveAreNotFree) {
  using enum CommandState;
  const std::vector<std::vector<CommandState>> paths{{Scheduled, Sending, Succeeded},
                                                     {Scheduled, Sending, Rejected},
                                                     {Scheduled, Sending},
                                                     {Scheduled, Sending, Unconfirmed},
                                                     {Scheduled, Sending, Unconfirmed, Unsettled}};
  int number = 0;
  for (const auto& path : paths) {
    const std::string digits = "1234567890123456789" + std::to_string(number);
    const auto key = insert(m.key, command("c" + std::to_string(++number), token(digits)));
    CommandState from = Accepted;
    for (const auto to : path) {
      good(ledger->append_step(key, step(from, to)));
      from = to;
    }
    EXPECT_TRUE(std::holds_alternative<TokenSeenBefore>(
        try_insert(command("again" + std::to_string(number), token(digits)))))
        << number;
  }
}

TEST_F(CommandsTest, TheRowFollowsItsSteps) {
  const auto key = insert(m.key, command("c1", SetRelay{SupplyState::Off}));
  auto sending = step(CommandState::Scheduled, CommandState::Sending, kNow + 1s);
  sending.attempt = 1;
  sending.transaction = 12;
  auto refused = step(CommandState::Sending, CommandState::Rejected, kNow + 2s);
  refused.attempt = 1;
  refused.reason = Reason::MeterRefused;
  refused.detail = "no more operations today";
  refused.meter_reason = operation::MeterRefusal::RelayLimit;
  refused.meter_raw = "7";
  refused.result_json = R"({"a":1})";
  good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Scheduled)));
  good(ledger->append_step(key, sending));
  good(ledger->append_step(key, refused));
  good(ledger->commit());
  reopen();

  const auto row = good(ledger->commands_of(m.key, 1)).front();
  EXPECT_EQ(row.state, CommandState::Rejected);
  EXPECT_EQ(row.reason, Reason::MeterRefused);
  EXPECT_EQ(row.attempt, 1U);
  EXPECT_EQ(row.transaction, 12U) << "of the last transmission, also when a later step has none";
  EXPECT_EQ(row.changed_at, kNow + 2s);
  EXPECT_EQ(row.result_json, refused.result_json);

  const auto steps = good(ledger->steps_of(key));
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].to, CommandState::Accepted);
  EXPECT_EQ(steps[2].transaction, 12U);
  EXPECT_EQ(steps[3].detail, refused.detail);
  EXPECT_EQ(steps[3].meter_reason, refused.meter_reason);
  EXPECT_EQ(steps[3].meter_raw, "7");
  EXPECT_FALSE(steps[2].meter_reason);
}

TEST_F(CommandsTest, AStepFromAnotherStateIsRefusedAndLeavesNoTrace) {
  const auto key = insert(m.key, command("c1", SetRelay{SupplyState::Off}));
  const auto refused =
      ledger->append_step(key, step(CommandState::Sending, CommandState::Succeeded));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Misuse);
  EXPECT_NE(refused.error().what.find("c1 is accepted"), std::string::npos);
  EXPECT_EQ(good(ledger->steps_of(key)).size(), 1U);
  EXPECT_EQ(good(ledger->live_commands()).front().state, CommandState::Accepted);
}

TEST_F(CommandsTest, NothingFollowsAnEnd) {
  const auto key = insert(m.key, command("c1", Synchronise{}));
  end(key, {CommandState::Cancelled});
  EXPECT_FALSE(ledger->append_step(key, step(CommandState::Cancelled, CommandState::Accepted)));
  EXPECT_FALSE(ledger->append_step(77, step(CommandState::Accepted, CommandState::Scheduled)));
}

TEST_F(CommandsTest, LiveCommandsComeInTheOrderTheyWereAccepted) {
  const auto a = insert(m.key, command("z-first", Synchronise{}));
  const auto b = insert(m.key, command("a-second", Synchronise{}));
  const auto c = insert(m.key, command("k-third", Synchronise{}));
  end(b, {CommandState::Expired});
  end(c, {CommandState::Scheduled, CommandState::Sending, CommandState::Unconfirmed});
  const auto live = good(ledger->live_commands());
  ASSERT_EQ(live.size(), 2U);
  EXPECT_EQ(live[0].key, a);
  EXPECT_EQ(live[1].key, c);
  EXPECT_EQ(live[1].state, CommandState::Unconfirmed);
  EXPECT_EQ(good(ledger->commands_of(m.key, 2)).front().key, c);
}

TEST_F(CommandsTest, UnsettledIsAnEndAlthoughItsWordIsUnconfirmed) {
  using enum CommandState;
  const auto key = insert(m.key, command("c1", SetRelay{SupplyState::Off}));
  end(key, {Scheduled, Sending, Unconfirmed, Unsettled});
  EXPECT_TRUE(good(ledger->live_commands()).empty());
  EXPECT_EQ(good(ledger->commands_of(m.key, 1)).front().state, Unsettled);
}

TEST_F(CommandsTest, OnlyRelayOrdersThatWereSentCountTowardsTheLimit) {
  using enum CommandState;
  const auto sent = insert(m.key, command("r1", SetRelay{SupplyState::Off}));
  good(ledger->append_step(sent, step(Accepted, Scheduled)));
  good(ledger->append_step(sent, step(Scheduled, Sending, kNow)));
  good(ledger->append_step(sent, step(Sending, Accepted)));
  good(ledger->append_step(sent, step(Accepted, Scheduled)));
  good(ledger->append_step(sent, step(Scheduled, Sending, kNow + 1h)));
  insert(m.key, command("r2", SetRelay{SupplyState::On}));
  const auto other = insert(m.key, command("t1", token(kDigits)));
  end(other, {Scheduled, Sending});
  EXPECT_EQ(good(ledger->relay_orders_since(m.key, kNow)), 2U);
  EXPECT_EQ(good(ledger->relay_orders_since(m.key, kNow + 1ms)), 1U);
  EXPECT_EQ(good(ledger->relay_orders_since(meter("m2").key, kNow)), 0U);
}

TEST_F(CommandsTest, NoErrorTextHoldsTheDigits) {
  // A foreign key that does not hold is the failure nearest to the digits.
  const auto refused = ledger->insert_command(4711, command("c1", token(kDigits)), "d", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what.find("12345678901234567890"), std::string::npos);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Misuse);
}

TEST_F(CommandsTest, ByWhoseRightItWasTakenIsKeptWithIt) {
  const CommandKey plain = insert(m.key, command("c1", SetRelay{SupplyState::Off}));
  const CommandKey judged = insert(m.key, command("c2", SetRelay{SupplyState::On}));
  const CommandGrant grant{"anna", IdentityProof::Signature, "0011223344556677", "ben",
                           "8899aabbccddeeff"};
  good(ledger->set_grant(judged, grant));
  good(ledger->commit());
  reopen();
  EXPECT_FALSE(good(ledger->grant_of(plain)));
  EXPECT_EQ(good(ledger->grant_of(judged)), grant);
}

TEST_F(CommandsTest, MetersCountForWhoTouchedThemAloneAndOnlyWithWhatHarmsMany) {
  const auto alone = [&](const std::string& name, UtcTime since = kNow - 1h) {
    return good(ledger->touched_alone(name, since));
  };
  const auto by = [&](CommandKey key, const std::string& name, const std::string& second = "",
                      IdentityProof proof = IdentityProof::Signature) {
    good(ledger->set_grant(key, {name, proof, "", second, ""}));
  };
  const MeterKey other = meter("m2").key;
  by(insert(m.key, command("c1", ChangeTenancy{})), "anna");
  by(insert(m.key, command("c2", ChangeSupplier{})), "anna");
  EXPECT_THAT(alone("anna"), testing::ElementsAre(m.key)) << "once, however often";
  EXPECT_TRUE(alone("ben").empty());

  by(insert(other, command("c3", ChangeTenancy{})), "anna", "ben");
  by(insert(other, command("c4", ChangeTenancy{})), "anna", "", IdentityProof::Order);
  by(insert(other, command("c5", SetRelay{SupplyState::On})), "anna");
  insert(other, command("c6", SetRelay{SupplyState::Off}));
  EXPECT_THAT(alone("anna"), testing::ElementsAre(m.key));
  EXPECT_THAT(alone(""), testing::ElementsAre(other)) << "what took nobody's right";

  for (const auto& [id, function] :
       {std::pair{"t1", TokenFunction::Credit}, std::pair{"t2", TokenFunction::TamperReset}}) {
    IssueToken asked;
    asked.order.function = function;
    by(insert(other, command(id, asked)), "carl");
    TokenIssue made{.id = *CommandId::parse(id)};
    made.meter = other;
    made.order = asked.order;
    made.issued_at = kNow;
    made.changed_at = kNow;
    made.operator_name = "carl";
    good(ledger->insert_token_issue(made));
    EXPECT_EQ(alone("carl").size(), function == TokenFunction::Credit ? 0U : 1U);
  }
  // What ended counts as long as it was taken within the time.
  end(insert(m.key, command("c7", SetRelay{SupplyState::Off})), {CommandState::Cancelled});
  EXPECT_EQ(alone("").size(), 2U);
  EXPECT_TRUE(alone("", kNow).empty());
  EXPECT_TRUE(alone("anna", kNow).empty());
}

TEST_F(CommandsTest, AChangeOfTenancyThatLeavesTheRelayAloneOpensNothing) {
  const auto change = [](RelayAfter relay) {
    ChangeTenancy out;
    out.order.relay = relay;
    return out;
  };
  const auto openings = [&] { return good(ledger->relay_openings(kNow - 1h, UtcTime{})).size(); };
  insert(m.key, command("c1", change(RelayAfter::Unchanged)));
  insert(m.key, command("c2", SetRelay{SupplyState::On}));
  EXPECT_EQ(openings(), 0U);
  const CommandKey off = insert(m.key, command("c3", change(RelayAfter::Off)));
  const CommandKey armed = insert(m.key, command("c4", change(RelayAfter::Armed)));
  insert(m.key, command("c5", SetRelay{SupplyState::Off}));
  EXPECT_EQ(openings(), 3U);
  // One that ended without having been sent opened nothing; one that was sent did.
  good(ledger->append_step(armed, step(CommandState::Accepted, CommandState::Cancelled)));
  Step sent = step(CommandState::Scheduled, CommandState::Sending);
  sent.attempt = 1;
  Step done = step(CommandState::Sending, CommandState::Succeeded);
  done.attempt = 1;
  good(ledger->append_step(off, step(CommandState::Accepted, CommandState::Scheduled)));
  good(ledger->append_step(off, sent));
  good(ledger->append_step(off, done));
  EXPECT_EQ(openings(), 2U);
}

}  // namespace
}  // namespace metergate::test
