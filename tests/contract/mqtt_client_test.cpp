// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <cstdio>
#include <future>
#include <optional>
#include <thread>

#include "gateway/links/mqtt_socket.hpp"
#include "tests/support/half_refusing_broker.hpp"
#include "tests/support/mosquitto.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;

/// Runs the loop until that is so.
template <typename Condition>
bool run_until(boost::asio::io_context& loop, Condition is_so) {
  loop.restart();  // it stops where nothing is left to do
  const auto work = boost::asio::make_work_guard(loop);
  while (!is_so() && loop.run_one_for(20s) > 0) {
  }
  return is_so();
}

/// Waits until that is so by the doing of other threads and processes.
template <typename Condition>
bool comes_true(Condition is_so) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!is_so() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  return is_so();
}

int times(const std::string& text, std::string_view words) {
  int found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

/// From a process of its own, since all clients of this one share Paho's thread. Returns when the
/// broker has all of them.
void publish_lines(std::uint16_t port, const std::string& topic,
                   const std::vector<std::string>& lines) {
  const std::string command =
      "mosquitto_pub -V mqttv5 -q 1 -l -p " + std::to_string(port) + " -t " + topic;
  std::FILE* const publisher = ::popen(command.c_str(), "w");
  ASSERT_NE(publisher, nullptr);
  for (const std::string& line : lines) std::fputs((line + '\n').c_str(), publisher);
  ASSERT_EQ(::pclose(publisher), 0);
}

MqttClientSettings settings_for(std::uint16_t port, const std::string& client_id) {
  MqttClientSettings settings;
  settings.broker.host = "127.0.0.1";
  settings.broker.port = port;
  settings.broker.client_id = client_id;
  return settings;
}

/// What comes to it may wait for `time`.
MqttClientSettings acknowledging_late(std::uint16_t port, const std::string& client_id,
                                      std::chrono::milliseconds time) {
  MqttClientSettings settings = settings_for(port, client_id);
  settings.broker.keep_alive = 1h;
  settings.acknowledge_late = [](std::string_view) { return true; };
  settings.acknowledge_within = time;
  return settings;
}

// Otherwise an order waits 40 ms and more for the acknowledgement of the message before it.
TEST(MqttClientTest, NothingThatIsSentWaitsForAnAcknowledgement) {
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  bool connected = false;
  MqttClient client{
      loop, settings_for(broker.port(), "no-delay"), {.connected = [&] { connected = true; }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return connected; })) << broker.log();
  const auto sockets = mqtt_socket::connected_to_port(broker.port());
  ASSERT_EQ(sockets.size(), 1U);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ASSERT_EQ(::getsockopt(*sockets.begin(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length), 0);
  EXPECT_NE(no_delay, 0);
  client.stop();
}

// The loop that would release it is the one that stops.
TEST(MqttClientTest, AMessageThatWaitsDoesNotHoldUpTheStopAndComesAgain) {
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  MqttClientSettings settings = acknowledging_late(broker.port(), "late", 10min);
  settings.subscriptions = {"orders/#"};
  bool connected = false;
  int arrived = 0;
  MqttClient client{loop,
                    settings,
                    {.connected = [&] { connected = true; },
                     .message = [&](const MqttMessage&, const auto&) { ++arrived; }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return connected; })) << broker.log();
  MqttMessage order;
  order.topic = "orders/1";
  client.publish(std::move(order), [](Published) {});
  ASSERT_TRUE(run_until(loop, [&] { return arrived == 1; })) << broker.log();
  client.stop();

  MqttClient again{loop, settings, {.message = [&](const MqttMessage&, const auto& release) {
                     ++arrived;
                     release();
                   }}};
  again.start();
  EXPECT_TRUE(run_until(loop, [&] { return arrived == 2; })) << broker.log();
  again.stop();
}

// Paho holds its one lock for all clients of the process while the message waits.
TEST(MqttClientTest, AMessageThatWaitsDoesNotHoldUpTheStopOfAnotherClientAndComesAgain) {
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  bool other_connected = false;
  MqttClient other{
      loop, settings_for(broker.port(), "other"), {.connected = [&] { other_connected = true; }}};
  other.start();
  MqttClientSettings settings = acknowledging_late(broker.port(), "late", 30s);
  settings.subscriptions = {"orders/#"};
  int arrived = 0;
  MqttClient client{loop, settings, {.message = [&](const MqttMessage&, const auto& release) {
                      if (++arrived > 1) release();
                    }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return other_connected && client.connected(); }));
  MqttMessage order;
  order.topic = "orders/1";
  client.publish(std::move(order), [](Published) {});
  ASSERT_TRUE(run_until(loop, [&] { return arrived == 1; })) << broker.log();

  const auto begin = std::chrono::steady_clock::now();
  other.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
  EXPECT_TRUE(run_until(loop, [&] { return arrived == 2; })) << broker.log();
  client.stop();
}

TEST(MqttClientTest, AStopBeforeTheLoopHeardOfTheConnectionLeavesNothingOfIt) {
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  MqttClientSettings settings = settings_for(broker.port(), "early");
  settings.subscriptions = {"orders/#"};
  MqttClient client{loop, settings, {}};
  client.start();
  ASSERT_TRUE(comes_true([&] { return times(broker.log(), "Sending SUBACK to early") == 1; }))
      << broker.log();
  client.stop();
  EXPECT_TRUE(mqtt_socket::connected_to_port(broker.port()).empty());
}

// Whoever sends faster than the loop works would fill the memory.
TEST(MqttClientTest, MessagesBeyondWhatMayBeOnTheirWayStayWithTheBroker) {
  constexpr int kMessages = 60;
  constexpr int kRoom = 10;
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  MqttClientSettings settings = settings_for(broker.port(), "flooded");
  settings.broker.keep_alive = 1h;
  settings.acknowledge_within = 10min;
  settings.subscriptions = {"flood/#"};
  settings.max_undelivered_octets = kRoom * 1'600;  // a message of 1,000 costs 1,519
  bool connected = false;
  std::vector<std::string> arrived;
  MqttClient client{
      loop,
      settings,
      {.connected = [&] { connected = true; },
       .message = [&](MqttMessage message, const auto&) { arrived.push_back(message.payload); }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return connected; })) << broker.log();
  std::vector<std::string> lines;
  for (int line = 0; line < kMessages; ++line) {
    lines.push_back(std::to_string(line) + std::string(1'000, '.'));
    lines.back().resize(1'000);
  }
  publish_lines(broker.port(), "flood/1", lines);

  const auto acknowledged = [&] { return times(broker.log(), "Received PUBACK from flooded"); };
  for (int worked_off = 0; worked_off < kMessages; ++worked_off) {
    const int most = std::min(worked_off + kRoom, kMessages);
    ASSERT_TRUE(comes_true([&] { return acknowledged() >= most; })) << worked_off;
    ASSERT_EQ(acknowledged(), most) << worked_off;
    const auto goal = static_cast<std::size_t>(worked_off) + 1;
    ASSERT_TRUE(run_until(loop, [&] { return arrived.size() >= goal; })) << worked_off;
  }
  EXPECT_EQ(arrived, lines);
  client.stop();
}

// Paho has one lock for all clients of the process: a message that nobody takes keeps it.
TEST(MqttClientTest, ABrokerThatRefusesOneOfTheSubscriptionsIsLeftAtOnce) {
  test::HalfRefusingBroker broker;
  boost::asio::io_context loop;
  MqttClientSettings settings = acknowledging_late(broker.port(), "half", 10min);
  settings.broker.reconnect_min = settings.broker.reconnect_max = 10min;
  settings.subscriptions = {"granted/#", "refused/#"};
  std::optional<ConnectionLoss> loss;
  MqttClient client{loop, settings, {.lost = [&](const ConnectionLoss& why) { loss = why; }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return loss.has_value(); }));
  EXPECT_TRUE(loss->refused);
  EXPECT_EQ(loss->why,
            "the broker refuses the subscription to refused/#: Not authorized (MQTT reason 0x87)");
  const auto seen = broker.seen();
  EXPECT_TRUE(seen.was_left);
  EXPECT_FALSE(seen.message_was_acknowledged) << "it is the broker's again";
  client.stop();
}

TEST(MqttClientTest, ABrokerThatSaysNothingHoldsUpNoOtherClient) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  const tcp::acceptor silent{io, {boost::asio::ip::address_v4::loopback(), 0}};
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  bool was_given_up = false;
  MqttClient waiting{loop,
                     settings_for(silent.local_endpoint().port(), "waiting"),
                     {.lost = [&](const ConnectionLoss&) { was_given_up = true; }}};
  waiting.start();
  ASSERT_TRUE(comes_true(
      [&] { return !mqtt_socket::connected_to_port(silent.local_endpoint().port()).empty(); }));
  bool connected = false;
  MqttClient client{
      loop, settings_for(broker.port(), "served"), {.connected = [&] { connected = true; }}};
  client.start();
  ASSERT_TRUE(run_until(loop, [&] { return connected; })) << broker.log();
  EXPECT_FALSE(was_given_up);
  client.stop();
  waiting.stop();
}

// Paho does not end a subscription of a kept session with its connection.
TEST(MqttClientTest, ABrokerThatHangsUpOnASubscriptionIsTriedAgainSoon) {
  using boost::asio::ip::tcp;
  using Clock = std::chrono::steady_clock;
  boost::asio::io_context io;
  tcp::acceptor broker{io, {boost::asio::ip::address_v4::loopback(), 0}};
  auto away_for = std::async(std::launch::async, [&] {
    auto socket = std::make_optional(broker.accept());
    std::array<char, 256> packet{};
    socket->read_some(boost::asio::buffer(packet));
    constexpr std::array<std::uint8_t, 5> kConnAck{0x20, 3, 0, 0, 0};
    boost::asio::write(*socket, boost::asio::buffer(kConnAck));
    socket->read_some(boost::asio::buffer(packet));
    socket.reset();
    const auto gone = Clock::now();
    socket = broker.accept();
    return Clock::now() - gone;
  });
  boost::asio::io_context loop;
  MqttClientSettings settings = settings_for(broker.local_endpoint().port(), "hung-up");
  settings.broker.reconnect_min = settings.broker.reconnect_max = 100ms;
  settings.subscriptions = {"orders/#"};
  int losses = 0;
  MqttClient client{loop, settings, {.lost = [&](const ConnectionLoss&) { ++losses; }}};
  client.start();
  EXPECT_TRUE(run_until(loop, [&] { return losses > 1; }));
  EXPECT_LT(away_for.get(), 5s);
  client.stop();
}

}  // namespace
}  // namespace metergate
