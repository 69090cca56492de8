// SPDX-License-Identifier: Apache-2.0
#include "storage/crash_point.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace metergate {
namespace {

#ifdef METERGATE_CRASH_POINTS

class CrashPointTest : public ::testing::Test {
 protected:
  static void name(const char* point) { ::setenv("METERGATE_CRASH_AT", point, 1); }
  ~CrashPointTest() override { ::unsetenv("METERGATE_CRASH_AT"); }
};

TEST_F(CrashPointTest, ThePassageThatTheEnvironmentNamesIsTheEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        name("step-written:2");
        crash_point("step-written");
        crash_point("step-written");
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST_F(CrashPointTest, AtOtherPointsItGoesOn) {
  for (const char* other : {"answer-read", "step:1", "step-written-twice"}) {
    name(other);
    crash_point("step-written");
  }
}

#endif

}  // namespace
}  // namespace metergate
