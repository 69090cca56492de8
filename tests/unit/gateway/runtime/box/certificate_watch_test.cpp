// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/certificate_watch.hpp"

#include <gtest/gtest.h>

namespace metergate::runtime {
namespace {

using std::chrono::days;
using std::chrono::hours;

TEST(CertificateWatch, TheMarksAreThirtySevenOneAndNoDays) {
  const UtcTime end = std::chrono::sys_days{std::chrono::days{20'000}};
  const auto mark = [end](auto before) { return days_mark(end, end - before); };
  EXPECT_FALSE(mark(days{31}));
  EXPECT_EQ(mark(days{30}), 30);
  EXPECT_EQ(mark(days{8}), 30);
  EXPECT_EQ(mark(days{7}), 7);
  EXPECT_EQ(mark(hours{25}), 7);
  EXPECT_EQ(mark(hours{24}), 1);
  EXPECT_EQ(mark(hours{0}), 0);
  EXPECT_EQ(mark(-days{400}), 0);
}

}  // namespace
}  // namespace metergate::runtime
