// SPDX-License-Identifier: Apache-2.0
#include "meters/token_log.hpp"

#include <gtest/gtest.h>

namespace metergate::token_log {
namespace {

using operation::MeterRefusal;

LogEntry entry_of(const KeyedCode& keyed) {
  LogEntry entry;
  entry.code = keyed.event();
  entry.cause = keyed.cause();
  entry.detail = keyed.reference;
  return entry;
}

TEST(TokenLogTest, KeyedCodesReadAsTheyWereWritten) {
  std::vector<KeyedCode> all{{7, std::nullopt}};
  for (std::uint16_t number = 1; number <= kRefusals; ++number) {
    all.push_back({number, static_cast<MeterRefusal>(number - 1)});
  }
  for (const KeyedCode& keyed : all) EXPECT_EQ(keyed_code(entry_of(keyed)), keyed);
}

TEST(TokenLogTest, EntryOfARemoteTokenIsNoKeyedCode) {
  LogEntry entry;
  entry.code = EventCode::TokenAccepted;
  entry.detail = 12;
  EXPECT_FALSE(keyed_code(entry));
  entry.code = EventCode::TokenRefused;
  entry.cause = refusal_number(MeterRefusal::Duplicate);
  EXPECT_FALSE(keyed_code(entry));
}

TEST(TokenLogTest, OtherEntriesAreNoKeyedCodes) {
  LogEntry entry = entry_of({7, std::nullopt});
  entry.log = LogId::Supply;
  EXPECT_FALSE(keyed_code(entry));
}

TEST(TokenLogTest, UnknownRefusalOfAKeyedCodeIsOther) {
  LogEntry entry = entry_of({7, MeterRefusal::Duplicate});
  entry.cause = kByHand | 0x7FU;
  EXPECT_EQ(keyed_code(entry)->refusal, MeterRefusal::Other);
}

TEST(TokenLogTest, ReferenceTellsCodesApartAndIsTheSameEverywhere) {
  const auto code = *TokenDigits::parse("51043465443420856213");
  EXPECT_EQ(code_reference(code), code_reference(*TokenDigits::parse(code.reveal_grouped())));
  EXPECT_NE(code_reference(code), code_reference(*TokenDigits::parse("51043465443420856214")));
  // FNV-1a of twenty zeros; whoever reads our log elsewhere can hold his own against it.
  std::uint32_t hash = 2166136261U;
  for (int i = 0; i < 20; ++i) hash = (hash ^ 48U) * 16777619U;
  EXPECT_EQ(code_reference(*TokenDigits::parse("00000000000000000000")), hash);
}

}  // namespace
}  // namespace metergate::token_log
