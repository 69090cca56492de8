// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/lines.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "storage/owned_descriptor.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::doctor {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

config::Line line(const fs::path& device) {
  config::Line out;
  out.name = "line-1";
  out.access = config::SerialLine{device};
  return out;
}

class DoctorLines : public ::testing::Test {
 protected:
  DoctorLines() : terminal{::posix_openpt(O_RDWR | O_NOCTTY)} {
    ::grantpt(terminal.get());
    ::unlockpt(terminal.get());
    device = ::ptsname(terminal.get());
  }
  void adapter_keeps_octets_for(int milliseconds) {
    const fs::path folder = system.tty_class / device.filename() / "device";
    fs::create_directories(folder);
    std::ofstream{folder / "latency_timer"} << milliseconds << '\n';
  }
  test::TemporaryDirectory directory;
  SerialSystem system{directory.path()};
  OwnedDescriptor terminal;
  fs::path device;
};

TEST_F(DoctorLines, ADeviceThatCanBeOpenedIsFine) {
  const auto found = look_at_line(line(device), system);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].verdict, Verdict::Ok);
  EXPECT_EQ(found[0].subject, "line line-1");
}

TEST_F(DoctorLines, ADeviceThatIsNotThereFails) {
  const auto found = look_at_line(line("/dev/serial/by-id/usb-none"), system);
  EXPECT_EQ(found[0].verdict, Verdict::Fail);
  EXPECT_THAT(found[0].text, HasSubstr("/dev/serial/by-id/usb-none is not there"));
}

TEST_F(DoctorLines, WhatIsNoTerminalFails) {
  EXPECT_EQ(look_at_line(line("/dev/null"), system)[0].verdict, Verdict::Fail);
  EXPECT_EQ(look_at_line(line(directory.path()), system)[0].verdict, Verdict::Fail);
}

TEST_F(DoctorLines, AnAdapterThatKeepsOctetsBackIsAWarningWithItsCure) {
  adapter_keeps_octets_for(16);
  const auto found = look_at_line(line(device), system);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].verdict, Verdict::Warn);
  EXPECT_THAT(found[1].text, HasSubstr("16 ms"));
  EXPECT_THAT(found[1].advice, HasSubstr("latency_timer"));
  adapter_keeps_octets_for(1);
  EXPECT_EQ(look_at_line(line(device), system).size(), 1U);
}

TEST_F(DoctorLines, AModbusTcpGatewayNobodyAnswersForFails) {
  config::Line tcp;
  tcp.name = "tcp";
  tcp.access = config::TcpEndpoint{"127.0.0.1", 1};
  const auto found = look_at_line(tcp, system);
  EXPECT_EQ(found[0].verdict, Verdict::Fail);
  EXPECT_THAT(found[0].text, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace metergate::doctor
