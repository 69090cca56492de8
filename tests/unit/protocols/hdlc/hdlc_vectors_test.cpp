// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocols/hdlc/frame_check.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/hdlc/llc.hpp"
#include "protocols/hdlc/parameters.hpp"
#include "protocols/hdlc/segments.hpp"
#include "tests/support/vector_entry.hpp"

namespace metergate::hdlc {
namespace {

using vectors::dlms;
using vectors::expected;

std::vector<Frame> frames_of(OctetView octets) {
  Framer framer;
  return framer.take(octets);
}

Frame only_frame(std::string_view id) {
  const Octets octets = vectors::octets(dlms(id), "hex");
  const auto frames = frames_of(octets);
  EXPECT_EQ(frames.size(), 1U) << id;
  if (frames.size() != 1) return {};
  EXPECT_EQ(encode_with_flags(frames[0]), octets) << id;
  return frames[0];
}

void check_address(const boost::json::object& told, const Address& address) {
  EXPECT_EQ(address.upper, vectors::number(told, "upper"));
  EXPECT_EQ(address.lower, told.contains("lower") ? vectors::number(told, "lower") : 0);
}

TEST(HdlcVectors, EveryFrameIsReadAsItWasMeantAndWrittenTheSame) {
  for (const auto* id : {"hdlc-snrm-1", "hdlc-snrm-2", "hdlc-snrm-4", "hdlc-ua-params",
                         "hdlc-ua-kamstrup", "hdlc-ua-empty", "hdlc-rr", "hdlc-disc", "hdlc-frmr",
                         "hdlc-i-aarq", "hdlc-i-aare", "hdlc-7e-in-info"}) {
    SCOPED_TRACE(id);
    const auto vector = dlms(id);
    const auto& told = expected(vector);
    const Frame frame = only_frame(id);
    check_address(told.at("dest").as_object(), frame.destination);
    check_address(told.at("src").as_object(), frame.source);
    EXPECT_EQ(frame.segmented, told.at("segmentation").as_bool());
    EXPECT_EQ(frame_word(frame.control.type), vectors::text(told, "type"));
    EXPECT_EQ(encode_control(frame.control), vectors::hex_number(told, "control"));
    EXPECT_EQ(frame.control.poll_final, told.at("pf").as_bool());
    EXPECT_EQ(frame.information.size(), vectors::number(told, "info_len"));
    if (told.contains("nr")) {
      EXPECT_EQ(frame.control.receive, vectors::number(told, "nr"));
    }
    if (told.contains("ns")) {
      EXPECT_EQ(frame.control.send, vectors::number(told, "ns"));
    }
    if (told.contains("llc")) {
      EXPECT_TRUE(without_llc(frame.information));
    }
  }
}

TEST(HdlcVectors, ParametersOfUaAreReadInEveryCoding) {
  const auto of = [](std::string_view id) {
    return decode_parameters(only_frame(id).information).value();
  };
  EXPECT_EQ(of("hdlc-ua-params"), (LinkParameters{128, 128, 1, 1}));
  EXPECT_EQ(of("hdlc-ua-kamstrup"), (LinkParameters{116, 116, 1, 1}));
  EXPECT_EQ(of("hdlc-ua-empty"), LinkParameters{});
  EXPECT_EQ(encode_parameters({128, 128, 1, 1}), only_frame("hdlc-ua-params").information);
}

TEST(HdlcVectors, TwoFramesMayShareAFlag) {
  const auto frames = frames_of(vectors::octets(dlms("hdlc-shared-flag"), "hex"));
  ASSERT_EQ(frames.size(), 2U);
  // 128 octets out and 62 in, windows 1 and 7: each station tells its own view.
  const auto first = decode_parameters(frames[0].information);
  ASSERT_TRUE(first);
  EXPECT_EQ(agreed({}, *first).information_transmit, 62);
}

TEST(HdlcVectors, SegmentsMakeOneApdu) {
  const auto vector = dlms("hdlc-segmented");
  const auto frames = frames_of(vectors::octets(vector, "hex"));
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].control.type, FrameType::Rr);
  ReceiveWindow window{1000};
  // The capture begins in the middle of a link.
  for (std::uint8_t i = 0; i < frames[0].control.send; ++i) {
    Frame before;
    before.control = {FrameType::I, true, i, 0};
    ASSERT_EQ(window.take(before), ReceiveWindow::Taken::Complete);
  }
  EXPECT_EQ(window.take(frames[0]), ReceiveWindow::Taken::More);
  EXPECT_EQ(window.expected(), frames[1].control.receive);
  EXPECT_EQ(window.take(frames[2]), ReceiveWindow::Taken::Complete);
  const Octets whole = window.release();
  const auto apdu = without_llc(whole);
  ASSERT_TRUE(apdu);
  EXPECT_EQ(Octets(apdu->begin(), apdu->end()),
            vectors::octets(expected(vector), "reassembled_apdu"));
}

TEST(HdlcVectors, AWrongFrameCheckIsDroppedSilently) {
  Framer framer;
  EXPECT_TRUE(framer.take(vectors::octets(dlms("hdlc-bad-fcs"), "hex")).empty());
  EXPECT_EQ(framer.counts().dropped, 1U);
}

TEST(HdlcVectors, PushesOfRealMetersAreFrames) {
  const Frame aidon = only_frame("push-aidon-1ph");
  EXPECT_EQ(aidon.control.type, FrameType::Ui);
  EXPECT_EQ(aidon.source, (Address{4, 65, 2}));
  const Frame kaifa = only_frame("push-kaifa");
  EXPECT_EQ(kaifa.control.type, FrameType::I);
  EXPECT_EQ(kaifa.destination, (Address{0, 0, 1}));
}

TEST(HdlcVectors, TheCheckSequenceIsThatOfX25) {
  const std::string_view digits = "123456789";
  EXPECT_EQ(frame_check(Octets(digits.begin(), digits.end())), 0x906E);
}

}  // namespace
}  // namespace metergate::hdlc
