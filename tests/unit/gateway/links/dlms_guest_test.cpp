// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_guest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gateway/sim/dlms/push.hpp"
#include "gateway/sim/dlms/server.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "protocols/dlms/data_access.hpp"

namespace metergate {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

const SerialNumber kSerial = *SerialNumber::parse("VM13000001");
const UtcSeconds kNow{seconds{1'772'360'220}};

/// A virtual meter at the other end of the connection, or nobody.
class Guest : public testing::Test {
 protected:
  Guest() {
    counters_.keep = [](std::uint32_t, std::optional<std::uint32_t>) { return true; };
  }

  DlmsGuest::Register directory() {
    return {[this](std::string_view serial) -> std::optional<std::uint16_t> {
              return serial == configured_ ? std::optional<std::uint16_t>{7} : std::nullopt;
            },
            [](const dlms::SystemTitle& title) -> std::optional<std::uint16_t> {
              return title == *dlms::SystemTitle::from(Octets{'M', 'T', 'G', 1, 2, 3, 4, 5})
                         ? std::optional<std::uint16_t>{9}
                         : std::nullopt;
            }};
  }

  /// Lets both talk until nobody has anything to say; what is left is not for the meter.
  DlmsGuest::Effects converse(DlmsGuest::Effects effects) {
    DlmsGuest::Effects rest;
    while (!effects.empty()) {
      const DlmsGuest::Effect effect = effects.front();
      effects.erase(effects.begin());
      const auto* write = std::get_if<DlmsGuest::Write>(&effect);
      if (write == nullptr) {
        rest.push_back(effect);
        continue;
      }
      for (const dlms::WrapperPdu& pdu : stream_.take(write->octets)) {
        const auto answer = server_.serve(pdu.apdu, pdu.source, meter_, kNow);
        if (!answer) continue;
        for (auto& one :
             guest_.received(dlms::encode_wrapper({pdu.destination, pdu.source, *answer}), now_)) {
          effects.push_back(one);
        }
      }
    }
    return rest;
  }

  std::string configured_ = kSerial.text();
  virtual_meter::VirtualMeter meter_{virtual_meter::Settings{.serial = kSerial}, kNow};
  sim::DlmsSetup setup_ = sim::dlms_setup(kSerial, sim::DlmsSecurity::Gmac);
  sim::DlmsCounters counters_;
  sim::DlmsServer server_{setup_, counters_, [] { return Octets(16, 0x33); }};
  dlms::WrapperStream stream_;
  DlmsGuest::Instant now_ = DlmsGuest::Instant{} + seconds{100};
  DlmsGuest guest_{directory()};
};

template <typename T>
const T* only(const DlmsGuest::Effects& effects) {
  return effects.size() == 1 ? std::get_if<T>(&effects.front()) : nullptr;
}

TEST_F(Guest, AMeterOfOursIsAskedForItsSerialNumberAndKnown) {
  const auto rest = converse(guest_.greet(now_));
  const auto* known = only<DlmsGuest::Known>(rest);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->meter, 7);
  EXPECT_TRUE(known->pushed.empty());
  EXPECT_FALSE(guest_.deadline());
  EXPECT_EQ(server_.state(), sim::DlmsAssociationState::Idle) << "the public client has left";
}

TEST_F(Guest, AMeterThatIsNotOursIsTurnedAwayByName) {
  configured_ = "somebody-else";
  const auto rest = converse(guest_.greet(now_));
  const auto* away = only<DlmsGuest::TurnedAway>(rest);
  ASSERT_NE(away, nullptr);
  EXPECT_THAT(away->why, HasSubstr(kSerial.text()));
}

TEST_F(Guest, WhoSaysNothingIsTurnedAwayInTime) {
  static_cast<void>(guest_.greet(now_));
  DlmsGuest::Effects rest;
  int steps = 0;
  while (guest_.deadline() && ++steps < 20) {
    now_ = *guest_.deadline();
    for (auto& effect : guest_.time_passed(now_)) {
      if (!std::holds_alternative<DlmsGuest::Write>(effect)) rest.push_back(effect);
    }
  }
  EXPECT_NE(only<DlmsGuest::TurnedAway>(rest), nullptr);
  EXPECT_LE(now_, DlmsGuest::Instant{} + seconds{100} + DlmsGuest::kWithin);
}

TEST_F(Guest, WhatIsNoWrapperIsTurnedAway) {
  static_cast<void>(guest_.greet(now_));
  const std::string text = "GET / HTTP/1.1\r\n\r\n";
  const auto rest = guest_.received(Octets(text.begin(), text.end()), now_);
  const auto* away = only<DlmsGuest::TurnedAway>(rest);
  ASSERT_NE(away, nullptr);
  EXPECT_THAT(away->why, HasSubstr("no wrapper"));
  EXPECT_TRUE(guest_.received(Octets(100, 0), now_).empty()) << "nothing after that";
}

TEST_F(Guest, EndlessOctetsAreCutOff) {
  static_cast<void>(guest_.greet(now_));
  const Octets noise = dlms::encode_wrapper({2, 16, Octets(1'000, 0xC4)});
  std::size_t octets = 0;
  for (; octets < 10 * DlmsGuest::kMostOctets; octets += noise.size()) {
    const auto rest = guest_.received(noise, now_);
    if (only<DlmsGuest::TurnedAway>(rest) != nullptr) break;
  }
  EXPECT_LE(octets, DlmsGuest::kMostOctets);
}

TEST_F(Guest, WhoPushesAndHangsUpIsKnownByWhatHePushed) {
  static_cast<void>(guest_.greet(now_));
  const Octets pdu = dlms::encode_wrapper({1, 1, sim::dlms_push(kSerial, kNow, 1)});
  EXPECT_TRUE(guest_.received(pdu, now_).empty());
  const auto rest = guest_.hung_up();
  const auto* known = only<DlmsGuest::Known>(rest);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->meter, 7);
  EXPECT_EQ(known->pushed, pdu);
}

TEST_F(Guest, OnePushThatCameInPiecesIsKnownToo) {
  static_cast<void>(guest_.greet(now_));
  for (const std::uint8_t octet : dlms::encode_wrapper({1, 1, sim::dlms_push(kSerial, kNow, 1)})) {
    EXPECT_TRUE(guest_.received(Octets{octet}, now_).empty());
  }
  const auto rest = guest_.hung_up();
  EXPECT_NE(only<DlmsGuest::Known>(rest), nullptr);
}

TEST_F(Guest, ACipheredPushIsKnownByTheSystemTitleInIt) {
  static_cast<void>(guest_.greet(now_));
  // Title, 21 octets: security control, counter, four of something, tag.
  Octets general{0xDB, 8, 'M', 'T', 'G', 1, 2, 3, 4, 5, 21, 0x30, 0, 0, 0, 1};
  general.resize(general.size() + 16);
  static_cast<void>(guest_.received(dlms::encode_wrapper({1, 1, general}), now_));
  const auto rest = guest_.hung_up();
  const auto* known = only<DlmsGuest::Known>(rest);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->meter, 9);
}

TEST_F(Guest, NoMorePushesAreKeptThanAreAllowed) {
  static_cast<void>(guest_.greet(now_));
  const Octets pdu = dlms::encode_wrapper({1, 1, sim::dlms_push(kSerial, kNow, 1)});
  for (std::size_t count = 0; count < 3 * DlmsGuest::kMostPushes; ++count) {
    static_cast<void>(guest_.received(pdu, now_));
  }
  const auto rest = guest_.hung_up();
  const auto* known = only<DlmsGuest::Known>(rest);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->pushed.size(), DlmsGuest::kMostPushes * pdu.size());
}

TEST_F(Guest, AMakersThreeLettersMayStandBeforeTheSerialNumber) {
  configured_ = "13000001";  // of VM13000001: two letters are nobody's
  EXPECT_NE(only<DlmsGuest::TurnedAway>(converse(guest_.greet(now_))), nullptr);
  configured_ = "000001";
  DlmsGuest other{directory()};
  static_cast<void>(other.greet(now_));
  const Octets push =
      dlms::encode_wrapper({1, 1, sim::dlms_push(*SerialNumber::parse("MTG000001"), kNow, 1)});
  static_cast<void>(other.received(push, now_));
  EXPECT_NE(only<DlmsGuest::Known>(other.hung_up()), nullptr);
}

TEST_F(Guest, WhateverOctetsComeItEndsAndKeepsNoMoreThanItMay) {
  std::mt19937 chance{7};
  const Octets push = dlms::encode_wrapper({1, 1, sim::dlms_push(kSerial, kNow, 1)});
  for (int round = 0; round < 200; ++round) {
    DlmsGuest guest{directory()};
    static_cast<void>(guest.greet(now_));
    bool over = false;
    for (int step = 0; step < 200 && !over; ++step) {
      Octets octets = step % 3 == 0 ? push : Octets(chance() % 700);
      if (step % 3 != 0)
        std::ranges::generate(octets, [&] { return static_cast<std::uint8_t>(chance()); });
      // A header that fits, and a damaged push.
      if (step % 3 == 1) octets = dlms::encode_wrapper({1, 16, octets});
      if (!octets.empty()) octets[chance() % octets.size()] ^= 0x10U;
      const auto effects = guest.received(octets, now_);
      over = std::ranges::any_of(effects, [](const DlmsGuest::Effect& effect) {
        return !std::holds_alternative<DlmsGuest::Write>(effect);
      });
      EXPECT_EQ(guest.deadline().has_value(), !over);
    }
    EXPECT_TRUE(over) << round;
  }
}

}  // namespace
}  // namespace metergate
