// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::meter_mqtt {
namespace {

using namespace std::chrono;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr UtcTime kReadAt{milliseconds{1'772'360'223'250}};
constexpr std::string_view kDigits = "47126853900317548264";

const cosem::ObisCode kImport = *cosem::ObisCode::parse("1-0:1.8.0");

UtcSeconds time(const char* text) { return floor<seconds>(*rfc3339::parse(text)); }
sys_days day(const char* text) { return *rfc3339::parse_date(text); }

Nonsense judged(const operation::Operation& asked, std::string_view result) {
  const auto response =
      decode_response(asked, "{\"id\":\"7\",\"result\":" + std::string{result} + "}", kReadAt);
  return response ? Nonsense{} : response.error();
}

const operation::ReadProfile kMorning{time("2026-03-01T09:00:00Z"), time("2026-03-01T12:00:00Z")};

std::string page(std::string_view rows, std::string_view covered_to) {
  return "{\"intervals\":[" + std::string{rows} + "],\"covered_to\":\"" + std::string{covered_to} +
         "\"}";
}

// ---- whose answer it is -------------------------------------------------------------------------

TEST(MeterResponse, IsTheOnesWhoseIdItCarriesWhereverThatStands) {
  EXPECT_EQ(response_id(R"({"id":"7","result":{}})"), "7");
  EXPECT_EQ(response_id(" {\t\"id\" :\r\n \"7\" , \"result\": {}}"), "7");
  EXPECT_EQ(response_id(R"({"result":{"id":"8"},"id":"7"})"), "7");
  EXPECT_EQ(response_id(R"({"id":"","result":{}})"), "");
}

TEST(MeterResponse, IsTheSamesWhateverEscapesItsIdIsWrittenIn) {
  EXPECT_EQ(response_id(R"({"id":"\u0037-a","result":{}})"), "7-a");
  EXPECT_EQ(response_id(R"({"\u0069d":"7","result":{}})"), "7");
}

TEST(MeterResponse, WithoutAnIdThatIsATextIsNobodys) {
  for (const std::string_view payload :
       {"", "{", "{}", R"({"id")", R"({"id":)", R"({"id":")", R"({"id":"7)", R"({"id":"7\)",
        R"({"id":7})", R"({"id":null})", R"(["id","7"])", R"({"ids":"7"})", R"("id":"7")"}) {
    EXPECT_EQ(response_id(payload), std::nullopt) << payload;
  }
}

// It is the asker who learns what is wrong with it, before the time is out.
TEST(MeterResponse, ThatIsCutBehindItsIdIsJudgedAsAnAnswer) {
  constexpr std::string_view kCut = R"({"id":"7","result":{"time":"2026-03)";
  EXPECT_EQ(response_id(kCut), "7");
  const auto response = decode_response(operation::ReadClock{}, kCut, kReadAt);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error(), HasSubstr("is not JSON"));
}

// ---- what is no message at all ------------------------------------------------------------------

TEST(MeterMessage, ThatIsNoObjectIsRefusedWithWhatIsWrong) {
  const auto what = [](std::string_view payload) {
    const auto presence = decode_presence(payload);
    return presence ? Nonsense{} : presence.error();
  };
  EXPECT_THAT(what(""), HasSubstr("not JSON"));
  EXPECT_THAT(what("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(what("{\"state\":\"offline\"} x"), HasSubstr("not JSON"));
  EXPECT_THAT(what("{\"state\":\"\xff\"}"), HasSubstr("not JSON"));
  EXPECT_THAT(what(std::string(70'000, ' ')), AllOf(HasSubstr("70000"), HasSubstr("65536")));
  EXPECT_THAT(what("{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}"),
              HasSubstr("not JSON"));
}

TEST(MeterMessage, NamingAFieldTwiceIsRefused) {
  EXPECT_FALSE(decode_presence(R"({"state":"offline","state":"online","serial":"A1"})"));
  EXPECT_FALSE(decode_push(
      "registers",
      R"({"registers":{"1-0:1.8.0":{"value":"1","unit":"Wh"},"1-0:1.8.0*255":{"value":"2","unit":"Wh"}}})",
      kReadAt));
  // A colon inside a text is no name.
  EXPECT_TRUE(decode_presence(R"({"state":"online","serial":"A1","model":"a\":\"b:c\\"})"));
}

TEST(MeterMessage, MayHoldFieldsOfALaterEdition) {
  EXPECT_TRUE(decode_presence(R"({"state":"offline","signal_dbm":-71})"));
}

// ---- requests -----------------------------------------------------------------------------------

TEST(MeterRequest, WithoutAReadableIdCannotBeAnswered) {
  for (const char* payload : {"", R"({"method":"identify"})", R"({"id":7,"method":"identify"})",
                              R"({"id":"a/b","method":"identify"})"}) {
    const auto request = decode_request(payload);
    ASSERT_FALSE(request) << payload;
    EXPECT_EQ(request.error().id, "") << payload;
  }
}

TEST(MeterRequest, OfAnUnknownMethodIsNotSupported) {
  const auto request = decode_request(R"({"id":"7","method":"sing"})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().id, "7");
  EXPECT_EQ(request.error().code, operation::MeterRefusal::NotSupported);
}

TEST(MeterRequest, WithTransactionZeroIsMalformed) {
  const auto request = decode_request(
      R"({"id":"7","method":"operate-relay","params":{"state":"off","transaction":0}})");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code, operation::MeterRefusal::Malformed);
  EXPECT_THAT(request.error().what, HasSubstr("params.transaction is 0"));
}

TEST(MeterRequest, NeverShowsTheDigitsItComplainsOf) {
  for (const std::string token : {"\"47126853900317548265x\"", "47126853900317548", "[1]"}) {
    const auto request = decode_request(
        R"({"id":"7","method":"write-token","params":{"transaction":5,"token":)" + token + "}}");
    ASSERT_FALSE(request);
    EXPECT_THAT(request.error().what, AllOf(HasSubstr("params.token"), Not(HasSubstr("4712"))));
  }
}

// ---- answers that make no sense -----------------------------------------------------------------

TEST(MeterAnswer, NamesTheFieldWhatStandsThereAndWhatWouldBeRight) {
  EXPECT_EQ(judged(operation::ReadClock{}, R"({"time":"tomorrow"})"),
            "result.time is \"tomorrow\"; expected a time such as 2026-03-01T10:30:00Z");
  EXPECT_EQ(judged(operation::ReadClock{}, R"({"trusted":true})"),
            "result.time is missing; expected a text");
  EXPECT_EQ(judged(operation::ReadRelay{},
                   R"({"state":"off","causes":[],"operations_today":70000,"last_transaction":0})"),
            "result.operations_today is 70000; expected a whole number from 0 to 65535");
}

TEST(MeterAnswer, WithResultAndErrorSaysNothing) {
  EXPECT_FALSE(decode_response(operation::ReadClock{},
                               R"({"id":"7","result":{"time":"2026-03-01T10:30:00Z"},
                                   "error":{"code":"other"}})",
                               kReadAt));
  EXPECT_FALSE(decode_response(operation::ReadClock{}, R"({"id":"7"})", kReadAt));
}

TEST(MeterAnswer, WithRegistersNobodyAskedForIsRefused) {
  const operation::ReadRegisters only_import{{kImport}};
  EXPECT_EQ(judged(only_import, R"({"registers":{"1-0:1.8.0":{"value":"1","unit":"Wh"}}})"), "");
  EXPECT_THAT(judged(only_import, R"({"registers":{"1-0:2.8.0":{"value":"1","unit":"Wh"}}})"),
              HasSubstr("only those asked for"));
  EXPECT_THAT(judged(only_import, R"({"registers":{}})"), HasSubstr("at least one"));
}

TEST(MeterAnswer, WithARegisterThatIsNoExactDecimalIsRefused) {
  for (const char* value :
       {"", "-", "1.", ".5", "1e3", "1,5", " 1", "1.2.3", "1234567890123456789"}) {
    const auto what =
        judged(operation::ReadRegisters{}, R"({"registers":{"1-0:1.8.0":{"value":")" +
                                               std::string{value} + R"(","unit":"Wh"}}})");
    EXPECT_THAT(what, HasSubstr("registers.1-0:1.8.0*255.value")) << value;
  }
  EXPECT_THAT(judged(operation::ReadRegisters{},
                     R"({"registers":{"1-0:1.8.0":{"value":"1","unit":"kWh"}}})"),
              HasSubstr("unit is \"kWh\""));
  EXPECT_THAT(
      judged(operation::ReadRegisters{}, R"({"registers":{"1-0:1.8.0":{"value":1,"unit":"Wh"}}})"),
      HasSubstr("value is 1; expected a text"));
}

TEST(MeterAnswer, WithIntervalsOutsideTheRangeOrOutOfOrderIsRefused) {
  const auto row = [](std::string_view start) {
    return "{\"start\":\"2026-03-01T" + std::string{start} +
           ":00Z\",\"values\":{\"1-0:1.29.0\":1}}";
  };
  const char* const end = "2026-03-01T12:00:00Z";
  EXPECT_EQ(judged(kMorning, page(row("09:00") + "," + row("09:30"), end)), "");
  EXPECT_NE(judged(kMorning, page(row("09:30") + "," + row("09:00"), end)), "");
  EXPECT_NE(judged(kMorning, page(row("09:00") + "," + row("09:00"), end)), "");
  EXPECT_NE(judged(kMorning, page(row("08:30"), end)), "");
  EXPECT_NE(judged(kMorning, page(row("12:00"), "2026-03-01T13:00:00Z")), "");
  EXPECT_NE(judged(kMorning, page(row("10:00"), "2026-03-01T10:00:00Z")), "");
  EXPECT_NE(judged(kMorning, page("", "2026-03-01T08:00:00Z")), "");
}

TEST(MeterAnswer, ThatCoversMoreThanWasAskedCountsForWhatWasAsked) {
  const auto response = decode_response(
      kMorning, "{\"id\":\"7\",\"result\":" + page("", "2026-03-09T00:00:00Z") + "}", kReadAt);
  ASSERT_TRUE(response);
  EXPECT_EQ(std::get<operation::ProfilePage>(std::get<operation::Answer>(*response)).covered_to,
            kMorning.to);
}

TEST(MeterAnswer, WithDaysOutsideTheRangeIsRefused) {
  const operation::ReadDaily op{day("2026-03-01"), day("2026-03-03")};
  EXPECT_EQ(judged(op, R"({"days":[{"day":"2026-03-01","values":{}}],"covered_to":"2026-03-03"})"),
            "");
  EXPECT_NE(judged(op, R"({"days":[{"day":"2026-02-28","values":{}}],"covered_to":"2026-03-03"})"),
            "");
  EXPECT_NE(
      judged(op, R"({"days":[{"day":"2026-03-01","values":{"x":1}}],"covered_to":"2026-03-03"})"),
      "");
  EXPECT_NE(
      judged(
          op,
          R"({"days":[{"day":"2026-03-01","values":{"1-0:1.8.0":1.5}}],"covered_to":"2026-03-03"})"),
      "");
}

TEST(MeterAnswer, WithAnUnknownMarkIsRefusedSinceItMustNotGetLost) {
  EXPECT_THAT(
      judged(kMorning, page(R"({"start":"2026-03-01T09:00:00Z","values":{},"marks":["odd"]})",
                            "2026-03-01T12:00:00Z")),
      HasSubstr("intervals[0].marks is [\"odd\"]"));
}

TEST(MeterAnswer, WithLogEntriesOutOfOrderOrOfAnotherLogIsRefused) {
  const operation::ReadLog op{LogId::Supply, 41};
  const auto entries = [](std::string_view log, int sequence, bool complete) {
    return R"({"entries":[{"log":")" + std::string{log} + R"(","sequence":)" +
           std::to_string(sequence) +
           R"(,"time":"2026-03-01T09:00:00Z","event":"supply-off","code":200}],"complete":)" +
           (complete ? "true}" : "false}");
  };
  EXPECT_EQ(judged(op, entries("supply", 42, false)), "");
  EXPECT_NE(judged(op, entries("supply", 41, true)), "");
  EXPECT_NE(judged(op, entries("tamper", 42, true)), "");
  EXPECT_THAT(judged(op, R"({"entries":[],"complete":false})"), HasSubstr("complete"));
}

TEST(MeterAnswer, KeepsAnEventOfALaterEditionByItsNumber) {
  const auto push = decode_push(
      "events",
      R"({"entries":[{"log":"tamper","sequence":1,"time":"2026-03-01T09:00:00Z","event":"meter-tilted","code":931}]})",
      kReadAt);
  ASSERT_TRUE(push) << push.error();
  const auto& entry = std::get<std::vector<LogEntry>>(*push).front();
  EXPECT_EQ(entry.code, EventCode::Unknown);
  EXPECT_EQ(entry.raw_code, 931);
}

// ---- orders -------------------------------------------------------------------------------------

operation::OrderAnswer order_answer(std::string_view result) {
  const auto response =
      decode_response(operation::OperateRelay{SupplyState::Off, 5},
                      "{\"id\":\"7\",\"result\":" + std::string{result} + "}", kReadAt);
  EXPECT_TRUE(response) << response.error();
  return std::get<operation::OrderAnswer>(std::get<operation::Answer>(*response));
}

TEST(MeterOrderAnswer, StaysANoWhateverItsWord) {
  const auto answer = order_answer(R"({"outcome":"refused","refusal":"moon-phase"})");
  const auto& refused = std::get<operation::OrderRefused>(answer);
  EXPECT_EQ(refused.refusal, operation::MeterRefusal::Other);
  EXPECT_EQ(refused.raw, "moon-phase");
}

TEST(MeterOrderAnswer, KeepsTheMetersOwnWordShortAndHarmless) {
  const auto answer =
      order_answer(R"({"outcome":"refused","refusal":"duplicate","raw":"\u001b[2J )" +
                   std::string{kDigits} + " " + std::string(500, 'x') + R"("})");
  const auto& refused = std::get<operation::OrderRefused>(answer);
  EXPECT_EQ(refused.refusal, operation::MeterRefusal::Duplicate);
  EXPECT_THAT(refused.raw, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("47126853"))));
  EXPECT_LE(refused.raw.size(), 70U);
}

TEST(MeterOrderAnswer, IsNonsenseWithoutAKnownOutcomeOrWithAnUnknownUnit) {
  const operation::OperateRelay op{SupplyState::Off, 5};
  EXPECT_THAT(judged(op, R"({"outcome":"not-taken"})"), HasSubstr("taken or refused"));
  EXPECT_THAT(judged(op, R"({"outcome":"taken","value":1,"unit":"kWh"})"),
              HasSubstr("result.unit"));
  EXPECT_THAT(judged(op, R"({"outcome":"taken","value":1.5,"unit":"wh"})"),
              HasSubstr("result.value"));
}

// ---- presence -----------------------------------------------------------------------------------

TEST(MeterPresence, NeedsAnUsableSerialNumberWhenOnline) {
  EXPECT_FALSE(decode_presence(R"({"state":"online"})"));
  EXPECT_FALSE(decode_presence(R"({"state":"online","serial":"../etc"})"));
  EXPECT_FALSE(decode_presence(R"({"state":"asleep","serial":"A1"})"));
  EXPECT_TRUE(decode_presence(R"({"state":"online","serial":"A1"})"));
}

TEST(MeterPush, OnATopicTheProfileDoesNotHaveIsRefused) {
  const auto push = decode_push("pictures", "{}", kReadAt);
  ASSERT_FALSE(push);
  EXPECT_THAT(push.error(), HasSubstr("push/pictures"));
}

}  // namespace
}  // namespace metergate::meter_mqtt
