// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/capture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <vector>

#include "gateway/cli/trace/trace_capture.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/hex.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Packet {
  std::uint64_t at_us = 0;
  std::uint32_t true_octets = 0;
  Octets octets;
  std::string comment;

  [[nodiscard]] std::string payload() const { return hex::text(OctetView{octets}.subspan(40)); }
  [[nodiscard]] std::uint32_t sequence() const {
    ByteReader in{OctetView{octets}.subspan(24)};
    return in.u32();
  }
};

/// Blocks with both of their lengths, as a reader of pcapng takes them; packets alone come out.
std::vector<Packet> packets_of(const Octets& file) {
  std::vector<Packet> out;
  OctetView left{file};
  while (!left.empty()) {
    ByteReader head{left};
    const std::uint32_t type = head.u32();
    const std::uint32_t total = head.u32();
    EXPECT_EQ(total % 4, 0U);
    EXPECT_LE(total, left.size());
    if (total < 12 || total > left.size()) return out;
    ByteReader tail{left.subspan(total - 4)};
    EXPECT_EQ(tail.u32(), total);
    if (type == 6) {
      Packet packet;
      static_cast<void>(head.u32());
      packet.at_us = std::uint64_t{head.u32()} << 32U;
      packet.at_us += head.u32();
      const std::uint32_t captured = head.u32();
      packet.true_octets = head.u32();
      const OctetView body = left.subspan(28);
      packet.octets.assign(body.begin(), body.begin() + captured);
      const std::size_t options = (captured + 3) / 4 * 4;
      if (28 + options + 4 < total) {
        ByteReader option{body.subspan(options)};
        EXPECT_EQ(option.u16(), 1);
        const std::size_t length = option.u16();
        const auto text = body.subspan(options + 4, length);
        packet.comment.assign(text.begin(), text.end());
      }
      out.push_back(std::move(packet));
    }
    left = left.subspan(total);
  }
  return out;
}

CapturedExchange exchange(const char* line) {
  const auto out = captured_exchange(boost::json::parse(line).as_object());
  EXPECT_TRUE(out) << line;
  return out.value_or(CapturedExchange{});
}

TEST(Capture, AFileBeginsWithSectionAndInterface) {
  EXPECT_EQ(hex::text(Capture::head()),
            "0a 0d 0d 0a 00 00 00 1c 1a 2b 3c 4d 00 01 00 00 ff ff ff ff ff ff ff ff 00 00 00 1c "
            "00 00 00 01 00 00 00 14 00 65 00 00 00 00 00 00 00 00 00 14");
}

TEST(Capture, AModbusExchangeIsTwoPacketsOfATcpConnection) {
  Capture capture;
  const auto packets = packets_of(capture.packets(exchange(
      R"({"at":"1970-01-01T00:00:01.000Z","meter":"m1","link":"line-a","protocol":"modbus",
          "address":17,"on_wire_us":61234,"request":"03 00 c8 00 02",
          "answer":"03 04 00 00 12 34"})")));
  ASSERT_THAT(packets, SizeIs(2));
  // IPv4 header with its check sum, TCP from port 49152 to 502, then the frame of Modbus/TCP.
  EXPECT_EQ(hex::text(packets[0].octets),
            "45 00 00 34 00 00 40 00 40 06 b6 c0 c0 00 02 01 c0 00 02 02 "
            "c0 00 01 f6 00 00 00 01 00 00 00 01 50 18 ff ff 57 f0 00 00 "
            "00 01 00 00 00 06 11 03 00 c8 00 02");
  EXPECT_EQ(packets[0].at_us, 1'000'000U - 61'234U);
  EXPECT_EQ(packets[0].true_octets, packets[0].octets.size());
  EXPECT_THAT(packets[0].comment, HasSubstr("read 2 holding registers from 200"));
  EXPECT_EQ(packets[1].payload(), "00 01 00 00 00 07 11 03 04 00 00 12 34");
  EXPECT_EQ(packets[1].at_us, 1'000'000U);
  EXPECT_EQ(packets[1].comment, "");
}

TEST(Capture, TheNextExchangeGoesOnInTheStream) {
  Capture capture;
  const auto one = exchange(
      R"({"at":"2026-03-01T10:17:00.123Z","meter":"m1","protocol":"modbus","address":1,
          "request":"03 00 c8 00 02","answer":"03 04 00 00 12 34"})");
  static_cast<void>(capture.packets(one));
  const auto packets = packets_of(capture.packets(one));
  ASSERT_THAT(packets, SizeIs(2));
  EXPECT_EQ(packets[0].sequence(), 1U + 12U);
  EXPECT_EQ(packets[1].sequence(), 1U + 13U);
  EXPECT_THAT(packets[0].payload(), testing::StartsWith("00 02 00 00"));
}

TEST(Capture, AnApduHasItsWrapper) {
  Capture capture;
  const auto packets = packets_of(capture.packets(exchange(
      R"({"at":"2026-03-01T10:17:00.123Z","meter":"d1","protocol":"dlms","address":18,
          "request":"c0 01 c1 00 08 00 00 01 00 00 ff 02 00","answer":"c4 01 c1 01 0b"})")));
  ASSERT_THAT(packets, SizeIs(2));
  EXPECT_EQ(packets[0].payload(), "00 01 00 01 00 12 00 0d c0 01 c1 00 08 00 00 01 00 00 ff 02 00");
  EXPECT_EQ(packets[1].payload(), "00 01 00 12 00 01 00 05 c4 01 c1 01 0b");
}

TEST(Capture, AnMqttMetersPayloadsArePublished) {
  Capture capture;
  const auto packets = packets_of(capture.packets(
      exchange(R"({"at":"2026-03-01T10:17:00.123Z","meter":"m","protocol":"mqtt","request":"7b 7d",
                   "answer":"7b 22 22 7d"})")));
  ASSERT_THAT(packets, SizeIs(2));
  EXPECT_EQ(packets[0].payload(), "30 0d 00 09 6d 2f 72 65 71 75 65 73 74 7b 7d");
  EXPECT_EQ(packets[1].payload(), "30 10 00 0a 6d 2f 72 65 73 70 6f 6e 73 65 7b 22 22 7d");
}

TEST(Capture, OfATokenOnlyTheLengthIsThere) {
  for (const char* line :
       {R"({"at":"2026-03-01T10:17:00Z","meter":"m","protocol":"modbus","hidden_octets":30,
            "fault":"no-answer","what":"none within 500 ms"})",
        R"({"at":"2026-03-01T10:17:00Z","meter":"m","protocol":"dlms","hidden_octets":30,
            "fault":"no-answer","what":"none within 500 ms"})",
        R"({"at":"2026-03-01T10:17:00Z","meter":"m","protocol":"mqtt","hidden_octets":30,
            "fault":"no-answer","what":"none within 500 ms"})"}) {
    Capture capture;
    const auto packets = packets_of(capture.packets(exchange(line)));
    ASSERT_THAT(packets, SizeIs(1)) << "a request without answer";
    EXPECT_EQ(packets[0].true_octets, packets[0].octets.size() + 30) << line;
    EXPECT_THAT(packets[0].comment, HasSubstr("30 octets that are not shown"));
    EXPECT_THAT(packets[0].comment, HasSubstr("no-answer"));
  }
}

TEST(Capture, AnAnswerOfManyBlocksIsSegmentsThatHold) {
  CapturedExchange profile = exchange(
      R"({"at":"2026-03-01T10:17:00Z","meter":"d1","protocol":"dlms","address":1,"request":"c0"})");
  profile.answer = Octets(210'000, 0x55);
  Capture capture;
  const auto packets = packets_of(capture.packets(profile));
  ASSERT_THAT(packets, SizeIs(1 + 5)) << "as much of it as the wrapper has room for";
  EXPECT_THAT(packets[1].payload().substr(0, 23), "00 01 00 01 00 01 ff ff");
  std::size_t shown = 0;
  for (std::size_t at = 1; at < packets.size(); ++at) {
    EXPECT_EQ(packets[at].sequence(), 1 + shown);
    shown += packets[at].octets.size() - 40;
  }
  EXPECT_EQ(shown, 8U + 65'535U);
}

TEST(Capture, LinesThatMakeNoSenseAreLeftOut) {
  for (const char* line : {"{}", R"({"at":"yesterday","protocol":"modbus","request":"03"})",
                           R"({"at":"2026-03-01T10:17:00Z","protocol":"knx","request":"03"})",
                           R"({"at":"2026-03-01T10:17:00Z","protocol":"dlms","request":"0"})"}) {
    EXPECT_FALSE(captured_exchange(boost::json::parse(line).as_object())) << line;
  }
}

TEST(CaptureFile, IsNewItsOwnersAloneAndWholeAfterEveryExchange) {
  namespace fs = std::filesystem;
  const test::TemporaryDirectory folder;
  const fs::path path = folder.path() / "capture.pcapng";
  auto file = CaptureFile::create(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto one =
      exchange(R"({"at":"2026-03-01T10:17:00Z","meter":"m","protocol":"mqtt","request":"7b 7d"})");
  for (std::size_t count = 1; count <= 3; ++count) {
    ASSERT_TRUE(file->add(one));
    std::ifstream in{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_THAT(packets_of(Octets(text.begin(), text.end())), SizeIs(count));
  }
  const auto again = CaptureFile::create(path);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().text, HasSubstr("File exists"));
  EXPECT_FALSE(CaptureFile::create("/no/such/folder/file.pcapng"));
}

}  // namespace
}  // namespace metergate::cli
