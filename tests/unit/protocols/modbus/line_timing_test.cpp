// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/line_timing.hpp"

#include <gtest/gtest.h>

namespace metergate::modbus {
namespace {

using namespace std::chrono_literals;

double reads_per_second(std::uint32_t baud, std::size_t registers, LineTiming::Time turn_round) {
  const LineTiming line{baud};
  return 1e9 / static_cast<double>(line.exchange(8, turn_round, 5 + 2 * registers).count());
}

TEST(LineTimingTest, CharactersHaveElevenBits) {
  EXPECT_EQ(LineTiming{9'600}.characters(1), 1'145'833ns);
  EXPECT_EQ(LineTiming{9'600}.silence(), 4'010'416ns);
}

TEST(LineTimingTest, SilencesAreFixedAbove19200Baud) {
  EXPECT_EQ(LineTiming{19'200}.silence(), LineTiming{19'200}.characters(7) / 2);
  EXPECT_EQ(LineTiming{38'400}.silence(), 1'750us);
  EXPECT_EQ(LineTiming{115'200}.longest_gap(), 750us);
}

TEST(LineTimingTest, LegalCeilingOfReads) {
  EXPECT_NEAR(reads_per_second(9'600, 2, 0ns), 36.4, 0.05);
  EXPECT_NEAR(reads_per_second(9'600, 40, 10ms), 8.29, 0.005);
  EXPECT_NEAR(reads_per_second(19'200, 40, 10ms), 15.3, 0.05);
  EXPECT_NEAR(reads_per_second(115'200, 125, 50ms), 13.0, 0.05);
}

}  // namespace
}  // namespace metergate::modbus
