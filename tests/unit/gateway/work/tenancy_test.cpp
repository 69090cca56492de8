// SPDX-License-Identifier: Apache-2.0
#include "gateway/work/tenancy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace metergate::work {
namespace {

using namespace std::chrono_literals;

constexpr CapturePeriod kPeriod{30};
const UtcSeconds kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h};

std::optional<bool> holds(const std::vector<TenancyCheck>& checks, std::string_view item) {
  const auto found = std::ranges::find(checks, item, &TenancyCheck::item);
  EXPECT_NE(found, checks.end()) << item;
  return found == checks.end() ? std::nullopt : found->holds;
}

StoredTenancy tenancy(ChangeActions actions, RelayAfter relay = RelayAfter::Unchanged) {
  return {.epoch = 2,
          .starts = UtcTime{kNoon},
          .ends = std::nullopt,
          .effective = kNoon + 17min,
          .transaction = 9,
          .actions = actions,
          .relay = relay};
}

ChangeActions only(ChangeAction action) {
  ChangeActions actions;
  actions.add(action);
  return actions;
}

TEST(BoundaryWait, KeepsAwayFromBothEndsOfAnInterval) {
  for (auto second = 0s; second < 30min; second += 1s) {
    const auto wait = boundary_wait(kNoon + second, kPeriod);
    const UtcSeconds then = kNoon + second + wait;
    EXPECT_GE(then - period_start(then, kPeriod), kBoundaryGuard);
    EXPECT_GT(period_start(then, kPeriod) + kPeriod - then, kBoundaryGuard);
    const bool inside = second >= kBoundaryGuard && second < 30min - kBoundaryGuard;
    EXPECT_EQ(wait == 0s, inside);
  }
}

TEST(TenancyFrom, BeginsWithTheIntervalOfTheChangeAndTheNextMidnight) {
  const TenancyBegin begin = tenancy_from(kNoon + 17min, kPeriod);
  EXPECT_EQ(begin.first_interval, kNoon);
  EXPECT_EQ(UtcSeconds{begin.first_day}, kNoon + 12h);
  EXPECT_EQ(UtcSeconds{tenancy_from(kNoon + 12h, kPeriod).first_day}, kNoon + 12h)
      << "a change at midnight has that midnight's snapshot";
}

TEST(TellsOfNewTenancy, NotTheChangeThatIsKnown) {
  StoredMeter meter{.key = 1,
                    .id = *MeterId::parse("m1"),
                    .model = "",
                    .serial = "",
                    .supply_causes = {},
                    .supply_read_at = {},
                    .last_contact = {},
                    .session_state = "",
                    .clock_offset_ms = {}};
  LogEntry entry{.log = LogId::Configuration,
                 .sequence = 1,
                 .meter_time = kNoon,
                 .code = EventCode::TenancyChanged,
                 .detail = 9};
  EXPECT_TRUE(tells_of_new_tenancy(entry, meter)) << "the first one the box hears of";
  meter.tenancy_from = kNoon;
  meter.tenancy_transaction = 9;
  EXPECT_FALSE(tells_of_new_tenancy(entry, meter)) << "our own";
  entry.detail = 0;
  EXPECT_FALSE(tells_of_new_tenancy(entry, meter)) << "the same by its time";
  entry.meter_time = kNoon - 1h;
  EXPECT_FALSE(tells_of_new_tenancy(entry, meter)) << "an older one";
  entry.meter_time = kNoon + 1h;
  EXPECT_TRUE(tells_of_new_tenancy(entry, meter)) << "somebody else's later one";
}

TEST(Verify, ALogThatStillHoldsOldEntriesDoesNotHold) {
  AfterChange after;
  after.logs[LogId::Token] = {};
  EXPECT_EQ(
      holds(verify(tenancy(only(ChangeAction::PurgeTokenLog)), kPeriod, after), "purge-token-log"),
      true);
  after.logs[LogId::Token] = {{.log = LogId::Token, .sequence = 3, .meter_time = kNoon - 1h}};
  EXPECT_EQ(
      holds(verify(tenancy(only(ChangeAction::PurgeTokenLog)), kPeriod, after), "purge-token-log"),
      false);
}

TEST(Verify, TheProfileMayBeginWithTheIntervalOfTheChange) {
  const auto with = [](std::optional<UtcSeconds> oldest) {
    AfterChange after;
    after.oldest_interval = oldest;
    return holds(verify(tenancy(only(ChangeAction::PurgeProfile)), kPeriod, after),
                 "purge-profile");
  };
  EXPECT_EQ(with(std::nullopt), true);
  EXPECT_EQ(with(kNoon), true);
  EXPECT_EQ(with(kNoon - 30min), false);
}

TEST(Verify, TheRelayIsNeverOnAndAnotherCauseMayHoldItOff) {
  const auto with = [](RelayAfter asked, SupplyState state, SupplyCauses causes = {}) {
    AfterChange after;
    after.relay = RelayReading{.state = state, .causes = causes};
    return holds(verify(tenancy({}, asked), kPeriod, after), "relay");
  };
  EXPECT_EQ(with(RelayAfter::Off, SupplyState::Off), true);
  EXPECT_EQ(with(RelayAfter::Off, SupplyState::Armed), false);
  EXPECT_EQ(with(RelayAfter::Armed, SupplyState::Armed), true);
  EXPECT_EQ(with(RelayAfter::Armed, SupplyState::On), false);
  EXPECT_EQ(with(RelayAfter::Armed, SupplyState::Off), false);
  EXPECT_EQ(with(RelayAfter::Armed, SupplyState::Off, {SupplyCauses::kTamper}), true);
}

TEST(Verify, TheConfigurationLogBeginsWithTheChangeIfItWasPurged) {
  const LogEntry change{.log = LogId::Configuration,
                        .sequence = 2,
                        .meter_time = kNoon + 17min,
                        .code = EventCode::TenancyChanged};
  const LogEntry other{.log = LogId::Configuration, .sequence = 1, .meter_time = kNoon + 17min};
  AfterChange after;
  after.logs[LogId::Configuration] = {other, change};
  EXPECT_EQ(holds(verify(tenancy({}), kPeriod, after), "recorded"), true);
  EXPECT_EQ(
      holds(verify(tenancy(only(ChangeAction::PurgeConfigurationLog)), kPeriod, after), "recorded"),
      false);
  after.logs[LogId::Configuration] = {};
  EXPECT_EQ(holds(verify(tenancy({}), kPeriod, after), "recorded"), false);
}

TEST(Verify, AChangeAfterItsTimeLeavesWhatIsYoungerInTheLog) {
  const LogEntry change{.log = LogId::Configuration,
                        .sequence = 2,
                        .meter_time = kNoon + 30min,
                        .code = EventCode::TenancyChanged};
  LogEntry other{.log = LogId::Configuration, .sequence = 1, .meter_time = kNoon + 30min};
  const StoredTenancy late = tenancy(only(ChangeAction::PurgeConfigurationLog));
  AfterChange after;
  after.logs[LogId::Configuration] = {other, change};
  EXPECT_EQ(holds(verify(late, kPeriod, after), "recorded"), true);
  other.meter_time = *late.effective - 1min;
  after.logs[LogId::Configuration] = {other, change};
  EXPECT_EQ(holds(verify(late, kPeriod, after), "recorded"), false);
}

TEST(NotBefore, ADateInThePastBeginsNoEarlierThanTheOpenTenancy) {
  const MeterId id = *MeterId::parse("m1");
  StoredMeter meter{1, id, "x", "", 1, std::nullopt, 0, 0, {}, {}, {}, {}, {}, {}, {}};
  EXPECT_EQ(not_before(kNoon, meter), kNoon);
  meter.tenancy_from = kNoon - 1h;
  EXPECT_EQ(not_before(kNoon, meter), kNoon);
  meter.tenancy_from = kNoon + 1h;
  EXPECT_EQ(not_before(kNoon, meter), kNoon + 1h);
}

TEST(Verify, ABalanceThatIsLeftCannotBeJudgedWithoutTheMode) {
  AfterChange after;
  after.balance_minor = 0;
  EXPECT_EQ(
      holds(verify(tenancy(only(ChangeAction::ResetBalance)), kPeriod, after), "reset-balance"),
      true);
  after.balance_minor = 5;
  EXPECT_EQ(
      holds(verify(tenancy(only(ChangeAction::ResetBalance)), kPeriod, after), "reset-balance"),
      std::nullopt);
}

TEST(Verify, ABalanceThatIsLeftIsWrongInCreditModeAndRightInPrepayment) {
  AfterChange after;
  after.balance_minor = 5;
  after.is_prepayment = false;
  const auto asked = tenancy(only(ChangeAction::ResetBalance));
  EXPECT_EQ(holds(verify(asked, kPeriod, after), "reset-balance"), false);
  after.is_prepayment = true;
  EXPECT_EQ(holds(verify(asked, kPeriod, after), "reset-balance"), true);
  after.balance_minor = 0;
  after.is_prepayment = false;
  EXPECT_EQ(holds(verify(asked, kPeriod, after), "reset-balance"), true);
}

TEST(Verify, WhatWasNotReadOrHasNoTimeIsNotJudged) {
  EXPECT_TRUE(verify(tenancy(ChangeActions::all(), RelayAfter::Off), kPeriod, {}).empty());
  StoredTenancy untimed = tenancy(ChangeActions::all(), RelayAfter::Off);
  untimed.effective.reset();
  AfterChange after;
  after.balance_minor = 0;
  after.relay = RelayReading{};
  EXPECT_TRUE(verify(untimed, kPeriod, after).empty());
}

TEST(Verify, OnlyTheDefaultTariffIsTheDefaultTariff) {
  const auto with = [](std::uint32_t id) {
    AfterChange after;
    after.tariff = TariffReading{UtcTime{kNoon}, Tariff{id, {1, "North"}, 40}, {}};
    return holds(verify(tenancy(only(ChangeAction::DefaultTariff)), kPeriod, after),
                 change_action_word(ChangeAction::DefaultTariff));
  };
  EXPECT_EQ(with(Tariff::kDefaultId), true);
  EXPECT_EQ(with(7), false);
}

TEST(Verify, DailyValuesBeginWithTheMidnightAfterTheChange) {
  const auto with = [](std::optional<std::chrono::sys_days> oldest) {
    AfterChange after;
    after.oldest_day = oldest;
    return holds(verify(tenancy(only(ChangeAction::PurgeSnapshots)), kPeriod, after),
                 "purge-snapshots");
  };
  const auto day = std::chrono::floor<std::chrono::days>(kNoon);
  EXPECT_EQ(with(std::nullopt), true);
  EXPECT_EQ(with(day + std::chrono::days{1}), true);
  EXPECT_EQ(with(day), false);
}

TEST(BelongsToTenancy, WhatIsNoOlderThanTheOpenOne) {
  const MeterId id = *MeterId::parse("m1");
  StoredMeter meter{1, id, "x", "", 1, std::nullopt, 0, 0, {}, {}, {}, {}, {}, {}, {}};
  EXPECT_TRUE(belongs_to_tenancy(kNoon - 24h, meter)) << "no change is known";
  meter.tenancy_from = kNoon;
  EXPECT_TRUE(belongs_to_tenancy(kNoon, meter));
  EXPECT_TRUE(belongs_to_tenancy(kNoon - kSameChange, meter)) << "the change itself";
  EXPECT_FALSE(belongs_to_tenancy(kNoon - kSameChange - 1s, meter));
}

}  // namespace
}  // namespace metergate::work
