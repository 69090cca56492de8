// SPDX-License-Identifier: Apache-2.0
#include "gateway/access/requester_limits.hpp"

#include <gtest/gtest.h>

namespace metergate::access {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{};

/// How many of `asked` are taken at that moment.
int taken(RequesterLimits& limits, const std::string& who, int asked, Instant at) {
  int out = 0;
  for (int i = 0; i < asked; ++i) out += limits.take(who, at) ? 0 : 1;
  return out;
}

TEST(RequesterLimits, AsManyAtOnceAsTheBucketHoldsAndNotOneMore) {
  RequesterLimits limits{{.per_minute = 60, .burst = 5}};
  EXPECT_EQ(taken(limits, "anna", 20, kStart), 5);
}

TEST(RequesterLimits, NoMoreThanTheRateInTheLongRun) {
  RequesterLimits limits{{.per_minute = 90, .burst = 5}};
  int all = 0;
  // Asked ten times a second for ten minutes.
  for (int i = 0; i < 6'000; ++i) all += taken(limits, "anna", 1, kStart + i * 100ms);
  EXPECT_LE(all, 5 + 900);
  EXPECT_GE(all, 5 + 898) << "and what is allowed is given";
}

TEST(RequesterLimits, NothingIsLostByAskingOftenerThanAMillisecond) {
  RequesterLimits limits{{.per_minute = 60, .burst = 1}};
  int all = 0;
  for (int i = 0; i < 40'000; ++i) all += taken(limits, "anna", 1, kStart + i * 250us);
  EXPECT_EQ(all, 10) << "in ten seconds, the first at once";
}

TEST(RequesterLimits, NoneCostsAnotherAny) {
  RequesterLimits limits{{.per_minute = 60, .burst = 5}};
  EXPECT_EQ(taken(limits, "anna", 1'000, kStart), 5);
  EXPECT_EQ(taken(limits, "ben", 5, kStart), 5);
}

TEST(RequesterLimits, ItSaysWhenTheNextOneIsTakenAndThenItIs) {
  RequesterLimits limits{{.per_minute = 7, .burst = 2}};
  EXPECT_EQ(taken(limits, "anna", 2, kStart), 2);
  const auto wait = limits.take("anna", kStart);
  ASSERT_TRUE(wait);
  EXPECT_GT(*wait, 8s);
  EXPECT_LT(*wait, 9s);
  EXPECT_EQ(taken(limits, "anna", 1, kStart + *wait - 1ms), 0);
  EXPECT_EQ(taken(limits, "anna", 2, kStart + *wait), 1);
}

TEST(RequesterLimits, AQuietYearFillsTheBucketAndNoMore) {
  RequesterLimits limits{{.per_minute = 1'000'000, .burst = 1'000'000}};
  EXPECT_EQ(taken(limits, "anna", 1, kStart), 1);
  EXPECT_EQ(taken(limits, "anna", 1'000'001, kStart + 24h * 3'000), 1'000'000);
}

TEST(RequesterLimits, WithoutALimitAllAreTaken) {
  RequesterLimits limits{{.per_minute = 0, .burst = 1}};
  EXPECT_EQ(taken(limits, "anna", 1'000, kStart), 1'000);
}

}  // namespace
}  // namespace metergate::access
