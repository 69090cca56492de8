// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/runtime/commands/command_answers.hpp"
#include "north_documents.hpp"
#include "requests.hpp"

/// What is published is, octet by octet, what docs/examples/north shows.
namespace metergate::north {
namespace {

using namespace std::chrono;
using testing::HasSubstr;
using testing::Not;

const SiteId kSite = *SiteId::parse("site-1");

cosem::ObisCode obis(std::string_view text) { return *cosem::ObisCode::parse(text); }
UtcSeconds second(std::string_view text) { return floor<seconds>(at(text)); }
sys_days day(std::string_view text) { return *rfc3339::parse_date(text); }

Command command(std::string_view meter, std::string_view id, CommandParams params) {
  return {.id = *CommandId::parse(id),
          .meter = *MeterId::parse(meter),
          .params = std::move(params),
          .issued_at = {},
          .expires_at = {},
          .not_before = {},
          .operator_name = {},
          .work_order = {},
          .comment = {},
          .reply_to = {},
          .origin = "mqtt"};
}

Command token_order(std::string_view id = "vend-1001") {
  return command("house-001", id, DeliverToken{*Token::parse("73946144332040217315")});
}
Command relay_order(std::string_view meter, std::string_view id) {
  return command(meter, id, SetRelay{SupplyState::Off});
}

// ---- steps --------------------------------------------------------------------------------------

TEST(PublishedStep, AcceptedAndSending) {
  Step step{.at = at("2026-03-01T10:17:00.120Z")};
  EXPECT_EQ(encode_step(kSite, token_order(), step), example_on_the_wire("result.accepted"));
  step = {.at = at("2026-03-01T10:17:00.250Z"),
          .from = CommandState::Scheduled,
          .to = CommandState::Sending,
          .attempt = 1,
          .transaction = 1207};
  EXPECT_EQ(encode_step(kSite, token_order(), step), example_on_the_wire("result.sending"));
}

TEST(PublishedStep, SucceededWithWhatTheMeterCredited) {
  const Step step{.at = at("2026-03-01T10:17:00.900Z"),
                  .from = CommandState::Sending,
                  .to = CommandState::Succeeded,
                  .attempt = 1,
                  .transaction = 1207,
                  .result_json = runtime::order_result({.value = 1000, .unit_word = "minor"})};
  EXPECT_EQ(encode_step(kSite, token_order(), step), example_on_the_wire("result.succeeded"));
}

TEST(PublishedStep, UnconfirmedAndHowItWasSettled) {
  Step step{.at = at("2026-03-01T10:17:01Z"),
            .from = CommandState::Sending,
            .to = CommandState::Unconfirmed,
            .attempt = 1,
            .reason = Reason::NoAnswer,
            .detail = "no answer within 500 ms",
            .transaction = 1207};
  EXPECT_EQ(encode_step(kSite, token_order(), step), example_on_the_wire("result.unconfirmed"));
  step = {.at = at("2026-03-01T10:17:03Z"),
          .from = CommandState::Unconfirmed,
          .to = CommandState::Succeeded,
          .attempt = 1,
          .reason = Reason::ReadBack,
          .transaction = 1207,
          .result_json = runtime::order_result({.value = 1000, .unit_word = "minor"})};
  EXPECT_EQ(encode_step(kSite, token_order(), step), example_on_the_wire("result.settled"));
  step = {.at = at("2026-03-02T10:17:01Z"),
          .from = CommandState::Unconfirmed,
          .to = CommandState::Unsettled,
          .attempt = 1,
          .reason = Reason::SettlingTimedOut,
          .transaction = 12};
  EXPECT_EQ(encode_step(kSite, relay_order("feeder-7", "relay-78"), step),
            example_on_the_wire("result.unsettled"));
}

TEST(PublishedStep, RejectedInTheMetersWordAndOurs) {
  const Step step{.at = at("2026-03-01T10:20:01Z"),
                  .from = CommandState::Sending,
                  .to = CommandState::Rejected,
                  .attempt = 1,
                  .reason = Reason::MeterRefused,
                  .meter_reason = operation::MeterRefusal::Duplicate,
                  .meter_raw = "3",
                  .transaction = 1208};
  EXPECT_EQ(encode_step(kSite, token_order("vend-1002"), step),
            example_on_the_wire("result.rejected"));
}

TEST(PublishedStep, EndsBeforeAnythingWasSent) {
  Step step{.at = at("2026-03-01T10:17:04Z"),
            .from = CommandState::Scheduled,
            .to = CommandState::Failed,
            .reason = Reason::WrongMeter,
            .detail = "serial number SN-9 answered, SN-7 is expected"};
  EXPECT_EQ(encode_step(kSite, relay_order("feeder-7", "relay-79"), step),
            example_on_the_wire("result.failed"));
  step = {.at = at("2026-03-01T22:17:00Z"),
          .to = CommandState::Expired,
          .reason = Reason::ExpiredBeforeSending};
  EXPECT_EQ(encode_step(kSite, command("house-002", "sync-9", Synchronise{}), step),
            example_on_the_wire("result.expired"));
  step = {.at = at("2026-03-01T11:00:00.100Z"),
          .to = CommandState::Cancelled,
          .reason = Reason::CancelledByRequest,
          .detail = "by command cancel-2"};
  EXPECT_EQ(encode_step(kSite, relay_order("house-001", "relay-77"), step),
            example_on_the_wire("result.cancelled"));
}

TEST(PublishedStep, OfAReadHoldsWhatWasRead) {
  runtime::CollectionSummary summary;
  summary.complete = true;
  summary.registers = RegisterReading{
      at("2026-03-01T10:17:01.100Z"),
      {{obis("1-0:1.8.0"), {1'293'377, 0}, Unit::Wh}, {obis("1-0:32.7.0"), {2'314, -1}, Unit::V}}};
  summary.relay =
      RelayReading{SupplyState::Off, {SupplyCauses::kRemote | SupplyCauses::kNoCredit}, 2, 0};
  summary.clock =
      operation::ClockReading{second("2026-03-01T10:17:03Z"), at("2026-03-01T10:17:01.400Z"), true};
  const Step step{.at = at("2026-03-01T10:17:01.500Z"),
                  .from = CommandState::Sending,
                  .to = CommandState::Succeeded,
                  .attempt = 1,
                  .result_json = runtime::read_result(summary)};
  EXPECT_EQ(encode_step(kSite, command("house-001", "read-5", Read{}), step),
            example_on_the_wire("result.read"));
}

TEST(PublishedStep, NeverHoldsTheDigits) {
  for (std::size_t state = 0; state < kCommandStates; ++state) {
    const Step step{.to = static_cast<CommandState>(state)};
    EXPECT_THAT(encode_step(kSite, token_order(), step), Not(HasSubstr("4433204021")));
  }
}

// ---- refusals -----------------------------------------------------------------------------------

TEST(PublishedRefusal, SaysWhatWasWrongAndWhatWouldBeRight) {
  boost::json::object body = good_token_order();
  body["id"] = "vend-1003";
  body["params"] = {{"token", "73946144332040217316"}};
  EXPECT_EQ(encode_refusal(kSite, refusal_of("deliver-token", body), at("2026-03-01T10:30:00Z")),
            example_on_the_wire("result.refused"));
  const RefusedRequest unreadable =
      refusal_of(to_meter("read", std::string(9, '[') + std::string(9, ']')));
  EXPECT_EQ(encode_refusal(kSite, unreadable, at("2026-03-01T10:30:00Z")),
            example_on_the_wire("result.refused-unreadable"));
}

TEST(ReplyTopic, IsTheRequestersElseTheMetersElseTheSites) {
  Incoming incoming = to_meter("read", "{}");
  EXPECT_EQ(reply_topic(topics(), refusal_of(incoming)), "metergate/v1/site-1/refused");
  incoming.payload = R"({"id":"a-1"})";
  EXPECT_EQ(reply_topic(topics(), refusal_of(incoming)),
            "metergate/v1/site-1/meter/house-001/result/a-1");
  incoming.response_topic = "answers/1";
  EXPECT_EQ(reply_topic(topics(), refusal_of(incoming)), "answers/1");
  Command known = token_order();
  EXPECT_EQ(reply_topic(topics(), known), "metergate/v1/site-1/meter/house-001/result/vend-1001");
  known.reply_to.response_topic = "answers/2";
  EXPECT_EQ(reply_topic(topics(), known), "answers/2");
}

// ---- the box itself -----------------------------------------------------------------------------

TEST(BoxAnswer, NamesNoMeterAndGoesToTheBoxsOwnTopic) {
  Command move =
      command("house-001", "moved-2",
              ChangeRegistry{registry::Change{registry::Unassign{*MeterId::parse("house-001")}},
                             std::nullopt});
  move.meter = box_id();
  Step done{.at = at("2026-03-02T09:00:00.120Z"), .to = CommandState::Succeeded};
  done.result_json = boost::json::serialize(
      boost::json::parse(example("result.registry")).as_object().at("result"));
  EXPECT_EQ(encode_step(kSite, move, done), example_on_the_wire("result.registry"));
  EXPECT_EQ(reply_topic(topics(), move), "metergate/v1/site-1/result/moved-2");
  EXPECT_EQ(own_result_topic(topics(), encode_step(kSite, move, done)),
            "metergate/v1/site-1/result/moved-2");
}

TEST(BoxAnswer, RefusalsWithAnIdGoThereToo) {
  const RefusedRequest refused{{Reason::MeterPlaced, "params", "assign",
                                "meter house-001 stands at location plot-7 already; unassign it "
                                "there first"},
                               "install-4",
                               "",
                               "change-registry",
                               {}};
  EXPECT_EQ(encode_refusal(kSite, refused, at("2026-03-02T09:10:00Z")),
            example_on_the_wire("result.refused-registry"));
  EXPECT_EQ(reply_topic(topics(), refused), "metergate/v1/site-1/result/install-4");
}

// ---- data ---------------------------------------------------------------------------------------

const DataOrigin kHouse{kSite, *MeterId::parse("house-001"), 1};

TEST(PublishedData, Registers) {
  EXPECT_EQ(encode_registers(kHouse,
                             {{at("2026-03-01T10:15:00.750Z"),
                               {{obis("1-0:1.8.0"), {1'293'377, 0}, Unit::Wh},
                                {obis("1-0:14.7.0"), {4'998, -2}, Unit::Hz}}}},
                             {at("2026-03-01T10:15:02Z")}),
            example_on_the_wire("registers"));
}

TEST(PublishedData, Daily) {
  const std::vector<model::Channel> channels{{obis("1-0:1.8.0"), "import", Unit::Wh, 0},
                                             {obis("1-0:3.8.0"), "reactive", Unit::VArh, 0}};
  const DailySnapshot snapshot{
      day("2026-03-01"), {{obis("1-0:1.8.0"), 1'293'100, {}}, {obis("1-0:3.8.0"), 186'400, {}}}};
  EXPECT_EQ(encode_daily(kHouse, channels, {snapshot}, {at("2026-03-01T00:05:00Z")}),
            example_on_the_wire("daily"));
}

TEST(PublishedData, ProfileWithMarksHolesAndAChannelTheModelDoesNotName) {
  const std::vector<model::Channel> channels{{obis("1-0:1.29.0"), "import", Unit::Wh, 0},
                                             {obis("1-0:3.29.0"), "reactive", Unit::VArh, 0}};
  const ProfileInterval whole{second("2026-03-01T09:30:00Z"),
                              {{obis("1-0:1.29.0"), 120, {}}, {obis("1-0:3.29.0"), 14, {}}}};
  const ProfileInterval cut{second("2026-03-01T10:00:00Z"),
                            {{obis("1-0:1.29.0"), 37, {IntervalMarks::kPowerDown}},
                             {obis("1-0:99.29.0"), 5, {IntervalMarks::kIncomplete}}}};
  EXPECT_EQ(encode_profile(kHouse, day("2026-03-01"), CapturePeriod{30}, channels, {whole, cut},
                           {at("2026-03-01T10:31:00Z")}),
            example_on_the_wire("profile"));
}

TEST(PublishedData, SaysWhenItWasReadWhereThatIsKnown) {
  EXPECT_THAT(encode_events(kHouse, {}, {at("2026-03-01T10:31:00Z"), at("2026-03-01T10:30:59Z")}),
              HasSubstr(R"("read_at":"2026-03-01T10:30:59Z")"));
}

TEST(PublishedData, KeepsEveryWholeNumberWhole) {
  const std::vector<model::Channel> channels{{obis("1-0:1.29.0"), "import", Unit::Wh, -3}};
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  const ProfileInterval interval{second("2026-03-01T09:30:00Z"),
                                 {{obis("1-0:1.29.0"), largest, {}}}};
  const std::string told = encode_profile(kHouse, day("2026-03-01"), CapturePeriod{15}, channels,
                                          {interval}, {at("2026-03-01T10:31:00Z")});
  EXPECT_THAT(told, HasSubstr("[9223372036854775807]"));
  EXPECT_THAT(told, HasSubstr(R"("scale":-3)"));
}

TEST(PublishedData, Events) {
  const LogEntry token{.log = LogId::Token,
                       .sequence = 42,
                       .meter_time = second("2026-03-01T10:17:02Z"),
                       .code = EventCode::TokenAccepted,
                       .raw_code = 1,
                       .cause = 0,
                       .detail = 1207};
  const LogEntry supply{.log = LogId::Supply,
                        .sequence = 17,
                        .meter_time = second("2026-03-01T10:17:03Z"),
                        .code = EventCode::SupplyArmed,
                        .raw_code = 201,
                        .cause = 2,
                        .detail = 0};
  EXPECT_EQ(encode_events(kHouse, {token, supply}, {at("2026-03-01T10:17:05Z")}),
            example_on_the_wire("event"));
}

// ---- states and alarms --------------------------------------------------------------------------

TEST(PublishedState, OfAMeterThatIsThere) {
  MeterState state{.meter = {.key = 1,
                             .id = *MeterId::parse("house-001"),
                             .model = "virtual-prepayment-modbus",
                             .serial = "PM211-0004711",
                             .epoch = 1,
                             .last_transaction = 1207,
                             .supply_reported = SupplyState::Off,
                             .supply_causes = {SupplyCauses::kRemote},
                             .supply_read_at = at("2026-03-01T10:17:03.900Z"),
                             .supply_desired = SupplyState::Off,
                             .last_contact = at("2026-03-01T10:17:03.900Z"),
                             .session_state = "online",
                             .clock_offset_ms = 1600},
                   .session_reason = "",
                   .live_commands = 1,
                   .can = {{"deliver-token", "set-relay", "read", "synchronise", "set-clock",
                            "cancel", "issue-token", "resend-tokens"},
                           {"registers", "daily", "profile", "logs", "clock", "relay"},
                           {"off", "armed"},
                           {"utrn", "sts"},
                           {"credit", "tamper-reset"}},
                   .standing = {LocationId::parse("plot-7"), CustomerId::parse("c-100"), false}};
  EXPECT_EQ(encode_meter_state(kSite, state, at("2026-03-01T10:17:04Z")),
            example_on_the_wire("meter-state"));
}

TEST(PublishedState, OfAMeterThatIsSilentAssumesNothing) {
  MeterState state{.meter = {.key = 2,
                             .id = *MeterId::parse("house-002"),
                             .model = "virtual-prepayment-modbus",
                             .serial = "",
                             .supply_causes = {},
                             .supply_read_at = {},
                             .last_contact = {},
                             .session_state = "silent",
                             .clock_offset_ms = {}},
                   .session_reason = "no answer within 500 ms",
                   .next_try = at("2026-03-01T10:17:34Z"),
                   .holes = 2,
                   .can = {{"read", "synchronise", "cancel"}, {"registers"}, {}, {}, {}}};
  EXPECT_EQ(encode_meter_state(kSite, state, at("2026-03-01T10:17:04Z")),
            example_on_the_wire("meter-state.silent"));
}

TEST(PublishedState, OfTheGatewayAndItsLastWill) {
  const GatewayState state{.version = "0.1.0",
                           .started_at = at("2026-02-27T04:00:00Z"),
                           .meters = 216,
                           .meters_reachable = 215,
                           .live_commands = 3,
                           .outbox_messages = 0,
                           .outbox_data_days = 12};
  EXPECT_EQ(encode_gateway_state(kSite, state, at("2026-03-01T10:17:30Z")),
            example_on_the_wire("gateway-state"));
  EXPECT_EQ(encode_gateway_offline(kSite), example_on_the_wire("gateway-state.offline"));
}

TEST(PublishedAlarm, NamesTheEventAndItsValues) {
  const Alarm alarm{.at = at("2026-03-01T10:17:04Z"),
                    .event = "MG0205",
                    .level = "error",
                    .meter = MeterId::parse("feeder-7"),
                    .text = "meter feeder-7: serial number SN-9 answers, SN-7 is expected",
                    .fields_json = R"({"meter":"feeder-7","found":"SN-9","expected":"SN-7"})"};
  EXPECT_EQ(encode_alarm(kSite, alarm), example_on_the_wire("alarm"));
}

TEST(PublishedAlarm, WithoutAMeterOrValuesLeavesThemOut) {
  const std::string told = encode_alarm(kSite, {.at = at("2026-03-01T10:17:04Z"),
                                                .event = "MG0702",
                                                .level = "error",
                                                .text = "t",
                                                .fields_json = ""});
  EXPECT_THAT(told, Not(HasSubstr("meter")));
  EXPECT_THAT(told, Not(HasSubstr("fields")));
}

}  // namespace
}  // namespace metergate::north
