// SPDX-License-Identifier: Apache-2.0
#include "meters/event_log.hpp"

#include <gtest/gtest.h>

#include <set>

namespace metergate {
namespace {

TEST(EventLog, EveryLogHasItsOwnWord) {
  std::set<std::string_view> words;
  for (const LogId log : kAllLogs) {
    EXPECT_EQ(parse_log(log_word(log)), log);
    words.insert(log_word(log));
  }
  EXPECT_EQ(words.size(), kAllLogs.size());
  EXPECT_EQ(parse_log("Supply"), std::nullopt);
}

TEST(EventLog, EveryEventReadsBackAsWritten) {
  std::set<std::string_view> words;
  for (std::uint16_t raw = 0; raw < 1'000; ++raw) {
    const auto code = static_cast<EventCode>(raw);
    if (raw != 0 && event_word(code) == "unknown") continue;
    EXPECT_EQ(parse_event(event_word(code)), code) << raw;
    EXPECT_TRUE(words.insert(event_word(code)).second) << event_word(code);
  }
  EXPECT_EQ(words.size(), 34U);
}

TEST(EventLog, ACodeNoModelMappedIsUnknown) {
  EXPECT_EQ(event_word(static_cast<EventCode>(65'000)), "unknown");
  EXPECT_EQ(parse_event("power-cut"), std::nullopt);
}

}  // namespace
}  // namespace metergate
