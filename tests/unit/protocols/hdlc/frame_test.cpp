// SPDX-License-Identifier: Apache-2.0
// What makes octets no frame, each fault by its name, and whom an address means.
#include "protocols/hdlc/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/hdlc/frame_check.hpp"
#include "tests/unit/protocols/hdlc/random_frame.hpp"

namespace metergate::hdlc {
namespace {

using Reason = FrameFault::Reason;

/// These octets behind a format field of their length, with a check that holds.
Octets checked(const Octets& octets) {
  Octets frame{0xA0, static_cast<std::uint8_t>(octets.size() + 4)};
  frame.insert(frame.end(), octets.begin(), octets.end());
  const std::uint16_t check = frame_check(frame);
  frame.push_back(static_cast<std::uint8_t>(check));
  frame.push_back(static_cast<std::uint8_t>(check >> 8U));
  return frame;
}

constexpr std::uint8_t kRr = 0x11;
constexpr std::uint8_t kClient = 0x21;
constexpr std::uint8_t kServer = 0x03;

Octets with_format(std::uint8_t first, std::uint8_t second) {
  Octets frame = checked({kServer, kClient, kRr});
  frame[0] = first;
  frame[1] = second;
  return frame;
}

struct Wrong {
  const char* name;
  Octets octets;
  Reason reason;
  std::string_view word;
  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.name;
  }
};

std::vector<Wrong> wrongs() {
  Octets flipped = checked({kServer, kClient, kRr});
  flipped[4] ^= 1;
  return {{"Empty", {}, Reason::TooShort, "too short"},
          {"CutOff", {0xA0, 0x07, kServer, kClient, kRr, 0}, Reason::TooShort, "too short"},
          {"AddressesThatLeaveNoControl", checked({0x02, 0x02, 0x02, 0x03, kClient}),
           Reason::TooShort, "too short"},
          {"OtherFormat", with_format(0x90, 0x07), Reason::Format, "not format type 3"},
          {"OtherLength", with_format(0xA0, 0x08), Reason::Length, "wrong length"},
          {"HeaderCheckBeforeNothing", checked({kServer, kClient, kRr, 1, 2}), Reason::Length,
           "wrong length"},
          {"AddressOfFiveOctets", checked({2, 2, 2, 2, 3, kClient, kRr}), Reason::Address,
           "address without end"},
          {"UnknownControl", checked({kServer, kClient, 0xEF}), Reason::Control, "unknown control"},
          {"WrongHeaderCheck", checked({kServer, kClient, 0x10, 0, 0, 0xE6}), Reason::HeaderCheck,
           "wrong header check"},
          {"FlippedBit", flipped, Reason::FrameCheck, "wrong frame check"}};
}

class WrongFrame : public testing::TestWithParam<Wrong> {};

TEST_P(WrongFrame, IsRefusedByName) {
  const auto frame = decode_frame(GetParam().octets);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().reason, GetParam().reason);
  EXPECT_EQ(fault_word(frame.error().reason), GetParam().word);
  EXPECT_LE(frame.error().offset, GetParam().octets.size());
}

INSTANTIATE_TEST_SUITE_P(Frames, WrongFrame, testing::ValuesIn(wrongs()),
                         [](const auto& wrong) { return std::string{wrong.param.name}; });

// IEC 62056-46, 6.4.2: seven bits an octet.
TEST(HdlcAddress, FitsWhereItsNumbersHaveRoomInItsOctets) {
  EXPECT_TRUE(fits({0x7F, 0, 1}));
  EXPECT_FALSE(fits({0x80, 0, 1}));
  EXPECT_FALSE(fits({1, 1, 1})) << "one octet has no physical device";
  EXPECT_TRUE(fits({0x7F, 0x7F, 2}));
  EXPECT_FALSE(fits({0x7F, 0x80, 2}));
  EXPECT_FALSE(fits({0x80, 0x7F, 2}));
  EXPECT_TRUE(fits({0x7F, 0x3FFF, 3}));
  EXPECT_FALSE(fits({0x80, 0x3FFF, 3}));
  EXPECT_TRUE(fits({0x3FFF, 0x3FFF, 4}));
  EXPECT_FALSE(fits({0x4000, 0, 4}));
  EXPECT_FALSE(fits({1, 0, 0}));
  EXPECT_FALSE(fits({1, 0, 5}));
}

TEST(HdlcAddress, IsCalledByItsLogicalAndItsPhysicalDevice) {
  EXPECT_EQ(text(client_address(kPublicClient)), "16");
  EXPECT_EQ(text(Address{1, 17, 2}), "1/17");
  EXPECT_EQ(text(Address{1, 0, 4}), "1/0");
}

RC_GTEST_PROP(HdlcAddressLaws, EveryOneThatFitsIsReadAsItWasWritten, ()) {
  const Address address = random_server();
  RC_ASSERT(fits(address));
  ByteWriter out;
  write_address(out, address);
  const Octets octets = out.take();
  RC_ASSERT(octets.size() == address.octets);
  ByteReader in{octets};
  RC_ASSERT(read_address(in) == address);
  ByteReader cut{OctetView{octets}.first(octets.size() - 1)};
  RC_ASSERT(!read_address(cut));
}

}  // namespace
}  // namespace metergate::hdlc
