// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/secure_channel.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace metergate::dlms {
namespace {

using crypto::SecretOctets;

TEST(SendCounter, HandsOutNothingThatWasNotReserved) {
  SendCounter counter;
  EXPECT_FALSE(counter.take());
  const std::uint32_t end = counter.end_of_block(2);
  counter.reserved(end);
  EXPECT_EQ(counter.take(), 0U);
  EXPECT_EQ(counter.take(), 1U);
  EXPECT_FALSE(counter.take());
}

RC_GTEST_PROP(SendCounter, NeverGivesAValueTwiceHoweverOftenItIsRestarted,
              (const std::vector<std::uint8_t>& acts)) {
  std::uint32_t disk = 0;
  SendCounter counter{disk};
  std::set<std::uint32_t> seen;
  for (const std::uint8_t act : acts) {
    if (act % 4 == 0) {
      counter = SendCounter{disk};  // the power went
    } else if (act % 4 == 1) {
      disk = counter.end_of_block(act);
      counter.reserved(disk);
    } else if (act % 16 == 2) {
      static_cast<void>(counter.resynchronise(counter.next() + act));
    } else if (const auto value = counter.take()) {
      RC_ASSERT(seen.insert(*value).second);
      RC_ASSERT(*value == *seen.rbegin());
    }
  }
}

TEST(SendCounter, EndsBeforeItWraps) {
  SendCounter counter{SendCounter::kEnd - 1};
  counter.reserved(counter.end_of_block(100));
  EXPECT_EQ(counter.take(), SendCounter::kEnd - 1);
  EXPECT_TRUE(counter.exhausted());
  counter.reserved(counter.end_of_block(100));
  EXPECT_FALSE(counter.take());
}

TEST(SendCounter, IsOnlyEverRaisedByWhatAMeterClaims) {
  SendCounter counter{100};
  EXPECT_EQ(counter.resynchronise(40), SendCounter::Resynchronised::Unchanged);
  EXPECT_EQ(counter.resynchronise(0xFFFFFFF0), SendCounter::Resynchronised::Refused);
  EXPECT_EQ(counter.next(), 100U);
  counter.reserved(200);
  EXPECT_EQ(counter.resynchronise(5000), SendCounter::Resynchronised::Raised);
  EXPECT_FALSE(counter.take()) << "values from 5000 on were never reserved";
  counter.reserved(counter.end_of_block(10));
  EXPECT_EQ(counter.take(), 5000U);
}

TEST(ReceiveCounter, TakesEachValueOnceAndUpwards) {
  ReceiveCounter counter;
  EXPECT_TRUE(counter.take(0));
  EXPECT_FALSE(counter.take(0));
  EXPECT_TRUE(counter.take(9));
  EXPECT_FALSE(counter.take(8));
  EXPECT_EQ(counter.lowest_fresh(), 10U);
}

class Channel : public testing::Test {
 protected:
  static constexpr SystemTitle kClient{{'M', 'T', 'G', 0, 0, 0, 0, 1}};
  static constexpr SystemTitle kMeter{{'M', 'T', 'G', 0, 0, 0, 0, 2}};

  static SecureChannel channel(const SystemTitle& own, const SystemTitle& peer) {
    ChannelSetup setup{.keys = {.unicast = SecretOctets{Octets(16, 3)},
                                .authentication = SecretOctets{Octets(16, 4)}},
                       .own = own,
                       .peer = peer};
    setup.sending.reserved(3);
    return SecureChannel{setup};
  }

  SecureChannel client_ = channel(kClient, kMeter);
  SecureChannel meter_ = channel(kMeter, kClient);
  const Octets get_{0xC0, 0x01, 0xC1};
};

TEST_F(Channel, CarriesARequestOnce) {
  const Octets apdu = client_.protect(get_).value();
  EXPECT_EQ(meter_.unprotect(apdu).value(), get_);
  EXPECT_EQ(meter_.unprotect(apdu).error(), CipherFault::Replayed);
}

TEST_F(Channel, StopsWhenItsReservationIsUsedUp) {
  for (int sent = 0; sent < 3; ++sent) ASSERT_TRUE(client_.protect(get_));
  EXPECT_EQ(client_.protect(get_).error(), CipherFault::NoCounter);
  client_.sending().reserved(4);
  EXPECT_TRUE(client_.protect(get_));
}

TEST_F(Channel, TakesNothingWeakerThanAskedFor) {
  ChannelSetup weak{.keys = client_.keys(), .own = kClient, .sent = Protection::Encrypted};
  weak.sending.reserved(9);
  EXPECT_EQ(meter_.unprotect(SecureChannel{weak}.protect(get_).value()).error(),
            CipherFault::TooWeak);
}

TEST_F(Channel, AForgedCounterDoesNotLockTheTrueSenderOut) {
  Octets forged = client_.protect(get_).value();
  forged[3] = 0xFF;  // the highest octet of the counter
  EXPECT_EQ(meter_.unprotect(forged).error(), CipherFault::NotAuthentic);
  EXPECT_TRUE(meter_.unprotect(client_.protect(get_).value()));
}

TEST_F(Channel, AServiceThatCannotBeWrappedCostsNoCounter) {
  const Octets access{0xD9, 0x00};
  EXPECT_EQ(client_.protect(access).error(), CipherFault::NotWrappable);
  EXPECT_EQ(client_.sending().next(), 0U);
  client_.set_wrapping(Wrapping::GeneralGlobal);
  EXPECT_EQ(meter_.unprotect(client_.protect(access).value()).value(), access);
}

TEST_F(Channel, ADedicatedKeyHasCountersOfItsOwn) {
  ASSERT_TRUE(meter_.unprotect(client_.protect(get_).value()));
  const SecretOctets key{Octets(16, 9)};
  client_.set_dedicated_key(key);
  meter_.set_dedicated_key(key);
  client_.set_wrapping(Wrapping::Dedicated);
  for (int sent = 0; sent < 5; ++sent) {
    EXPECT_TRUE(meter_.unprotect(client_.protect(get_).value()));
  }
  client_.set_wrapping(Wrapping::Global);
  EXPECT_TRUE(meter_.unprotect(client_.protect(get_).value()));
}

}  // namespace
}  // namespace metergate::dlms
