// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/rtu_frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/modbus/pdu.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::modbus {
namespace {

TEST(RtuFrameTest, ReadsAWellKnownRequest) {
  const Octets wire = *hex::parse("11 03 00 6b 00 03 76 87");
  const auto frame = decode_rtu(wire);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->address, 0x11);
  EXPECT_EQ(encode_rtu(frame->address, frame->pdu), wire);
  EXPECT_EQ(request_frame_octets(wire), wire.size());
}

TEST(RtuFrameTest, RefusesShortLongAndDamaged) {
  EXPECT_EQ(decode_rtu(Octets{1, 2, 3}).error().reason, RtuFault::Reason::TooShort);
  EXPECT_EQ(decode_rtu(Octets(257)).error().reason, RtuFault::Reason::TooLong);
  Octets wire = *hex::parse("11 03 00 6b 00 03 76 87");
  wire[4] ^= 0x10U;
  EXPECT_EQ(decode_rtu(wire).error().reason, RtuFault::Reason::CheckSum);
}

TEST(RtuFrameTest, LengthIsToldFromTheFirstOctets) {
  const Request requests[]{ReadRegisters{FunctionCode::ReadInputRegisters, 1, 40},
                           WriteRegister{5, 6}, WriteRegisters{7, {1, 2, 3}},
                           ReadWriteRegisters{1, 20, 9, {4, 5}}};
  for (const Request& request : requests) {
    const Octets asked = encode_rtu(9, encode_request(request));
    EXPECT_EQ(request_frame_octets(asked), asked.size());
    const bool reads = response_octets(request) > 5;
    const Registers values(reads ? (response_octets(request) - 2) / 2 : 0);
    const Response response =
        reads ? Response{RegistersRead{values}} : Response{RegistersWritten{}};
    const Octets answer = encode_rtu(9, encode_response(request, response));
    EXPECT_EQ(response_frame_octets(answer), answer.size());
    const Octets no = encode_rtu(9, encode_response(request, Exception{2}));
    EXPECT_EQ(response_frame_octets(no), no.size());
  }
  EXPECT_FALSE(request_frame_octets(Octets{1}));
  EXPECT_FALSE(request_frame_octets(Octets{1, 0x2B, 0, 0}));
}

RC_GTEST_PROP(RtuFrameProperty, DecodesWhatWasEncodedAndNoSingleFlippedBit,
              (std::uint8_t address)) {
  const auto length = *rc::gen::inRange<std::size_t>(1, 254);
  const Octets pdu = *rc::gen::container<Octets>(length, rc::gen::arbitrary<std::uint8_t>());
  Octets wire = encode_rtu(address, pdu);
  RC_ASSERT(*decode_rtu(wire) == (RtuFrame{address, pdu}));
  const auto bit = *rc::gen::inRange<std::size_t>(0, wire.size() * 8);
  wire[bit / 8] = static_cast<std::uint8_t>(wire[bit / 8] ^ (1U << (bit % 8)));
  RC_ASSERT(!decode_rtu(wire));
}

}  // namespace
}  // namespace metergate::modbus
