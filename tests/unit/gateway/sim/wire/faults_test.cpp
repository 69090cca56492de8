// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/faults.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace metergate::sim {
namespace {

using namespace std::chrono_literals;

const Octets kAnswer{1, 3, 4, 0, 1, 2, 3, 0xAA, 0xBB};

TEST(WireFaultsTest, WithoutFaultsEverythingPasses) {
  WireFaults faults{1};
  EXPECT_TRUE(faults.request_arrives());
  const auto delivery = faults.deliver(kAnswer);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->octets, kAnswer);
  EXPECT_EQ(delivery->late, 0ms);
}

TEST(WireFaultsTest, CountedFaultsEnd) {
  WireFaults faults{1};
  FaultSettings settings;
  settings.ignore_next = 1;
  settings.drop_next = 2;
  faults.set(settings);
  EXPECT_FALSE(faults.request_arrives());
  EXPECT_TRUE(faults.request_arrives());
  EXPECT_FALSE(faults.deliver(kAnswer));
  EXPECT_FALSE(faults.deliver(kAnswer));
  EXPECT_TRUE(faults.deliver(kAnswer));
}

TEST(WireFaultsTest, CorruptFlipsOneBitOfTheGivenShare) {
  WireFaults faults{42};
  FaultSettings settings;
  settings.corrupt_per_mille = 250;
  faults.set(settings);
  int damaged = 0;
  for (int i = 0; i < 4'000; ++i) {
    const auto delivery = faults.deliver(kAnswer);
    ASSERT_TRUE(delivery);
    int bits = 0;
    for (std::size_t at = 0; at < kAnswer.size(); ++at) {
      bits += std::popcount(static_cast<unsigned>(delivery->octets[at] ^ kAnswer[at]));
    }
    EXPECT_EQ(bits, delivery->damaged ? 1 : 0);
    damaged += delivery->damaged ? 1 : 0;
  }
  EXPECT_NEAR(damaged, 1'000, 120);
}

TEST(WireFaultsTest, TruncationLeavesAProperPrefixAndBabbleComesBefore) {
  WireFaults faults{3};
  FaultSettings settings;
  settings.truncate_per_mille = 1000;
  faults.set(settings);
  const auto cut = faults.deliver(kAnswer);
  ASSERT_TRUE(cut && !cut->octets.empty() && cut->octets.size() < kAnswer.size());
  EXPECT_TRUE(std::equal(cut->octets.begin(), cut->octets.end(), kAnswer.begin()));
  settings = {};
  settings.babble_per_mille = 1000;
  faults.set(settings);
  EXPECT_EQ(faults.deliver(kAnswer)->octets.size(), 300 + kAnswer.size());
}

}  // namespace
}  // namespace metergate::sim
