// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meters/billing.hpp"
#include "storage/tenancy_record.hpp"
#include "tests/scenario/story.hpp"

/// Changes of tenancy, from the command to the new tenant's data. Each story is told straight, with
/// the gateway restarted and with the meter's power cut at the marked places.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNow = R"("params":{"situation":"leaves-now","relay":"off"})";

enum class Trouble : std::uint8_t { None, Restart, PowerCut, LinkLost };

class TenancyStory : public testing::TestWithParam<Trouble> {
 protected:
  TenancyStory() { story.advance(5min); }

  void trouble() {
    switch (GetParam()) {
      case Trouble::None:
        return;
      case Trouble::Restart:
        return story.restart();
      case Trouble::PowerCut:
        story.meter().cut_power(story.now_s());
        story.advance(90s);
        story.meter().restore_power(story.now_s());
        return;
      case Trouble::LinkLost:
        story.wire(Wire::Silent);
        story.advance(90s);
        story.wire(Wire::Healthy);
        return;
    }
  }

  [[nodiscard]] std::vector<StoredTenancy> tenancies() {
    return *story.ledger().tenancies(story.stored().key);
  }
  [[nodiscard]] std::vector<ProfileInterval> profile(Epoch epoch) {
    return *story.ledger().profile(story.stored().key, epoch, UtcSeconds{}, story.now_s() + 24h);
  }
  /// Every closed interval of the meter that the given epochs hold, none of them twice.
  void every_interval_is_in_one_tenancy(const std::vector<ProfileInterval>& truth) {
    std::map<UtcSeconds, int> held;
    for (const StoredTenancy& tenancy : tenancies()) {
      for (const ProfileInterval& interval : profile(tenancy.epoch)) ++held[interval.start];
    }
    for (const ProfileInterval& interval : truth) {
      EXPECT_EQ(held[interval.start], 1) << rfc3339::text(interval.start);
    }
  }

  Story story{Setting{.with_keys = true}};
};

INSTANTIATE_TEST_SUITE_P(With, TenancyStory,
                         testing::Values(Trouble::None, Trouble::Restart, Trouble::PowerCut,
                                         Trouble::LinkLost),
                         [](const auto& param) {
                           switch (param.param) {
                             case Trouble::Restart:
                               return "Restart";
                             case Trouble::PowerCut:
                               return "PowerCut";
                             case Trouble::LinkLost:
                               return "LinkLost";
                             default:
                               return "NoTrouble";
                           }
                         });

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

TEST(TenancyTale, ASealedTenancyIsErasedAloneAndLeavesNothing) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(1h);
  const MeterKey key = story.stored().key;
  ASSERT_EQ(story.ledger().tenancies(key)->size(), 2U);
  EXPECT_FALSE(story.ledger().erase_tenancy(key, 2, story.now()).has_value()) << "it is open";
  ASSERT_TRUE(story.ledger().erase_tenancy(key, 1, story.now()).has_value());
  ASSERT_TRUE(story.ledger().commit().has_value());
  EXPECT_TRUE(story.ledger().profile(key, 1, UtcSeconds{}, story.now_s())->empty());
  EXPECT_TRUE(story.ledger().billing(key, 1)->empty());
  EXPECT_FALSE(story.ledger().profile(key, 2, UtcSeconds{}, story.now_s())->empty());
  EXPECT_TRUE((*story.ledger().tenancies(key))[0].erased.has_value());
}

}  // namespace
}  // namespace metergate::test
