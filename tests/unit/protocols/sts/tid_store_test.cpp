// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/tid_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace metergate::sts {
namespace {

using enum TidStore::Verdict;

TokenIdentifier tid(std::uint32_t minutes) { return TokenIdentifier::from_minutes(minutes); }

TEST(TidStore, AFreshMeterHoldsFiftyTimesTheMinuteItWasMadeIn) {
  const TidStore store{tid(44'640)};
  EXPECT_EQ(store.slots().size(), 50U);
  EXPECT_EQ(store.judge(tid(44'639)), Old);
  EXPECT_EQ(store.judge(tid(44'640)), Used);
  EXPECT_EQ(store.judge(tid(44'641)), Acceptable);
}

TEST(TidStore, AnOlderTokenIsStillGoodWhileTheSmallestSlotIsOlder) {
  TidStore store{tid(100), 3};
  store.take(tid(300));
  store.take(tid(200));
  EXPECT_EQ(store.judge(tid(150)), Acceptable);
  store.take(tid(150));
  EXPECT_EQ(store.judge(tid(149)), Old);
  EXPECT_EQ(store.judge(tid(200)), Used);
}

TEST(TidStore, ARolloverTakesEveryTokenOfTheNewBaseDate) {
  TidStore store{tid(16'000'000), 3};
  store.roll_over();
  EXPECT_EQ(store.judge(tid(0)), Used);
  EXPECT_EQ(store.judge(tid(1)), Acceptable);
}

TEST(TidStore, WhatWasWrittenDownIsTakenUpAgain) {
  const TidStore store{{tid(30), tid(10), tid(20)}};
  EXPECT_EQ(store.judge(tid(9)), Old);
  EXPECT_EQ(store.judge(tid(20)), Used);
  EXPECT_EQ(store.judge(tid(15)), Acceptable);
  EXPECT_EQ(TidStore{std::vector<TokenIdentifier>{}}.slots().size(), TidStore::kUsualSlots);
}

RC_GTEST_PROP(TidStoreLaws, NoTokenIsEverTakenTwice, (std::vector<std::uint16_t> entries)) {
  TidStore store{tid(100), 5};
  std::set<std::uint32_t> taken;
  for (const std::uint16_t minutes : entries) {
    const auto verdict = store.judge(tid(minutes));
    if (verdict != Acceptable) continue;
    RC_ASSERT(taken.insert(minutes).second);
    store.take(tid(minutes));
    RC_ASSERT(store.slots().size() == 5U);
    RC_ASSERT(std::ranges::is_sorted(store.slots()));
  }
}

}  // namespace
}  // namespace metergate::sts
