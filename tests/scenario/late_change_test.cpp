// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/tenancy_record.hpp"
#include "tests/scenario/story.hpp"

/// Changes of tenancy that are known late, of which clocks tell differently, or whose collection is
/// cut short: no slot is lost, none is in two tenancies, and none opens a tenancy for nothing.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kNow = R"("params":{"situation":"leaves-now","relay":"off"})";
constexpr operation::TransactionId kStrangers = 900'000;

class LateChange : public testing::Test {
 protected:
  [[nodiscard]] static std::vector<StoredTenancy> tenancies(Story& story) {
    return *story.ledger().tenancies(story.stored().key);
  }
  [[nodiscard]] static std::vector<UtcSeconds> slots(Story& story, Epoch epoch) {
    std::vector<UtcSeconds> out;
    const auto rows =
        *story.ledger().profile(story.stored().key, epoch, UtcSeconds{}, story.now_s() + 24h);
    for (const ProfileInterval& row : rows) out.push_back(row.start);
    return out;
  }
  static void change_by_stranger(Story& story, operation::TransactionId id) {
    const auto taken = story.meter().perform(
        operation::ChangeTenancy{std::nullopt, ChangeActions::all(), RelayAfter::Off, 9, id},
        story.now_s());
    ASSERT_TRUE(taken.has_value());
  }
  static UtcSeconds today(std::chrono::minutes of_day) {
    return std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + of_day;
  }
};

TEST_F(LateChange, ACollectionCutShortAnywhereIsMadeGoodBeforeTheMeterErasesAnything) {
  // More than the schedule reads back, and more than one page of it.
  for (std::size_t cut = 1; cut <= 24; ++cut) {
    Story story{Setting{.history = std::chrono::days{5}, .with_keys = true}};
    story.advance(5min);
    const auto truth = story.meter().intervals(UtcSeconds{}, story.now_s());
    std::size_t exchanges = 0;
    story.observe({.before = [&]() -> std::optional<Wire> {
      return ++exchanges == cut ? std::optional{Wire::NotThere} : std::nullopt;
    }});
    story.command("change-tenancy", "c1", kNow, 6h);
    story.advance(15min);
    EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
    EXPECT_EQ(slots(story, 1).size(), truth.size()) << "cut at exchange " << cut;
  }
}

TEST_F(LateChange, AStrangersChangeIsSeenThoughItsEntryHasANumberThatWasReadBefore) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(20min);
  ASSERT_EQ(tenancies(story).size(), 2U);
  change_by_stranger(story, kStrangers);
  story.advance(20min);
  ASSERT_EQ(tenancies(story).size(), 3U);
  EXPECT_EQ(tenancies(story)[2].transaction, kStrangers);
  EXPECT_TRUE(tenancies(story)[2].synchronised.has_value());
}

TEST_F(LateChange, SlotsThatWereReadBeforeTheChangeWasKnownGoToTheTenantTheyBelongTo) {
  Story story{Setting{.schedule = "logs_s = 7200\nprofile_s = 300", .with_keys = true}};
  story.advance(5min);
  change_by_stranger(story, kStrangers);
  story.advance(1h);
  ASSERT_EQ(tenancies(story).size(), 1U) << "nobody knows yet";
  EXPECT_EQ(slots(story, 1).back(), today(10h + 30min));
  story.advance(2h);
  ASSERT_EQ(tenancies(story).size(), 2U);
  EXPECT_LT(slots(story, 1).back(), today(10h)) << "the new tenant's are his alone";
  EXPECT_EQ(slots(story, 2).front(), today(10h));
}

TEST_F(LateChange, TheMetersClockIsReadBeforeItErasesByIt) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  story.meter().set_clock_locally(story.now_s() + 3min, story.now_s());
  story.advance(16min + 30s);
  // 10:28:30 on the box; the meter has closed the slot of 10:00 and lives in the next one.
  story.command("change-tenancy", "c1", kNow, 6h);
  story.advance(10min);
  EXPECT_THAT(story.last_of("c1"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(tenancies(story).size(), 2U);
  EXPECT_EQ(period_start(*tenancies(story)[1].effective, CapturePeriod{30}), today(10h + 30min));
  EXPECT_EQ(slots(story, 1).back(), today(10h)) << "closed by the meter, read before it went";
}

TEST_F(LateChange, ADateBeforeTheLastChangeOpensOneTenancyAndNoMore) {
  Story story{Setting{.with_keys = true}};
  story.advance(5min);
  // The configuration log is not purged: it goes on telling of this change.
  story.command("change-tenancy", "c1",
                R"("params":{"situation":"leaves-now","relay":"off","actions":["purge-profile"]})",
                6h);
  story.advance(5min);
  story.command("change-tenancy", "c2",
                R"("params":{"situation":"leaves-later","relay":"off","actions":["purge-profile"],)"
                R"("effective":"2026-03-02T10:09:00Z"})",
                6h);
  story.advance(2h);
  EXPECT_THAT(story.last_of("c2"), HasSubstr(R"("state":"succeeded")"));
  ASSERT_EQ(tenancies(story).size(), 3U);
  EXPECT_EQ(tenancies(story)[2].effective, tenancies(story)[1].effective)
      << "it takes nothing away from a tenancy that was over then";
}

}  // namespace
}  // namespace metergate::test
