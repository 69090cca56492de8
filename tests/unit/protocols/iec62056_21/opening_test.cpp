// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/opening.hpp"

#include <gtest/gtest.h>

#include "protocols/iec62056_21/parity.hpp"

namespace metergate::iec62056_21 {
namespace {

using namespace std::chrono_literals;
using opening::Effects;

Octets octets(std::string_view text) { return with_parity(Octets{text.begin(), text.end()}); }

template <typename Kind>
const Kind* only(const Effects& effects) {
  EXPECT_EQ(effects.size(), 1U);
  return effects.size() == 1 ? std::get_if<Kind>(&effects.front()) : nullptr;
}

class OpeningTest : public testing::Test {
 protected:
  Opening made(Purpose purpose, std::uint32_t greatest = 19'200) {
    OpeningSettings settings;
    settings.purpose = purpose;
    settings.greatest_baud = greatest;
    return Opening{settings};
  }
  /// Started, and its option sent; the octets of that without parity.
  std::string selected(Opening& opening, std::string_view identification) {
    static_cast<void>(opening.start(now_));
    const auto effects = opening.received(octets(identification), now_);
    const auto* write = only<opening::Write>(effects);
    if (write == nullptr) return "nothing";
    const auto message = without_parity(write->octets);
    return {message->begin(), message->end()};
  }
  Effects at_deadline(Opening& opening) {
    now_ = opening.deadline().value();
    return opening.time_passed(now_);
  }
  static std::string failure_of(const Effects& effects, opening::Failed::Reason reason) {
    const auto* failed = only<opening::Failed>(effects);
    if (failed == nullptr) return "no failure";
    EXPECT_EQ(failed->reason, reason);
    return failed->what;
  }

  Instant now_{1h};
};

TEST_F(OpeningTest, AReadoutIsAskedForSwitchedToAndHandedOver) {
  Opening opening = made(Purpose::Readout);
  const auto asked = opening.start(now_);
  EXPECT_EQ(only<opening::Write>(asked)->octets, octets("/?!\r\n"));
  // Five characters at 300 baud, and what the meter has for its answer.
  EXPECT_EQ(opening.deadline(), now_ + 1'500ms + std::chrono::nanoseconds{166'666'666});
  const auto select = opening.received(octets("/VMG5sim\r\n"), now_);
  EXPECT_EQ(only<opening::Write>(select)->octets, octets("\x06"
                                                         "050\r\n"));
  EXPECT_EQ(opening.deadline(), now_ + 210ms) << "not before the option is on the wire";
  EXPECT_TRUE(opening
                  .received(octets("\x06"
                                   "050\r\n"),
                            now_)
                  .empty())
      << "a head's echo";
  EXPECT_EQ(only<opening::SwitchSpeed>(at_deadline(opening))->baud, 9'600U);
  EXPECT_EQ(opening.state(), OpeningState::Reading);
  const Octets message = DataMessage{{{"1.8.0", {{"12.3", "kWh"}}}}}.encode();
  Octets expected{'/', 'V', 'M', 'G', '5', 's', 'i', 'm', '\r', '\n'};
  expected.insert(expected.end(), message.begin(), message.end());
  Effects last;
  for (const std::uint8_t one : with_parity(message)) {
    EXPECT_TRUE(last.empty());
    now_ += 1'000ms;
    EXPECT_TRUE(opening.time_passed(now_).empty());
    last = opening.received(Octets{one}, now_);
  }
  EXPECT_EQ(only<opening::ReadOut>(last)->octets, expected);
  EXPECT_EQ(opening.state(), OpeningState::Idle);
  EXPECT_FALSE(opening.deadline());
}

TEST_F(OpeningTest, AMeterThatIsTooFastStaysWhereItIs) {
  Opening opening = made(Purpose::Readout, 2'400);
  EXPECT_EQ(selected(opening, "/VMG5sim\r\n"),
            "\x06"
            "000\r\n");
  EXPECT_EQ(only<opening::SwitchSpeed>(at_deadline(opening))->baud, 300U);
}

TEST_F(OpeningTest, ModeEIsOpenOnceTheOptionIsRepeatedAndQuietFollows) {
  Opening opening = made(Purpose::Hdlc);
  EXPECT_EQ(selected(opening, "/VMG5\\2sim\r\n"),
            "\x06"
            "252\r\n");
  EXPECT_TRUE(opening
                  .received(octets("\x06"
                                   "252\r\n"),
                            now_ + 201ms)
                  .empty())
      << "an echo";
  now_ += 600ms;
  EXPECT_EQ(only<opening::SwitchSpeed>(opening.received(octets("\x06"
                                                               "252\r\n"),
                                                        now_))
                ->baud,
            9'600U);
  EXPECT_EQ(only<opening::Opened>(at_deadline(opening))->identification.identification, "sim");
}

TEST_F(OpeningTest, ModeEIsOpenAlsoWhereNothingIsRepeated) {
  Opening opening = made(Purpose::Hdlc);
  static_cast<void>(selected(opening, "/VMG3\\2sim\r\n"));
  EXPECT_EQ(only<opening::SwitchSpeed>(at_deadline(opening))->baud, 2'400U);
  EXPECT_TRUE(opening.received(octets("zzz"), now_).empty()) << "the option at the other speed";
  EXPECT_NE(only<opening::Opened>(at_deadline(opening)), nullptr);
}

TEST_F(OpeningTest, AMeterWithoutWhatIsWantedIsRefused) {
  using enum opening::Failed::Reason;
  Opening hdlc = made(Purpose::Hdlc);
  static_cast<void>(hdlc.start(now_));
  EXPECT_EQ(failure_of(hdlc.received(octets("/VMG5sim\r\n"), now_), Refused),
            "the meter offers no HDLC: no \\2 in its identification message");
  Opening readout = made(Purpose::Readout);
  static_cast<void>(readout.start(now_));
  EXPECT_EQ(failure_of(readout.received(octets("/VMGBsim\r\n"), now_), Refused),
            "the meter speaks mode B: the speed character of modes C and E is a digit from 0 to 6");
}

TEST_F(OpeningTest, SilenceAndDamageAreToldApart) {
  using enum opening::Failed::Reason;
  Opening opening = made(Purpose::Readout);
  static_cast<void>(opening.start(now_));
  EXPECT_EQ(failure_of(at_deadline(opening), NoAnswer), "no answer to the request message");
  static_cast<void>(opening.start(now_));
  static_cast<void>(opening.received(octets("/?!\r\n"), now_));
  EXPECT_EQ(failure_of(at_deadline(opening), NoAnswer), "no answer to the request message")
      << "an echo is no answer";
  static_cast<void>(opening.start(now_));
  static_cast<void>(opening.received(octets("/VM"), now_));
  EXPECT_EQ(failure_of(at_deadline(opening), Broken),
            "the identification message broke off after 3 octets");
  static_cast<void>(opening.start(now_));
  Octets damaged = octets("/VMG5sim\r\n");
  damaged[5] ^= 0x80;
  EXPECT_EQ(failure_of(opening.received(damaged, now_), Broken),
            "identification message: character at octet 5: must be seven bits with even parity");
  static_cast<void>(opening.start(now_));
  EXPECT_EQ(failure_of(opening.received(Octets(300, 'x'), now_), Broken),
            "what comes is no identification message");
}

TEST_F(OpeningTest, WhatComesAtTheWrongSpeedOrDamagedIsNoData) {
  using enum opening::Failed::Reason;
  const auto reading = [&] {
    Opening opening = made(Purpose::Readout);
    static_cast<void>(selected(opening, "/VMG5sim\r\n"));
    static_cast<void>(at_deadline(opening));
    return opening;
  };
  Opening silent = reading();
  EXPECT_EQ(failure_of(at_deadline(silent), NoAnswer), "no data message after the change of speed");
  Opening noisy = reading();
  static_cast<void>(noisy.received(Octets{0xF8, 0x00, 0x78}, now_));
  EXPECT_EQ(failure_of(at_deadline(noisy), Broken), "the data message broke off after 3 octets");
  Octets message = octets(
      "\x02"
      "1(1)\r\n!\r\n\x03");
  message.push_back(0x00);
  Opening wrong = reading();
  EXPECT_EQ(failure_of(wrong.received(message, now_), Broken),
            "data message: its check is not the XOR of its octets");
  message[3] ^= 0x01;
  Opening odd = reading();
  EXPECT_EQ(failure_of(odd.received(message, now_), Broken),
            "data message: character at octet 3: must be seven bits with even parity");
  Opening endless = reading();
  EXPECT_EQ(failure_of(endless.received(Octets(kMaxMessageOctets + 300, 'x'), now_), Broken),
            "the data message is longer than 32768 octets");
}

TEST_F(OpeningTest, EveryStateHasAnEndAndAName) {
  Opening opening = made(Purpose::Readout);
  EXPECT_TRUE(opening.received(octets("/VMG5sim\r\n"), now_).empty()) << "nobody asked";
  EXPECT_TRUE(opening.time_passed(now_ + 1h).empty());
  static_cast<void>(opening.start(now_));
  EXPECT_TRUE(opening.start(now_).empty()) << "one at a time";
  for (std::size_t state = 0; state < kOpeningStates; ++state) {
    EXPECT_FALSE(state_word(static_cast<OpeningState>(state)).empty());
  }
}

}  // namespace
}  // namespace metergate::iec62056_21
