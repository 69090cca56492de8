// SPDX-License-Identifier: Apache-2.0
#include "meters/billing.hpp"
#include "tests/scenario/tenancy_story.hpp"

/// Changes of tenancy, from the command to the new tenant's data. Each story is told straight, with
/// the gateway restarted and with the meter's power cut at the marked places.
namespace metergate::test {
namespace {

using testing::HasSubstr;
using testing::Not;

INSTANTIATE_TEST_SUITE_P(With, TenancyStory, kTroubles, trouble_name);

TEST_P(TenancyStory, EverythingIsCollectedBeforeTheMeterPurges) {
  const auto truth = story.meter().intervals(UtcSeconds{}, story.now_s());
  story.command("change-tenancy", "c1", kNow, 6h);
  trouble();
  story.advance(20min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(tenancies().size(), 2U);
  every_interval_is_in_one_tenancy(truth);
  EXPECT_EQ(profile(1).size(), truth.size());
}

TEST_P(TenancyStory, TheNewTenancyShowsNothingOfTheOld) {
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(10s);
  trouble();
  story.advance(3h);
  ASSERT_EQ(tenancies().size(), 2U);
  const UtcSeconds effective = *tenancies()[1].effective;
  const UtcSeconds first = period_start(effective, CapturePeriod{30});
  ASSERT_FALSE(profile(2).empty());
  EXPECT_EQ(profile(2).front().start, first);
  for (const LogId log : kAllLogs) {
    const auto entries = *story.ledger().log(story.stored().key, 2, log, 0, 1'000);
    for (const LogEntry& entry : entries) {
      EXPECT_GE(entry.meter_time + 5s, effective) << log_word(log);
    }
  }
  EXPECT_TRUE(story.ledger().holes(story.stored().key, 2)->empty());
}

TEST_P(TenancyStory, OneSynchronisationFollowsAndWhatTheMeterDidIsLookedAt) {
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(7s);
  trouble();
  story.advance(20min);
  ASSERT_EQ(tenancies().size(), 2U);
  EXPECT_TRUE(tenancies()[1].synchronised.has_value());
  EXPECT_EQ(story.published_on("/tenancy"), 2U) << "activated, synchronised";
  const std::string told = story.last_on("/tenancy");
  EXPECT_THAT(told, HasSubstr(R"("phase":"synchronised")"));
  EXPECT_THAT(told, HasSubstr(R"({"item":"purge-profile","holds":true)"));
  EXPECT_THAT(told, HasSubstr(R"({"item":"recorded","holds":true)"));
  EXPECT_THAT(told, HasSubstr(R"({"item":"relay","holds":true,"found":"off"})"));
  EXPECT_THAT(told, Not(HasSubstr(R"("holds":false)")));
}

TEST_P(TenancyStory, ALostAnswerOpensTheTenancyOnceAllTheSame) {
  story.command("change-tenancy", "c1", kNow, 6h);
  story.next_write(Wire::AnswersAreLost);
  story.advance(7s);
  trouble();
  story.advance(20min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(tenancies().size(), 2U);
  EXPECT_EQ(story.published_on("/tenancy"), 2U);
}

TEST_P(TenancyStory, ADatedChangeWaitsForItsTimeAndHappensOnce) {
  const UtcSeconds at = std::chrono::ceil<std::chrono::hours>(story.now_s()) + 2h;
  story.command("change-tenancy", "c1",
                R"("params":{"situation":"leaves-later","effective":")" + rfc3339::text(at) +
                    R"(","relay":"armed"})",
                24h);
  story.advance(1h);
  EXPECT_EQ(tenancies().size(), 1U);
  trouble();
  story.advance(4h);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(tenancies().size(), 2U);
  EXPECT_EQ(*tenancies()[1].effective, at);
  ASSERT_FALSE(profile(2).empty());
  EXPECT_EQ(profile(2).front().start, at);
  ASSERT_FALSE(profile(1).empty());
  EXPECT_EQ(profile(1).back().start, at - 30min) << "the last interval of the old tenant";
}

TEST_P(TenancyStory, TheNewestChangeWinsAndTheOlderIsToldSo) {
  const auto dated = [&](const std::string& id, std::chrono::hours in) {
    const UtcSeconds at = std::chrono::ceil<std::chrono::hours>(story.now_s()) + in;
    story.command(
        "change-tenancy", id,
        R"("params":{"situation":"leaves-later","effective":")" + rfc3339::text(at) + R"("})", 24h);
  };
  dated("c1", 2h);
  story.advance(1min);
  trouble();
  dated("c2", 4h);
  story.advance(1min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"superseded")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr("newer-change"));
  story.advance(8h);
  EXPECT_THAT(story.last_of("c2"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(tenancies().size(), 2U);
}

TEST_P(TenancyStory, ADatedChangeCanBeCancelledUntilItIsSent) {
  const UtcSeconds at = std::chrono::ceil<std::chrono::hours>(story.now_s()) + 2h;
  story.command(
      "change-tenancy", "c1",
      R"("params":{"situation":"leaves-later","effective":")" + rfc3339::text(at) + R"("})", 24h);
  story.advance(1h);
  trouble();
  story.command("cancel", "x1", R"("params":{"command":"c1"})");
  story.advance(5h);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"cancelled")"));
  EXPECT_EQ(tenancies().size(), 1U);
}

TEST(TenancyTale, NothingIsSentWhileSomethingIsMissing) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  story.wire(Wire::Silent);
  story.advance(2h);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(30min);
  EXPECT_EQ(story.ledger().tenancies(story.stored().key)->size(), 1U);
  story.wire(Wire::Healthy);
  story.advance(30min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_EQ(story.ledger().tenancies(story.stored().key)->size(), 2U);
}

TEST(TenancyTale, AChangeOfSomebodyElseIsRecognisedInTheLog) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  const auto taken = story.meter().perform(
      operation::ChangeTenancy{std::nullopt, ChangeActions::all(), RelayAfter::Off, 9, 900'000},
      story.now_s());
  ASSERT_TRUE(taken.has_value());
  story.command("read", "r1", R"("params":{"what":["logs"]})");
  story.advance(20min);
  const auto tenancies = *story.ledger().tenancies(story.stored().key);
  ASSERT_EQ(tenancies.size(), 2U);
  EXPECT_EQ(tenancies[1].evidence, "log-entry");
  EXPECT_TRUE(tenancies[1].synchronised.has_value());
  EXPECT_THAT(story.last_of("r1"), HasSubstr(R"("state":"succeeded")"));
}

TEST_P(TenancyStory, P29_P30_DaysAndIntervalsOfTheNewTenantAreThereWithoutAGap) {
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(1h);
  trouble();
  story.advance(72h);
  ASSERT_EQ(tenancies().size(), 2U);
  const UtcSeconds effective = *tenancies()[1].effective;
  const auto first_day = std::chrono::ceil<std::chrono::days>(effective);
  const auto days = *story.ledger().daily(
      story.stored().key, 2, std::chrono::sys_days{},
      std::chrono::floor<std::chrono::days>(story.now_s()) + std::chrono::days{1});
  ASSERT_EQ(days.size(), 3U);
  for (std::size_t i = 0; i < days.size(); ++i) {
    EXPECT_EQ(days[i].day, first_day + std::chrono::days{i});
  }
  const auto intervals = profile(2);
  ASSERT_GE(intervals.size(), 144U);
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    EXPECT_EQ(intervals[i].start, period_start(effective, CapturePeriod{30}) + i * 30min);
  }
}

TEST(TenancyTale, AModelWithoutTheOrderGetsWhatItCanDoAndIsNotBlamedForTheRest) {
  Story story{Setting{.with_keys = true, .without = {Capability::ChangeTenancy}}};
  story.advance(5min);
  const auto before = story.meter().intervals(UtcSeconds{}, story.now_s());
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(3h);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("purge-profile":"gateway")"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("relay":"meter")"));
  EXPECT_EQ(story.meter().relay().state, SupplyState::Off);
  EXPECT_TRUE(story.meter().changes_fired().empty());
  const MeterKey key = story.stored().key;
  const auto tenancies = *story.ledger().tenancies(key);
  ASSERT_EQ(tenancies.size(), 2U);
  const auto old = *story.ledger().profile(key, 1, UtcSeconds{}, story.now_s());
  EXPECT_EQ(old.size(), before.size()) << "read before the line was drawn";
  const auto fresh = *story.ledger().profile(key, 2, UtcSeconds{}, story.now_s());
  ASSERT_FALSE(fresh.empty());
  EXPECT_EQ(fresh.front().start, period_start(*tenancies[1].effective, CapturePeriod{30}));
  for (const LogId log : kAllLogs) {
    const auto entries = *story.ledger().log(key, 2, log, 0, 1'000);
    for (const LogEntry& entry : entries) EXPECT_GE(entry.meter_time + 5s, tenancies[1].effective);
  }
  const std::string told = story.last_on("/tenancy");
  EXPECT_THAT(
      told,
      HasSubstr(
          R"("checks":[{"item":"relay","holds":true,"found":"off"},{"item":"reset-balance")"));
}

TEST(TenancyTale, AModelThatCanDoNothingOfItStillKeepsTenanciesApart) {
  Story story{
      Setting{.with_keys = true, .without = {Capability::ChangeTenancy, Capability::OperateRelay}}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(1h);
  EXPECT_THAT(story.states_of("c1"), HasSubstr("scheduled succeeded"));
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("relay":"nobody")"));
  const auto tenancies = *story.ledger().tenancies(story.stored().key);
  ASSERT_EQ(tenancies.size(), 2U);
  EXPECT_EQ(tenancies[1].evidence, "box");
  EXPECT_TRUE(tenancies[1].synchronised.has_value());
  EXPECT_THAT(story.last_on("/tenancy"), HasSubstr(R"("checks":[{"item":"reset-balance")"));
}

}  // namespace
}  // namespace metergate::test
