// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/mode_c/sign_on_server.hpp"

#include <gtest/gtest.h>

#include "protocols/iec62056_21/parity.hpp"

namespace metergate::sim {
namespace {

using iec62056_21::OptionSelectMessage;

Octets octets(std::string_view text) {
  return iec62056_21::with_parity(Octets{text.begin(), text.end()});
}

TEST(SignOnServerTest, ACallIsHeardInAnyPortionsAndAmongNoise) {
  SignOnServer server;
  for (const std::uint8_t one : octets("xx/?VM1!\r")) {
    EXPECT_FALSE(server.received(Octets{one}));
  }
  const auto heard = server.received(octets("\n"));
  ASSERT_TRUE(heard);
  EXPECT_EQ(std::get<SignOnServer::Called>(*heard).device_address, "VM1");
}

TEST(SignOnServerTest, WhatIsDamagedIsNotHeard) {
  SignOnServer server;
  Octets damaged = octets("/?VM1!\r\n");
  damaged[3] ^= 1;
  EXPECT_FALSE(server.received(damaged));
  EXPECT_FALSE(server.received(octets("hello\r\n")));
  EXPECT_FALSE(server.received(Octets(300, 'x')));
  EXPECT_TRUE(server.received(octets("/?!\r\n"))) << "what was before is forgotten";
}

TEST(SignOnServerTest, AnOptionIsHeardAndWhatFollowsItKept) {
  SignOnServer server;
  Octets both = octets(
      "\x06"
      "252\r\n");
  both.push_back(0x7E);
  const auto heard = server.received(both);
  ASSERT_TRUE(heard);
  EXPECT_EQ(std::get<OptionSelectMessage>(*heard), (OptionSelectMessage{'2', '5', '2'}));
  EXPECT_EQ(server.take_rest(), Octets{0x7E});
  EXPECT_TRUE(server.take_rest().empty());
}

TEST(SignOnServerTest, OnlyTheSpeedThatWasOfferedIsAgreedOn) {
  const SignOnSettings settings{300, 9'600};
  EXPECT_EQ(agreed_speed(settings, {'0', '5', '0'}), 9'600U);
  EXPECT_EQ(agreed_speed(settings, {'0', '0', '0'}), 300U);
  EXPECT_FALSE(agreed_speed(settings, {'0', '4', '0'}));
  EXPECT_EQ(sign_on_identification(settings, iec62056_21::Mode::E).mode(), iec62056_21::Mode::E);
  EXPECT_EQ(sign_on_identification(settings, iec62056_21::Mode::C).mode(), iec62056_21::Mode::C);
}

}  // namespace
}  // namespace metergate::sim
