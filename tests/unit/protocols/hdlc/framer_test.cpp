// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/framer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/protocols/hdlc/random_frame.hpp"

namespace metergate::hdlc {
namespace {

Octets with_flags(const std::vector<Frame>& frames, bool shared) {
  Octets wire;
  for (const Frame& frame : frames) {
    const Octets one = encode_with_flags(frame);
    wire.insert(wire.end(), one.begin() + (shared && !wire.empty() ? 1 : 0), one.end());
  }
  return wire;
}

RC_GTEST_PROP(FrameLaws, DecodesWhatWasEncodedAndNoSingleFlippedBit, ()) {
  const Frame frame = random_frame(300);
  Octets wire = encode_frame(frame);
  RC_ASSERT(decode_frame(wire).value() == frame);
  const auto bit = *rc::gen::inRange<std::size_t>(0, wire.size() * 8);
  wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1U << (bit % 8)));
  RC_ASSERT(!decode_frame(wire));
}

RC_GTEST_PROP(FrameLaws, EveryControlOctetIsUnknownOrWrittenTheSame, (std::uint8_t octet)) {
  const auto control = decode_control(octet);
  if (control) RC_ASSERT(encode_control(*control) == octet);
}

RC_GTEST_PROP(FramerLaws, PortionsDoNotMatter, ()) {
  std::vector<Frame> sent;
  const auto count = *rc::gen::inRange(1, 5);
  for (int i = 0; i < count; ++i) sent.push_back(random_frame(60));
  const Octets wire = with_flags(sent, *rc::gen::arbitrary<bool>());
  Framer framer;
  std::vector<Frame> got;
  OctetView rest = wire;
  while (!rest.empty()) {
    const auto portion = std::min<std::size_t>(rest.size(), *rc::gen::inRange<std::size_t>(1, 40));
    for (Frame& frame : framer.take(rest.first(portion))) got.push_back(std::move(frame));
    rest = rest.subspan(portion);
  }
  RC_ASSERT(got == sent);
}

RC_GTEST_PROP(FramerLaws, AFrameIsFoundBehindNoise, ()) {
  Octets noise = random_octets(80);
  const Frame frame = random_frame(60);
  const Octets wire = encode_with_flags(frame);
  Framer framer;
  std::vector<Frame> got = framer.take(noise);
  for (Frame& one : framer.take(wire)) got.push_back(std::move(one));
  // Noise may look like the beginning of something long; silence on the line settles it.
  for (Frame& one : framer.line_fell_silent()) got.push_back(std::move(one));
  RC_ASSERT(!got.empty());
  RC_ASSERT(got.back() == frame);
}

TEST(FramerTest, FlagsBetweenFramesAreNothing) {
  Frame frame;
  frame.control = {FrameType::Disc, true, 0, 0};
  Octets wire{kFlag, kFlag, kFlag};
  const Octets one = encode_with_flags(frame);
  wire.insert(wire.end(), one.begin(), one.end());
  wire.insert(wire.end(), 4, kFlag);
  wire.insert(wire.end(), one.begin(), one.end());
  Framer framer;
  EXPECT_EQ(framer.take(wire).size(), 2U);
  EXPECT_EQ(framer.counts().dropped, 0U);
}

TEST(FramerTest, AFrameThatClaimsTooMuchDoesNotSwallowTheNext) {
  Frame frame;
  frame.control = {FrameType::Disc, true, 0, 0};
  // Format octets of 2047 octets, which never come.
  Octets wire{kFlag, 0xA7, 0xFF, 0x03, 0x21};
  const Octets one = encode_with_flags(frame);
  wire.insert(wire.end(), one.begin(), one.end());
  Framer patient;
  EXPECT_TRUE(patient.take(wire).empty());
  EXPECT_TRUE(patient.within_frame());
  EXPECT_EQ(patient.line_fell_silent().size(), 1U);
  EXPECT_FALSE(patient.within_frame());

  Framer limited{200};
  EXPECT_EQ(limited.take(wire).size(), 1U);
}

TEST(FramerTest, KeepsNoMoreThanOneFrameOfEndlessNoise) {
  Framer framer;
  const Octets noise(100'000, 0x55);
  EXPECT_TRUE(framer.take(noise).empty());
  EXPECT_FALSE(framer.within_frame());
  EXPECT_EQ(framer.counts().noise_octets, noise.size());
}

}  // namespace
}  // namespace metergate::hdlc
