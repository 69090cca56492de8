// SPDX-License-Identifier: Apache-2.0
// Lines that are opened by IEC 62056-21, and their meters.
#include <gmock/gmock.h>

#include "config/load.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kLine = "site = \"s\"\n[[line]]\nname = \"a\"\ndevice = \"/dev/ttyUSB0\"\n";
const std::string kModeC = kLine + "protocol = \"mode-c\"\n";
const std::string kModeE = kLine + "protocol = \"dlms\"\nopening = \"mode-e\"\n";

std::string meter(const std::string& id, const std::string& keys = {}) {
  return "[[meter]]\nid = \"" + id + "\"\nmodel = \"v\"\nline = \"a\"\n" + keys;
}

TEST(LoadModeC, ALineBeginsAtThreeHundredBaudAndEndsAtItsOwn) {
  const Configuration read = good(kModeC + meter("m"));
  EXPECT_EQ(read.lines[0].protocol, LineProtocol::ModeC);
  const auto& serial = std::get<SerialLine>(read.lines[0].access);
  EXPECT_EQ(serial.opening_baud, 300U);
  EXPECT_EQ(serial.baud, 9'600U);
  EXPECT_EQ(read.lines[0].timeout_floor, read.lines[0].timeout_ceiling) << "nothing to be learnt";
  EXPECT_EQ(read.lines[0].timeout_ceiling, std::chrono::seconds{2});
  EXPECT_EQ(read.meters[0].address, 1) << "its place on our list";
  EXPECT_TRUE(read.meters[0].device_address.empty());
  const Configuration fast = good(kModeC + "baud = 19200\nopening_baud = 2400\n");
  EXPECT_EQ(std::get<SerialLine>(fast.lines[0].access).opening_baud, 2'400U);
}

TEST(LoadModeC, SpeedsAreThoseOfTheStandard) {
  EXPECT_THAT(
      mistakes(kModeC + "baud = 38400\n"),
      ElementsAre(HasSubstr("baud is 38400; allowed: 300, 600, 1200, 2400, 4800, 9600 or 19200")));
  EXPECT_THAT(mistakes(kModeC + "opening_baud = 1000\n"),
              ElementsAre(HasSubstr("opening_baud is 1000")));
  EXPECT_THAT(mistakes(kModeC + "baud = 300\nopening_baud = 2400\n"),
              ElementsAre(HasSubstr("at least opening_baud")));
  EXPECT_THAT(mistakes(kModeC + "parity = \"odd\"\n"),
              ElementsAre(HasSubstr("mode C is always 7E1")));
}

TEST(LoadModeC, ItIsOnASerialLineOnly) {
  EXPECT_THAT(
      mistakes("site = \"s\"\n[[line]]\nname = \"a\"\nhost = \"h\"\nprotocol = \"mode-c\"\n"),
      ElementsAre(HasSubstr("mode C needs a device")));
}

TEST(LoadModeC, ModeEIsAnOptionOfADlmsLine) {
  const Configuration read = good(kModeE + meter("m", "address = 17\ndevice_address = \"VM 1\"\n"));
  EXPECT_EQ(read.lines[0].protocol, LineProtocol::DlmsHdlc);
  EXPECT_EQ(std::get<SerialLine>(read.lines[0].access).opening_baud, 300U);
  EXPECT_EQ(read.meters[0].device_address, "VM 1");
  EXPECT_EQ(read.meters[0].address, 17);
  const Configuration plain = good(kLine + "protocol = \"dlms\"\nopening = \"none\"\n");
  EXPECT_FALSE(std::get<SerialLine>(plain.lines[0].access).opening_baud);
  EXPECT_THAT(mistakes(kLine + "protocol = \"dlms\"\nopening = \"mode-d\"\n"),
              ElementsAre(HasSubstr("none or mode-e")));
  EXPECT_THAT(mistakes(kLine + "protocol = \"dlms\"\nopening_baud = 300\n"),
              ElementsAre(HasSubstr("opening = \"mode-e\"")));
  EXPECT_THAT(mistakes(kLine + "opening = \"mode-e\"\n"), ElementsAre(HasSubstr("opening")))
      << "not with Modbus";
}

TEST(LoadModeC, SeveralMetersOfALineHaveAnAddressEach) {
  EXPECT_EQ(
      good(kModeC + meter("m", "device_address = \"1\"\n") + meter("n", "device_address = \"2\"\n"))
          .meters[1]
          .address,
      2);
  EXPECT_THAT(mistakes(kModeC + meter("m") + meter("n")),
              ElementsAre(HasSubstr("one for each meter of line a")));
  EXPECT_THAT(mistakes(kModeC + meter("m") + meter("n", "device_address = \"2\"\n")),
              ElementsAre(HasSubstr("one for each meter of line a")));
  EXPECT_THAT(mistakes(kModeC + meter("m", "device_address = \"2\"\n") +
                       meter("n", "device_address = \"2\"\n")),
              ElementsAre(HasSubstr("2 is taken")));
  EXPECT_THAT(mistakes(kModeE + meter("m", "address = 17\n") + meter("n", "address = 18\n")),
              ElementsAre(HasSubstr("one for each meter of line a")));
}

TEST(LoadModeC, ADeviceAddressBelongsToAnOpenedLine) {
  EXPECT_THAT(mistakes(kModeC + meter("m", "device_address = \"1/2\"\n")),
              ElementsAre(HasSubstr("at most 32 digits, letters and spaces")));
  EXPECT_THAT(mistakes(kModeC + meter("m", "address = 4\n")),
              ElementsAre(HasSubstr("known by device_address")));
  EXPECT_THAT(mistakes(kLine + meter("m", "address = 4\ndevice_address = \"1\"\n")),
              ElementsAre(HasSubstr("protocol = \"mode-c\"")));
  EXPECT_THAT(mistakes(kModeC + meter("m", "device_address = \"" + std::string(32, '1') + "\"\n")),
              IsEmpty());
}

}  // namespace
}  // namespace metergate::config
