// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>

#include "gateway/links/mqtt_socket.hpp"
#include "tests/support/mosquitto.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;

// Otherwise an order waits 40 ms and more for the acknowledgement of the message before it.
TEST(MqttClientTest, NothingThatIsSentWaitsForAnAcknowledgement) {
  const test::Mosquitto broker;
  boost::asio::io_context loop;
  MqttClientSettings settings;
  settings.broker.host = "127.0.0.1";
  settings.broker.port = broker.port();
  settings.broker.client_id = "no-delay";
  bool connected = false;
  MqttClient client{loop, settings, {.connected = [&] { connected = true; }}};
  client.start();
  const auto work = boost::asio::make_work_guard(loop);
  while (!connected && loop.run_one_for(10s) > 0) {
  }
  ASSERT_TRUE(connected) << broker.log();
  const auto sockets = mqtt_socket::connected_to_port(broker.port());
  ASSERT_EQ(sockets.size(), 1U);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ASSERT_EQ(::getsockopt(*sockets.begin(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length), 0);
  EXPECT_NE(no_delay, 0);
  client.stop();
}

}  // namespace
}  // namespace metergate
