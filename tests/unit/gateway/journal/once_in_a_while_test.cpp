// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/once_in_a_while.hpp"

#include <gtest/gtest.h>

namespace metergate::journal {
namespace {

using namespace std::chrono_literals;
constexpr Instant kStart{1h};

TEST(OnceInAWhile, FirstMessageOfAKeyPasses) {
  OnceInAWhile damper{1min};
  EXPECT_EQ(damper.pass("m1", kStart), 0U);
  EXPECT_EQ(damper.pass("m2", kStart), 0U);
}

TEST(OnceInAWhile, WhatIsHeldBackIsCountedAndToldWithTheNext) {
  OnceInAWhile damper{1min};
  ASSERT_EQ(damper.pass("m1", kStart), 0U);
  EXPECT_FALSE(damper.pass("m1", kStart + 1s));
  EXPECT_FALSE(damper.pass("m1", kStart + 59s));
  EXPECT_EQ(damper.pass("m1", kStart + 60s), 2U);
  EXPECT_FALSE(damper.pass("m1", kStart + 61s));
  EXPECT_EQ(damper.pass("m1", kStart + 120s), 1U);
}

TEST(OnceInAWhile, EndlessNewKeysDoNotGrowIt) {
  OnceInAWhile damper{1min};
  for (int i = 0; i < 50'000; ++i) EXPECT_EQ(damper.pass(std::to_string(i), kStart), 0U);
}

}  // namespace
}  // namespace metergate::journal
