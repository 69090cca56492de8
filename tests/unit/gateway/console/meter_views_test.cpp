// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/meter_views.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace metergate::console {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

const UtcTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

LiveMeter meter(const std::string& name, const std::string& state) {
  const StoredMeter stored{
      1, *MeterId::parse(name), "some-model", "", 1, std::nullopt, 0, 0, {}, {}, {}, {}, {}, {},
      {}};
  LiveMeter out{stored, "line-a", state, ""};
  return out;
}

json::object told(const MeterChoice& choice) {
  return json::parse(meters_json({meter("b", "online"), meter("a", "online"), meter("d", "suspect"),
                                  meter("e", "silent"), meter("c", "wrong-meter")},
                                 choice, kNow))
      .as_object();
}

std::vector<std::string> names(const json::object& list) {
  std::vector<std::string> out;
  for (const json::value& one : list.at("meters").as_array()) {
    out.emplace_back(one.at("meter").as_string());
  }
  return out;
}

TEST(MetersView, ThoseInTroubleStandFirst) {
  EXPECT_THAT(names(told({})), ElementsAre("c", "e", "d", "a", "b"));
}

TEST(MetersView, AChoiceCountsAllAndShowsItsOwn) {
  const auto list = told(MeterChoice{"", "online"});
  EXPECT_THAT(names(list), ElementsAre("a", "b"));
  EXPECT_EQ(list.at("total").to_number<int>(), 5);
  EXPECT_EQ(list.at("matched").to_number<int>(), 2);
  EXPECT_EQ(list.at("states").at("silent").to_number<int>(), 1);
  EXPECT_EQ(names(told(MeterChoice{"LINE-A", ""})).size(), 5U);
  EXPECT_TRUE(names(told(MeterChoice{"nowhere", ""})).empty());
}

TEST(MetersView, APageOfTheListHoldsItsPart) {
  EXPECT_THAT(names(told(MeterChoice{"", "", 3, 1})), ElementsAre("a"));
  EXPECT_TRUE(names(told(MeterChoice{"", "", 99, 10})).empty());
}

TEST(MetersView, DesiredAndReportedAreTwoThings) {
  LiveMeter one = meter("a", "online");
  one.stored.supply_reported = SupplyState::Off;
  one.stored.supply_desired = SupplyState::On;
  const auto list = json::parse(meters_json({one}, {}, kNow));
  EXPECT_EQ(list.at("meters").at(0).at("reported").as_string(), "off");
  EXPECT_EQ(list.at("meters").at(0).at("desired").as_string(), "on");
}

TEST(LineLog, KeepsTheLastRequestsAndCountsThemByTheMinute) {
  LineLog log;
  const WireResult answered = WireAnswer{{1, 2, 3}, {}};
  const WireResult silent = failure(LinkFault{LinkFault::Reason::NoAnswer, "silence"});
  for (std::size_t i = 0; i < 2 * LineLog::kRequests; ++i) {
    log.add("line-a", "m1", answered, std::chrono::milliseconds{10}, kNow);
  }
  log.add("line-a", "m2", silent, std::chrono::milliseconds{500}, kNow + std::chrono::minutes{1});
  const auto& line = log.lines().at("line-a");
  EXPECT_EQ(line.requests.size(), LineLog::kRequests);
  EXPECT_EQ(line.requests.back().end, RequestEnd::NoAnswer);
  ASSERT_EQ(line.faults.size(), 1U);
  EXPECT_EQ(line.faults.front().what, "silence");
  ASSERT_EQ(line.minutes.size(), 2U);
  EXPECT_EQ(line.minutes[0].ends[0], 2 * LineLog::kRequests);
  EXPECT_EQ(line.minutes[1].ends[1], 1U);
  EXPECT_EQ(line.minutes[1].busy, std::chrono::milliseconds{500});
}

TEST(LineLog, EveryReasonOfAFaultHasItsWord) {
  using Reason = LinkFault::Reason;
  for (const auto& [reason, word] :
       std::vector<std::pair<Reason, std::string_view>>{{Reason::NoAnswer, "no-answer"},
                                                        {Reason::BadFrame, "bad-frame"},
                                                        {Reason::NotSent, "not-sent"},
                                                        {Reason::Cut, "cut"}}) {
    LineLog log;
    log.add("l", "m", failure(LinkFault{reason, ""}), {}, kNow);
    EXPECT_EQ(request_end_word(log.lines().at("l").faults.front().end), word);
  }
}

TEST(LinesView, ALineNothingHappenedOnIsThereToo) {
  metrics::Figures figures;
  figures.links["line-a"].up = false;
  const auto list = json::parse(lines_json(figures, LineLog{}, kNow));
  EXPECT_EQ(list.at("lines").at(0).at("link").as_string(), "line-a");
  EXPECT_FALSE(list.at("lines").at(0).at("up").as_bool());
}

}  // namespace
}  // namespace metergate::console
