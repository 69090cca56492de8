// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/sign_on.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/iec62056_21/parity.hpp"

namespace metergate::iec62056_21 {
namespace {

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
std::string text(const Octets& octets) { return {octets.begin(), octets.end()}; }

template <typename Message>
Fault fault_of(std::string_view message) {
  const auto decoded = Message::decode(octets(message));
  EXPECT_FALSE(decoded) << message;
  return decoded ? Fault{} : decoded.error();
}

TEST(SignOn, ARequestNamesAMeterOrNobody) {
  EXPECT_EQ(text(RequestMessage{}.encode()), "/?!\r\n");
  EXPECT_EQ(text(RequestMessage{"VM 12"}.encode()), "/?VM 12!\r\n");
  EXPECT_EQ(RequestMessage::decode(octets("/?VM12!\r\n"))->device_address, "VM12");
}

TEST(SignOn, ADamagedRequestIsToldWhereAndWhy) {
  EXPECT_EQ(fault_of<RequestMessage>("/?1!").text(),
            "request message at octet 4: must be ended by CR LF");
  EXPECT_EQ(fault_of<RequestMessage>("??1!\r\n").offset, 0U);
  EXPECT_EQ(fault_of<RequestMessage>("//1!\r\n").offset, 1U);
  EXPECT_EQ(fault_of<RequestMessage>("/?1\r\n"),
            (Fault{"request message", 3, "ended by ! before CR LF"}));
  EXPECT_EQ(fault_of<RequestMessage>("/?1-2!\r\n").offset, 3U);
  EXPECT_EQ(fault_of<RequestMessage>("/?" + std::string(33, '1') + "!\r\n"),
            (Fault{"device address", 34, "at most 32 characters"}));
}

TEST(SignOn, AnIdentificationTellsMakerSpeedAndMode) {
  const auto plain = IdentificationMessage::decode(octets("/ISk5MT174-0001\r\n"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->maker, "ISk");
  EXPECT_EQ(plain->speed, '5');
  EXPECT_EQ(plain->identification, "MT174-0001");
  EXPECT_EQ(plain->mode(), Mode::C);
  const auto hdlc = IdentificationMessage::decode(octets("/LGZ5\\2ZMD4054407.B32\r\n"));
  ASSERT_TRUE(hdlc);
  EXPECT_EQ(hdlc->enhanced, '2');
  EXPECT_EQ(hdlc->identification, "ZMD4054407.B32");
  EXPECT_EQ(hdlc->mode(), Mode::E);
  EXPECT_EQ(IdentificationMessage::decode(octets("/ABCEold\r\n"))->mode(), Mode::B);
  EXPECT_EQ(IdentificationMessage::decode(octets("/ABC older\r\n"))->mode(), Mode::A);
  const auto two = IdentificationMessage::decode(octets("/ABC5\\2\\Wx\r\n"));
  ASSERT_TRUE(two);
  EXPECT_EQ(two->enhanced, '2') << "the first pair counts";
  EXPECT_EQ(two->identification, "x");
}

TEST(SignOn, ADamagedIdentificationIsToldWhereAndWhy) {
  using Message = IdentificationMessage;
  EXPECT_EQ(fault_of<Message>("").offset, 0U);
  EXPECT_EQ(fault_of<Message>("ABC5x\r\n").offset, 0U);
  EXPECT_EQ(fault_of<Message>("/A1C5x\r\n"), (Fault{"maker", 2, "three letters"}));
  EXPECT_EQ(fault_of<Message>("/ABC\r\n").field, "speed character");
  EXPECT_EQ(fault_of<Message>("/ABC5\\\r\n").field, "enhanced identification");
  EXPECT_EQ(fault_of<Message>("/ABC5x/y\r\n").offset, 6U);
  EXPECT_EQ(fault_of<Message>("/ABC5" + std::string(17, 'x') + "\r\n"),
            (Fault{"identification", 21, "at most 16 characters"}));
}

TEST(SignOn, AnOptionIsThreeCharactersBehindAnAck) {
  EXPECT_EQ(text(OptionSelectMessage{'0', '5', '0'}.encode()),
            "\x06"
            "050\r\n");
  EXPECT_EQ(*OptionSelectMessage::decode(octets("\x06"
                                                "252\r\n")),
            (OptionSelectMessage{'2', '5', '2'}));
  EXPECT_EQ(fault_of<OptionSelectMessage>("050\r\n").offset, 0U);
  EXPECT_EQ(fault_of<OptionSelectMessage>("\x06"
                                          "05\r\n")
                .field,
            "option");
  EXPECT_EQ(fault_of<OptionSelectMessage>("\x06"
                                          "0501\r\n")
                .offset,
            4U);
  EXPECT_EQ(fault_of<OptionSelectMessage>("\x06"
                                          "050")
                .field,
            "option select message");
}

TEST(SignOn, SpeedsAreThoseOfModeC) {
  EXPECT_EQ(baud_of('0'), 300U);
  EXPECT_EQ(baud_of('6'), 19'200U);
  for (const char other : {'7', '9', 'A', ' ', '\0'}) EXPECT_FALSE(baud_of(other));
  EXPECT_EQ(speed_character(9'600), '5');
  EXPECT_FALSE(speed_character(14'400));
}

TEST(SignOn, ParityIsEvenAndAFaultHasAPlace) {
  const Octets sent = with_parity(octets("/?!\r\n"));
  EXPECT_EQ(sent, (Octets{0xAF, 0x3F, 0x21, 0x8D, 0x0A}));
  EXPECT_EQ(text(*without_parity(sent)), "/?!\r\n");
  Octets damaged = sent;
  damaged[2] ^= 0x10;
  const auto read = without_parity(damaged);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().offset, 2U);
}

std::string some_of(std::string_view characters, std::size_t most) {
  const auto picks = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, characters.size()));
  std::string out;
  for (const std::size_t pick : picks) {
    if (out.size() < most) out.push_back(characters[pick]);
  }
  return out;
}

RC_GTEST_PROP(SignOnProperty, WhatIsEncodedIsDecodedAndNoPrefixIs, ()) {
  const RequestMessage request{some_of("09azAZ ", kMaxDeviceAddress)};
  RC_ASSERT(*RequestMessage::decode(request.encode()) == request);
  IdentificationMessage identification;
  identification.maker = "VMg";
  identification.speed = static_cast<char>('0' + *rc::gen::inRange(0, 7));
  if (*rc::gen::arbitrary<bool>()) identification.enhanced = '2';
  identification.identification = some_of("09azAZ .-()*", kMaxIdentification);
  const Octets line = identification.encode();
  RC_ASSERT(*IdentificationMessage::decode(line) == identification);
  RC_ASSERT(*without_parity(with_parity(line)) == line);
  const auto cut = *rc::gen::inRange<std::size_t>(0, line.size());
  RC_ASSERT(!IdentificationMessage::decode(OctetView{line}.first(cut)));
}

}  // namespace
}  // namespace metergate::iec62056_21
