// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/load_curve.hpp"

#include <gtest/gtest.h>

namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;

double mean_w(std::uint64_t seed, UtcSeconds from, std::chrono::minutes length) {
  double sum = 0;
  for (auto at = 0min; at < length; at += 1min) sum += load_w(seed, from + at);
  return sum / static_cast<double>(length.count());
}

constexpr UtcSeconds kTuesday = std::chrono::sys_days{std::chrono::year{2026} / 3 / 3};

TEST(LoadCurveTest, SameSeedAndTimeIsTheSameHousehold) {
  EXPECT_EQ(load_w(3, kTuesday + 8h), load_w(3, kTuesday + 8h + 59s));
  EXPECT_NE(mean_w(3, kTuesday, 24h), mean_w(4, kTuesday, 24h));
}

TEST(LoadCurveTest, EveningsAreHigherThanNightsAndWeekendsDiffer) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_GT(mean_w(seed, kTuesday + 18h, 3h), 2 * mean_w(seed, kTuesday + 1h, 3h));
    const UtcSeconds saturday = kTuesday + std::chrono::days{4};
    EXPECT_GT(mean_w(seed, saturday + 9h, 3h), mean_w(seed, kTuesday + 9h, 3h));
  }
}

}  // namespace
}  // namespace metergate::virtual_meter
