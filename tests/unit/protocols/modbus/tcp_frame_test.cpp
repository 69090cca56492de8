// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/tcp_frame.hpp"

#include <gtest/gtest.h>

#include "protocols/octets/hex.hpp"

namespace metergate::modbus {
namespace {

TEST(TcpFrameTest, ReadsFramesOneAfterAnother) {
  Octets stream = encode_tcp({0x1501, 0xFF, {0x03, 0x00, 0x04, 0x00, 0x01}});
  EXPECT_EQ(stream, *hex::parse("15 01 00 00 00 06 ff 03 00 04 00 01"));
  const Octets second = encode_tcp({2, 1, {0x03}});
  stream.insert(stream.end(), second.begin(), second.end());
  const auto first = decode_tcp(stream);
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->transaction, 0x1501);
  const auto next = decode_tcp(OctetView{stream}.subspan((*first)->octets()));
  ASSERT_TRUE(next && *next);
  EXPECT_EQ(**next, (TcpFrame{2, 1, {0x03}}));
}

TEST(TcpFrameTest, AnyPrefixIsNotYetAFrame) {
  const Octets stream = encode_tcp({7, 3, {0x03, 0x02, 0x12, 0x34}});
  for (std::size_t length = 0; length < stream.size(); ++length) {
    const auto frame = decode_tcp(OctetView{stream}.first(length));
    ASSERT_TRUE(frame);
    EXPECT_FALSE(*frame);
  }
}

TEST(TcpFrameTest, ForeignProtocolAndImpossibleLengthEndTheConnection) {
  EXPECT_EQ(decode_tcp(*hex::parse("00 01 00 01")).error().reason, TcpFault::Reason::WrongProtocol);
  EXPECT_EQ(decode_tcp(*hex::parse("00 01 00 00 00 01")).error().reason,
            TcpFault::Reason::WrongLength);
  EXPECT_EQ(decode_tcp(*hex::parse("00 01 00 00 00 ff")).error().reason,
            TcpFault::Reason::WrongLength);
}

}  // namespace
}  // namespace metergate::modbus
