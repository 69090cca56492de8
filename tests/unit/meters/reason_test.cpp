// SPDX-License-Identifier: Apache-2.0
#include "meters/reason.hpp"

#include <gtest/gtest.h>

#include <set>

#include "meters/operation.hpp"

namespace metergate {
namespace {

TEST(Reason, EveryOneHasItsOwnWordAndReadsBack) {
  std::set<std::string_view> words;
  for (const ReasonText& text : kReasons) {
    EXPECT_TRUE(words.insert(text.word).second) << text.word;
    EXPECT_EQ(parse_reason(reason_word(text.reason)), text.reason);
  }
  EXPECT_EQ(parse_reason("because"), std::nullopt);
}

TEST(MeterRefusal, EveryOneReadsBackAsWritten) {
  for (int i = 0; i <= static_cast<int>(operation::MeterRefusal::Other); ++i) {
    const auto refusal = static_cast<operation::MeterRefusal>(i);
    EXPECT_EQ(operation::parse_meter_refusal(operation::meter_refusal_word(refusal)), refusal);
  }
  EXPECT_EQ(operation::parse_meter_refusal("no"), std::nullopt);
}

}  // namespace
}  // namespace metergate
