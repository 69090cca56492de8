// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/modbus_port.hpp"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <iterator>
#include <thread>

#include "gateway/sim/wire/pseudo_terminal.hpp"

/// libmodbus on ends that do not behave.
namespace metergate {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

/// Reads one register of unit 5.
WireRequest request_for(std::uint8_t first) {
  WireRequest out;
  out.to.number = 5;
  out.octets = {3, 0, first, 0, 1};
  out.answer_octets = 4;
  out.timeout = 500ms;
  return out;
}

config::Line serial_line(const std::filesystem::path& device, std::uint32_t baud = 9'600) {
  config::Line line;
  config::SerialLine serial;
  serial.device = device;
  serial.baud = baud;
  line.access = serial;
  return line;
}

TEST(ModbusPortTest, SomebodyWhoNeverStopsSendingTrapsNobody) {
  auto terminal = sim::PseudoTerminal::open();
  ASSERT_TRUE(terminal);
  // Slow, so that a babbler who is kept waiting leaves no silence all the same.
  ModbusPort port{serial_line(terminal->device(), 1'200)};
  ASSERT_EQ(port.ensure_open(), "");
  std::atomic<bool> begun = false;
  std::atomic<bool> over = false;
  std::thread babbler{[&] {
    while (!over) {
      static_cast<void>(write(terminal->far_end(), "U", 1));
      begun = true;
      begun.notify_one();
      std::this_thread::sleep_for(1ms);
    }
  }};
  begun.wait(false);
  const auto began = std::chrono::steady_clock::now();
  const auto result = port.exchange(request_for(0));
  const auto took = std::chrono::steady_clock::now() - began;
  over = true;
  babbler.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, LinkFault::Reason::NotSent);
  EXPECT_LT(took, 10s);
  EXPECT_EQ(port.statistics().requests, 0U);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(ModbusPortTest, ADeviceThatAnotherHoldsCostsNoDescriptors) {
  auto terminal = sim::PseudoTerminal::open();
  ASSERT_TRUE(terminal);
  ModbusPort first{serial_line(terminal->device())};
  ASSERT_EQ(first.ensure_open(), "");
  ModbusPort second{serial_line(terminal->device())};
  EXPECT_NE(second.ensure_open(), "");
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) EXPECT_NE(second.ensure_open(), "");
  EXPECT_EQ(open_descriptors(), before);
  first.close();
  EXPECT_EQ(second.ensure_open(), "");
}

/// A converter that sends something else before or after the first answer of each connection; the
/// value it answers with is the register that was asked for.
class Converter {
 public:
  Converter(Octets before, bool twice) : before_{std::move(before)}, twice_{twice} {
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Converter() {
    over_ = true;
    boost::system::error_code ignored;
    tcp::socket knock{loop_};
    knock.connect(acceptor_.local_endpoint(), ignored);
    knock.close(ignored);
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    while (!over_) {
      tcp::socket client{loop_};
      acceptor_.accept(client);
      bool is_first = true;
      for (std::array<std::uint8_t, 12> asked{};;) {
        boost::system::error_code gone;
        boost::asio::read(client, boost::asio::buffer(asked), gone);
        if (gone) break;
        const Octets answer{asked[0], asked[1], 0, 0, 0, 5, 5, 3, 2, 0, asked[9]};
        Octets out = is_first ? before_ : Octets{};
        out.insert(out.end(), answer.begin(), answer.end());
        if (is_first && twice_) out.insert(out.end(), answer.begin(), answer.end());
        boost::asio::write(client, boost::asio::buffer(out), gone);
        is_first = false;
      }
    }
  }

  Octets before_;
  bool twice_;
  std::atomic<bool> over_ = false;
  boost::asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

/// What the port takes for the answers to six requests: the register each asked for, or nothing.
void every_answer_is_its_own(Octets before, bool twice) {
  const Converter converter{std::move(before), twice};
  config::Line line;
  line.access = config::TcpEndpoint{"127.0.0.1", converter.port()};
  ModbusPort port{line};
  int right = 0;
  for (std::uint8_t first = 1; first <= 6; ++first) {
    const auto result = port.exchange(request_for(first));
    if (!result) continue;
    EXPECT_EQ(result->octets, (Octets{3, 2, 0, first}));
    ++right;
    std::this_thread::yield();
  }
  port.close();
  EXPECT_GE(right, twice ? 6 : 0);
}

TEST(ModbusPortTest, AFrameOfAnotherUnitDoesNotShiftTheAnswers) {
  every_answer_is_its_own({0, 0, 0, 0, 0, 5, 6, 3, 2, 0, 77}, false);
}

TEST(ModbusPortTest, AnAnswerThatCameTwiceIsNotTheNextOne) { every_answer_is_its_own({}, true); }

}  // namespace
}  // namespace metergate
