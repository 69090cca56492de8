// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/north/topics.hpp"
#include "gateway/session/meter_session.hpp"
#include "meters/command.hpp"
#include "meters/lifecycle.hpp"
#include "meters/operation.hpp"
#include "meters/quantity.hpp"
#include "meters/reason.hpp"
#include "meters/token_order.hpp"
#include "north_documents.hpp"
#include "protocols/sts/meter_test.hpp"
#include "storage/tenancy_record.hpp"
#include "storage/token_issue.hpp"

/// The closed lists of docs/schemas/north-common.json and docs/mqtt-api.md are those of the code.
namespace metergate::north {
namespace {

using testing::HasSubstr;

using Words = std::set<std::string>;

Words documented(std::string_view list) {
  static const boost::json::object kCommon = schema("north-common");
  Words out;
  for (const auto& word :
       kCommon.at("$defs").as_object().at(list).as_object().at("enum").as_array())
    out.emplace(word.as_string());
  return out;
}

const std::string& page() {
  static const std::string kPage = text_of(docs() / "mqtt-api.md");
  return kPage;
}

TEST(DocumentedWords, Reasons) {
  Words words;
  for (const ReasonText& reason : kReasons) words.emplace(reason.word);
  words.erase("");
  EXPECT_EQ(documented("reason"), words);
}

TEST(DocumentedWords, VerbsWithTheirRules) {
  Words words;
  for (const VerbTraits& verb : kVerbs) {
    words.emplace(verb.word);
    const auto rules = schema("north-command-" + std::string{verb.word});
    const bool asks_who =
        boost::json::serialize(rules.at("required")).find("operator") != std::string::npos;
    EXPECT_EQ(asks_who, verb.accountability == Accountability::Required) << verb.word;
    const std::string row = "| `" + std::string{verb.word} + "` | " +
                            (verb.repeatable == Repeatable::No ? "yes" : "no");
    EXPECT_THAT(page(), HasSubstr(row));
    EXPECT_THAT(page(), HasSubstr("`" + std::string{priority_word(verb.priority)} + "`"));
  }
  EXPECT_EQ(documented("verb"), words);
}

TEST(DocumentedWords, PrioritiesAndDataClasses) {
  Words priorities;
  for (const Priority one : {Priority::Urgent, Priority::Token, Priority::Relay,
                             Priority::Synchronisation, Priority::Routine})
    priorities.emplace(priority_word(one));
  EXPECT_EQ(documented("priority"), priorities);
  Words classes;
  for (const DataClass one : kAllDataClasses) classes.emplace(data_class_word(one));
  EXPECT_EQ(documented("data_class"), classes);
}

TEST(DocumentedWords, States) {
  Words words;
  for (std::size_t i = 0; i < kCommandStates; ++i)
    words.emplace(state_word(static_cast<CommandState>(i)));
  EXPECT_EQ(documented("state"), words);
}

TEST(DocumentedWords, TheLifecycleLineByLine) {
  std::size_t rows = 0;
  for (const Transition& t : kLifecycle) {
    const std::string to = "`" + std::string{state_word(t.to)} + "`" +
                           (t.to == CommandState::Unsettled ? ", final" : "");
    const std::string row = "| `" + std::string{state_word(t.from)} + "` | " +
                            std::string{event_word(t.event)} + " | " + to + " |";
    EXPECT_THAT(page(), HasSubstr(row));
    ++rows;
  }
  const std::size_t begin = page().find("| from | event | to |");
  const std::string table = page().substr(begin, page().find("\n\n", begin) - begin);
  EXPECT_EQ(std::ranges::count(table, '\n'), static_cast<std::ptrdiff_t>(rows) + 1);
}

TEST(DocumentedWords, OfAMeterThatSaysNo) {
  Words words;
  for (const std::string& word : documented("meter_refusal")) {
    EXPECT_TRUE(operation::parse_meter_refusal(word)) << word;
  }
  for (int i = 0; i <= static_cast<int>(operation::MeterRefusal::Other); ++i)
    words.emplace(operation::meter_refusal_word(static_cast<operation::MeterRefusal>(i)));
  EXPECT_EQ(documented("meter_refusal"), words);
}

TEST(DocumentedWords, SupplyAndItsCauses) {
  Words states;
  for (const SupplyState one :
       {SupplyState::Unknown, SupplyState::Off, SupplyState::Armed, SupplyState::On})
    states.emplace(supply_word(one));
  EXPECT_EQ(documented("supply"), states);
  const auto causes = SupplyCauses{0xFFFF}.words();
  EXPECT_EQ(documented("supply_cause"), Words(causes.begin(), causes.end()));
}

TEST(DocumentedWords, OfTokensMadeHere) {
  Words functions;
  for (const TokenFunctionTraits& one : kTokenFunctions) functions.emplace(one.word);
  EXPECT_EQ(documented("token_function"), functions);
  EXPECT_EQ(documented("token_delivery"),
            (Words{std::string{token_delivery_word(TokenDelivery::Remote)},
                   std::string{token_delivery_word(TokenDelivery::Hand)}}));
  Words channels;
  for (const HandChannel one : {HandChannel::Sms, HandChannel::Email, HandChannel::Print})
    channels.emplace(hand_channel_word(one));
  EXPECT_EQ(documented("hand_channel"), channels);
  Words states;
  for (int i = 0; i <= static_cast<int>(IssuedState::Void); ++i)
    states.emplace(issued_state_word(static_cast<IssuedState>(i)));
  EXPECT_EQ(documented("issued_state"), states);
  Words tests{"all"};
  for (std::size_t i = 0; i < sts::kMeterTests; ++i)
    tests.emplace(sts::meter_test_word(static_cast<sts::MeterTest>(i)));
  EXPECT_EQ(documented("meter_test"), tests);
}

TEST(DocumentedWords, OfChangesOfTenancy) {
  const auto actions = ChangeActions::all().words();
  EXPECT_EQ(documented("change_action"), Words(actions.begin(), actions.end()));
  Words situations;
  for (const TenancySituation one : {TenancySituation::LeftUnannounced, TenancySituation::LeavesNow,
                                     TenancySituation::LeavesLater}) {
    situations.emplace(situation_word(one));
  }
  EXPECT_EQ(documented("situation"), situations);
  Words relays;
  for (const RelayAfter one : {RelayAfter::Unchanged, RelayAfter::Off, RelayAfter::Armed}) {
    relays.emplace(relay_after_word(one));
  }
  EXPECT_EQ(documented("relay_after"), relays);
  Words evidence;
  for (const TenancyEvidence one : {TenancyEvidence::Response, TenancyEvidence::ReadBack,
                                    TenancyEvidence::LogEntry, TenancyEvidence::Box}) {
    evidence.emplace(tenancy_evidence_word(one));
  }
  EXPECT_EQ(documented("tenancy_evidence"), evidence);
}

TEST(DocumentedWords, Sessions) {
  Words words;
  for (int i = 0; i <= static_cast<int>(session::State::Offline); ++i)
    words.emplace(session::state_word(static_cast<session::State>(i)));
  EXPECT_EQ(documented("session"), words);
}

TEST(DocumentedWords, UnitsAndMarks) {
  Words units;
  for (int i = 0; i <= static_cast<int>(Unit::CurrencyMinor); ++i)
    units.emplace(unit_symbol(static_cast<Unit>(i)));
  EXPECT_EQ(documented("unit"), units);
  const auto marks = IntervalMarks{0xFFFF}.words();
  EXPECT_EQ(documented("mark"), Words(marks.begin(), marks.end()));
}

TEST(DocumentedWords, LogsAndEvents) {
  Words logs;
  for (const LogId log : kAllLogs) logs.emplace(log_word(log));
  EXPECT_EQ(documented("log"), logs);
  Words events;
  for (int code = 0; code <= 0xFFFF; ++code)
    events.emplace(event_word(static_cast<EventCode>(code)));
  EXPECT_EQ(documented("event"), events);
}

/// With the placeholders of the page for names: `{meter}` is none that an id may hold.
TEST(DocumentedTopics, AreThoseTheGatewayUses) {
  const Topics topics{"ROOT", *SiteId::parse("SITE")};
  const MeterId meter = *MeterId::parse("METER");
  const auto shown = [](std::string topic) {
    topic.erase(0, std::string_view{"ROOT/v1/SITE/"}.size());
    for (const auto& [name, placeholder] : {std::pair{"METER", "{meter}"},
                                            {"ID", "{command}"},
                                            {"CHANNEL", "{channel}"},
                                            {"3", "{epoch}"},
                                            {"KIND", "{kind}"}}) {
      if (const auto found = topic.find(name); found != std::string::npos) {
        topic.replace(found, std::string_view{name}.size(), placeholder);
      }
    }
    return "| `" + topic + "` | from it | 1 | ";
  };
  for (const std::string& topic :
       {topics.result(meter, *CommandId::parse("ID")), topics.refused(),
        topics.data(meter, "registers"), topics.data(meter, "daily"), topics.data(meter, "profile"),
        topics.data(meter, "event"), topics.sealed(meter, 3, "KIND"), topics.tenancy(meter),
        topics.token(meter, "CHANNEL"), topics.alarm()})
    EXPECT_THAT(page(), HasSubstr(shown(topic) + "no |"));
  for (const std::string& topic : {topics.state(meter), topics.gateway_state()})
    EXPECT_THAT(page(), HasSubstr(shown(topic) + "yes |"));
}

}  // namespace
}  // namespace metergate::north
