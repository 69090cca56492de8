// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/login_throttle.hpp"

#include <gtest/gtest.h>

namespace metergate::console {
namespace {

using namespace std::chrono_literals;

class LoginThrottleTest : public ::testing::Test {
 protected:
  Instant now_{1h};
  LoginThrottle throttle_;

  void try_often(const std::string& user, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) throttle_.tried(user, now_);
  }
};

TEST_F(LoginThrottleTest, AFewMistakesCostNothing) {
  try_often("anna", LoginThrottle::kFree - 1);
  EXPECT_LE(throttle_.wait("anna", now_), 0s);
}

TEST_F(LoginThrottleTest, ThenEachCostsTwiceAsLongUpToALimit) {
  try_often("anna", LoginThrottle::kFree);
  Duration last = throttle_.wait("anna", now_);
  EXPECT_EQ(last, LoginThrottle::kShortest);
  for (int i = 0; i < 6; ++i) {
    now_ += last;
    EXPECT_LE(throttle_.wait("anna", now_), 0s);
    throttle_.tried("anna", now_);
    EXPECT_EQ(throttle_.wait("anna", now_), 2 * last);
    last *= 2;
  }
  for (int i = 0; i < 6; ++i) {
    now_ += LoginThrottle::kLongest;
    throttle_.tried("anna", now_);
  }
  EXPECT_EQ(throttle_.wait("anna", now_), LoginThrottle::kLongest);
}

TEST_F(LoginThrottleTest, OthersDoNotWaitForIt) {
  try_often("anna", LoginThrottle::kFree);
  EXPECT_LE(throttle_.wait("ben", now_), 0s);
}

TEST_F(LoginThrottleTest, TheRightPasswordWipesTheSlate) {
  try_often("anna", LoginThrottle::kFree);
  now_ += LoginThrottle::kShortest;
  throttle_.tried("anna", now_);
  throttle_.succeeded("anna");
  EXPECT_LE(throttle_.wait("anna", now_), 0s);
}

TEST_F(LoginThrottleTest, OnePasswordTriedOnManyNamesMeetsTheLimitOfAll) {
  for (std::size_t i = 0; i < LoginThrottle::kMostInAll; ++i) {
    const std::string user = "user-" + std::to_string(i);
    EXPECT_LE(throttle_.wait(user, now_), 0s) << i;
    throttle_.tried(user, now_);
  }
  EXPECT_EQ(throttle_.wait("another", now_), LoginThrottle::kWindow);
  now_ += LoginThrottle::kWindow;
  EXPECT_LE(throttle_.wait("another", now_), 0s);
}

TEST_F(LoginThrottleTest, ManyNamesTakeNoMoreMemory) {
  for (std::size_t i = 0; i < 2 * LoginThrottle::kMostNames; ++i) {
    throttle_.tried("user-" + std::to_string(i), now_);
    now_ += 3s;
  }
  EXPECT_LE(throttle_.wait("user-0", now_), 0s);
}

}  // namespace
}  // namespace metergate::console
