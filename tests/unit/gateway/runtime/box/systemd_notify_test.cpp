// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/box/systemd_notify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace metergate::runtime {
namespace {

/// The end systemd would hold, in the abstract namespace.
class SystemdNotify : public testing::Test {
 protected:
  void SetUp() override {
    name_ = "@metergate-notify-" + std::to_string(getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, sizeof address.sun_path - 1);
    address.sun_path[0] = '\0';
    fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    ASSERT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name_.c_str(), 1);
  }
  void TearDown() override {
    ::close(fd_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  [[nodiscard]] std::string received() const {
    std::array<char, 512> room{};
    const ssize_t got = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    return got < 0 ? std::string{} : std::string{room.data(), static_cast<std::size_t>(got)};
  }
  int fd_ = -1;
  std::string name_;
};

TEST_F(SystemdNotify, EachStateIsOneDatagram) {
  EXPECT_EQ(notify_ready("12 meters"), Told::Yes);
  EXPECT_EQ(received(), "READY=1\nSTATUS=12 meters");
  EXPECT_EQ(notify_stopping(), Told::Yes);
  EXPECT_EQ(received(), "STOPPING=1");
  EXPECT_EQ(notify_watchdog(), Told::Yes);
  EXPECT_EQ(received(), "WATCHDOG=1");
  EXPECT_EQ(notify_reloading(), Told::Yes);
  EXPECT_THAT(received(), testing::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
}

TEST_F(SystemdNotify, StatusCannotSmuggleInAnotherAssignment) {
  EXPECT_EQ(notify_status("a\nREADY=1"), Told::Yes);
  EXPECT_EQ(received(), "STATUS=a READY=1");
}

TEST_F(SystemdNotify, OutsideSystemdNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(notify_ready("x"), Told::NoOneListens);
  setenv("NOTIFY_SOCKET", "relative", 1);
  EXPECT_EQ(notify_ready("x"), Told::NoOneListens);
}

TEST_F(SystemdNotify, WatchdogIsOnlyForTheProcessItIsMeantFor) {
  EXPECT_EQ(watchdog_limit(), std::nullopt);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(watchdog_limit(), std::chrono::seconds{30});
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_limit(), std::nullopt);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_limit(), std::chrono::seconds{30});
  setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(watchdog_limit(), std::nullopt);
}

}  // namespace
}  // namespace metergate::runtime
