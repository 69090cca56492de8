// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/records.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace metergate::cli {
namespace {

const cosem::ObisCode kImport = *cosem::ObisCode::parse("1-0:1.29.0");
const std::vector<model::Channel> kChannels{
    {.obis = kImport, .name = "import", .unit = Unit::Wh, .scale = -1}};

TEST(Records, ProfileIntervalIsOneRecordPerValue) {
  const ProfileInterval interval{
      .start = UtcSeconds{std::chrono::seconds{1'772'323'200}},
      .values = {{.channel = kImport,
                  .value = 1234,
                  .marks = {IntervalMarks::kPowerDown | IntervalMarks::kClockSet}}}};
  const auto records = records_of({.meter = "m1", .epoch = 2}, interval, kChannels);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(csv_line(records[0]),
            "m1,2,2026-03-01T00:00:00Z,1-0:1.29.0*255,import,123.4,Wh,power-down clock-set");
  EXPECT_EQ(json_line(kProfileColumns, records[0]),
            R"({"meter":"m1","epoch":2,"start":"2026-03-01T00:00:00Z","obis":"1-0:1.29.0*255",)"
            R"("name":"import","value":123.4,"unit":"Wh","marks":["power-down","clock-set"]})");
}

TEST(Records, ChannelTheModelDoesNotKnowIsShownRaw) {
  const DailySnapshot snapshot{.day = std::chrono::sys_days{std::chrono::days{20'513}},
                               .values = {{.channel = kImport, .value = 7, .marks = {}}}};
  const auto records = records_of({.meter = "m1", .epoch = 1}, snapshot, {});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(csv_line(records[0]), "m1,1,2026-03-01,1-0:1.29.0*255,,7,,");
  EXPECT_EQ(boost::json::parse(json_line(kDailyColumns, records[0])).at("marks"),
            boost::json::array{});
}

TEST(Records, EveryKindHasAsManyCellsAsColumns) {
  const Owner owner{.meter = "m1", .epoch = 1};
  EXPECT_EQ(record_of(owner, LogEntry{}).size(), std::size(kLogColumns));
  const RegisterReading reading{.read_at = {}, .values = {{.obis = kImport, .value = {5, -1}}}};
  EXPECT_EQ(records_of(owner, reading).at(0).size(), std::size(kRegisterColumns));
  const ProfileInterval interval{.start = {}, .values = {{kImport, 0, {}}}};
  EXPECT_EQ(records_of(owner, interval, {}).at(0).size(), std::size(kProfileColumns));
  const DailySnapshot snapshot{.day = {}, .values = {{kImport, 0, {}}}};
  EXPECT_EQ(records_of(owner, snapshot, {}).at(0).size(), std::size(kDailyColumns));
}

TEST(Records, CsvQuotesWhatItMust) {
  EXPECT_EQ(csv_line(Record{{Cell::Kind::Text, "a,b"},
                            {Cell::Kind::Text, "say \"no\""},
                            {Cell::Kind::Text, "two\nlines"},
                            {Cell::Kind::Text, ""}}),
            "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",");
}

}  // namespace
}  // namespace metergate::cli
