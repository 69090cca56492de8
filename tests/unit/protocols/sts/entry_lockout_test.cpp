// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/entry_lockout.hpp"

#include <gtest/gtest.h>

namespace metergate::sts {
namespace {

using namespace std::chrono_literals;

constexpr UtcSeconds kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

void enter_wrong(EntryLockout& lockout, int times, UtcSeconds now) {
  for (int i = 0; i < times; ++i) lockout.wrong_entry(now);
}

TEST(EntryLockout, TheThirdWrongEntryLocksForTenSecondsAndEachNextForTwiceAsLong) {
  EntryLockout lockout{{}};
  enter_wrong(lockout, 2, kStart);
  EXPECT_FALSE(lockout.locked(kStart));
  lockout.wrong_entry(kStart);
  EXPECT_TRUE(lockout.locked(kStart + 9s));
  EXPECT_FALSE(lockout.locked(kStart + 10s));
  enter_wrong(lockout, 3, kStart + 10s);
  EXPECT_EQ(lockout.until(), kStart + 30s);
}

TEST(EntryLockout, ItNeverLastsLongerThanTheLongest) {
  EntryLockout lockout{{}};
  for (int round = 0; round < 20; ++round) enter_wrong(lockout, 3, kStart);
  EXPECT_EQ(lockout.until(), kStart + 1280s);
}

TEST(EntryLockout, AnAcceptedTokenEndsIt) {
  EntryLockout lockout{{.wrong_entries = 5}};
  enter_wrong(lockout, 5, kStart);
  ASSERT_TRUE(lockout.locked(kStart));
  lockout.forgive();
  EXPECT_FALSE(lockout.locked(kStart));
  enter_wrong(lockout, 5, kStart);
  EXPECT_EQ(lockout.until(), kStart + 10s);
}

TEST(EntryLockout, WrittenDownAndTakenUpItGoesOnWhereItWas) {
  EntryLockout lockout{{}};
  enter_wrong(lockout, 4, kStart);
  EntryLockout again{{}, lockout.state()};
  EXPECT_EQ(again.until(), kStart + 10s);
  enter_wrong(again, 2, kStart + 10s);
  EXPECT_EQ(again.until(), kStart + 30s);
}

}  // namespace
}  // namespace metergate::sts
