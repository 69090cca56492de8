// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_result.hpp"

#include <gtest/gtest.h>

#include "protocols/utrn/counter_cache.hpp"
#include "protocols/utrn/eui64.hpp"

namespace metergate::utrn {
namespace {

struct Told {
  UtrnResult result;
  std::string_view word;
  std::optional<std::uint16_t> alert;
};
constexpr Told kTold[] = {
    {UtrnResult::Accepted, "accepted", 0x810E},
    {UtrnResult::Malformed, "malformed", {}},
    {UtrnResult::WrongCheckDigit, "wrong-check-digit", {}},
    {UtrnResult::UnknownSubClass, "unknown-sub-class", {}},
    {UtrnResult::LockedOut, "locked-out", 0x81C5},
    {UtrnResult::Duplicate, "duplicate", 0x8F51},
    {UtrnResult::TooOld, "too-old", {}},
    {UtrnResult::NotAuthentic, "not-authentic", 0x8F63},
    {UtrnResult::AboveTopUpLimit, "above-top-up-limit", 0x8F5B},
    {UtrnResult::AboveBalanceLimit, "above-balance-limit", 0x8F47},
};

// A digit that was mistyped is the customer's alone; the supplier hears of the others.
TEST(UtrnResultWords, EachResultHasItsWordAndTheSupplierHearsOfWhatConcernsHim) {
  for (const Told& told : kTold) {
    EXPECT_EQ(utrn_result_word(told.result), told.word);
    EXPECT_EQ(alert_code(told.result), told.alert) << told.word;
  }
}

TEST(CounterCacheVerdicts, EachHasAWordOfItsOwn) {
  using Verdict = CounterCache::Verdict;
  EXPECT_EQ(verdict_word(Verdict::Acceptable), "acceptable");
  EXPECT_EQ(verdict_word(Verdict::Duplicate), "duplicate");
  EXPECT_EQ(verdict_word(Verdict::TooOld), "too-old");
  EXPECT_EQ(verdict_word(Verdict::BelowFloor), "below-floor");
}

TEST(Eui64, IsReadHoweverItsOctetsAreKeptApartAndWrittenInOneWay) {
  for (const auto* text : {"00db1234567890a0", "00-DB-12-34-56-78-90-A0", "00:db:12:34:56:78:90:a0",
                           "00 db 12 34 56 78 90 a0"}) {
    const auto read = Eui64::parse(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->number(), 0x00DB'1234'5678'90A0U);
    EXPECT_EQ(read->text(), "00-db-12-34-56-78-90-a0");
  }
}

TEST(Eui64, OfAnotherLengthOrOtherDigitsIsRefused) {
  for (const auto* text : {"", "00db1234567890", "00db1234567890a0ff", "00db1234567890ag"}) {
    EXPECT_FALSE(Eui64::parse(text)) << text;
  }
}

}  // namespace
}  // namespace metergate::utrn
