// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_counter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/utrn/counter_cache.hpp"
#include "tests/unit/protocols/utrn/utrn_vectors.hpp"

namespace metergate::utrn {
namespace {

using vectors::each;
using vectors::number;
using vectors::text;

UtrnCounter counter(std::uint64_t value) { return UtrnCounter{static_cast<std::uint32_t>(value)}; }

TEST(ReconstructCounter, TheVectorsHold) {
  each(utrn_vectors(), "counter_reconstruction", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const UtrnCounter highest = counter(number(entry, "highest_cached"));
    const auto deduced =
        reconstruct_counter(highest, static_cast<std::uint16_t>(number(entry, "truncated")));
    ASSERT_TRUE(deduced);
    EXPECT_EQ(deduced->number(), number(entry, "deduced"));
    if (entry.contains("originator_counter")) {
      EXPECT_EQ(std::to_string(deduced->originator_counter()), text(entry, "originator_counter"));
    }
    if (entry.contains("issued")) {
      EXPECT_EQ(recoverable_by_hand(highest, counter(number(entry, "issued"))),
                entry.at("recovers").as_bool());
    }
  });
}

TEST(ReconstructCounter, WhatWouldLieBelowZeroOrPastTheLastIsNothing) {
  EXPECT_EQ(reconstruct_counter(UtrnCounter{5}, 1000), std::nullopt);
  EXPECT_EQ(reconstruct_counter(UtrnCounter{0xFFFF'FFFF}, 5), std::nullopt);
}

RC_GTEST_PROP(ReconstructCounterLaws, FiveHundredAndElevenOpenCodesAreAllFound,
              (std::uint32_t highest)) {
  const auto ahead = *rc::gen::inRange(0U, UtrnCounter::kMostOutstanding + 1);
  RC_PRE(highest <= 0xFFFF'FFFFU - ahead);
  RC_ASSERT(recoverable_by_hand(UtrnCounter{highest}, UtrnCounter{highest + ahead}));
}

TEST(CounterCache, TheVectorsHold) {
  each(utrn_vectors(), "replay", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    CounterCache cache{counter(number(entry, "floor")),
                       static_cast<std::size_t>(number(entry, "cache_size"))};
    const auto& counters = entry.at("counters").as_array();
    const auto& outcomes = entry.at("outcomes").as_array();
    ASSERT_EQ(counters.size(), outcomes.size());
    for (std::size_t i = 0; i < counters.size(); ++i) {
      const UtrnCounter next = counter(boost::json::value_to<std::uint64_t>(counters[i]));
      const auto verdict = cache.judge(next);
      const bool taken = verdict == CounterCache::Verdict::Acceptable;
      EXPECT_EQ(taken ? "accepted" : verdict_word(verdict), outcomes[i].as_string()) << i;
      if (taken) cache.take(next);
    }
  });
}

TEST(CounterCache, ANewSupplierBeginsAboveHisFloor) {
  CounterCache cache;
  EXPECT_EQ(cache.highest(), UtrnCounter{0});
  cache.take(UtrnCounter{7});
  EXPECT_EQ(cache.highest(), UtrnCounter{7});
  cache.change_supplier(UtrnCounter{3});
  EXPECT_EQ(cache.highest(), UtrnCounter{3});
  EXPECT_EQ(cache.judge(UtrnCounter{7}), CounterCache::Verdict::Acceptable);
  EXPECT_EQ(cache.judge(UtrnCounter{3}), CounterCache::Verdict::BelowFloor);
}

}  // namespace
}  // namespace metergate::utrn
