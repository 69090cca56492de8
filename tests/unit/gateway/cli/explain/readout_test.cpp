// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/readout.hpp"

#include <gtest/gtest.h>

#include "protocols/iec62056_21/parity.hpp"

namespace metergate::cli {
namespace {

std::string explained(const Octets& octets) {
  const auto text = explain_readout(octets);
  return text ? *text : "fault: " + text.error();
}
Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

TEST(ReadoutExplain, ATelegramCopiedFromATerminalIsExplained) {
  EXPECT_EQ(explained(readout_octets("/VMG5\\2x\n1.8.0(12.3*kWh)\nP.01(1)(2)\n!")),
            "identification message: maker VMG, mode E, 9600 baud, `x`\n"
            "data message: 2 data sets\n"
            "  1.8.0            12.3 kWh\n"
            "  P.01             1 2\n");
}

TEST(ReadoutExplain, EveryMessageOfASignOnIsExplained) {
  EXPECT_EQ(explained(octets("/?VM1!\r\n")), "request message to VM1\n");
  EXPECT_EQ(explained(octets("/?!\r\n")), "request message to whoever hears it\n");
  EXPECT_EQ(explained(octets("/VMGBx\r\n")),
            "identification message: maker VMG, mode B, speed character B, `x`\n");
  EXPECT_EQ(explained(octets("\x06"
                             "252\r\n")),
            "option select message: procedure 2, 9600 baud, option 2\n");
  EXPECT_EQ(explained(iec62056_21::with_parity(octets("/?!\r\n"))),
            "request message to whoever hears it\n")
      << "as it is on the wire";
}

TEST(ReadoutExplain, WhatDoesNotHoldIsToldWithItsPlace) {
  EXPECT_EQ(explained(octets("/VM")),
            "fault: identification message at octet 3: must be ended by CR LF");
  EXPECT_EQ(explained(readout_octets("/VMG5x\n1.8.0(12\n!\n")),
            "fault: value at octet 16: must be at most 128 printable characters without ( and !, "
            "then * or )");
  EXPECT_TRUE(begins_like_readout(octets("/?")));
  EXPECT_TRUE(begins_like_readout(Octets{0xAF}));
  EXPECT_FALSE(begins_like_readout(Octets{0x7E}));
  EXPECT_FALSE(begins_like_readout({}));
}

}  // namespace
}  // namespace metergate::cli
