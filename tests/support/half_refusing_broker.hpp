// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <string>

#include "protocols/octets/octets.hpp"

namespace metergate::test {

/// A broker of MQTT 5 for one client: grants its first subscription, refuses its second, and has a
/// message for the first right behind the refusal, which no real one can be told to do.
class HalfRefusingBroker {
 public:
  struct Seen {
    bool was_left = false;  ///< within twenty seconds
    bool message_was_acknowledged = false;
  };

  HalfRefusingBroker()
      : acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}},
        seen_{std::async(std::launch::async, [this] { return serve(); })} {}

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  /// When its client has gone, or does not go.
  [[nodiscard]] Seen seen() { return seen_.get(); }

 private:
  // First octets of packets (MQTT 5, 2.1.2).
  static constexpr std::uint8_t kConnect = 0x10;
  static constexpr std::uint8_t kPubAck = 0x40;
  static constexpr std::uint8_t kSubscribe = 0x82;

  Seen serve() {
    boost::asio::ip::tcp::socket socket = acceptor_.accept();
    const timeval patience{20, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    Seen seen;
    int subscriptions = 0;
    for (;;) {
      Octets head(2);
      if (!receive(socket, head, seen)) return seen;
      // What it is sent here has less than 128 octets: one octet of length.
      Octets rest(head[1]);
      if (!receive(socket, rest, seen)) return seen;
      if (head[0] == kConnect) send(socket, {0x20, 3, 0, 0, 0});
      if (head[0] == kPubAck) seen.message_was_acknowledged = true;
      if (head[0] != kSubscribe) continue;
      const bool granted = ++subscriptions == 1;
      send(socket, {0x90, 4, rest[0], rest[1], 0, static_cast<std::uint8_t>(granted ? 1 : 0x87)});
      if (granted) continue;
      const std::string topic = "granted/1";
      Octets publish{0x32, static_cast<std::uint8_t>(topic.size() + 6), 0,
                     static_cast<std::uint8_t>(topic.size())};
      publish.insert(publish.end(), topic.begin(), topic.end());
      publish.insert(publish.end(), {0, 1, 0, 'x'});  // packet id, no properties, payload
      send(socket, publish);
    }
  }

  static bool receive(boost::asio::ip::tcp::socket& socket, Octets& into, Seen& seen) {
    for (std::size_t at = 0; at < into.size();) {
      const auto got = ::recv(socket.native_handle(), &into[at], into.size() - at, 0);
      // An end, or a reset; not that nothing came.
      if (got <= 0) seen.was_left = got == 0 || errno == ECONNRESET;
      if (got <= 0) return false;
      at += static_cast<std::size_t>(got);
    }
    return true;
  }
  static void send(boost::asio::ip::tcp::socket& socket, const Octets& packet) {
    boost::system::error_code gone;
    boost::asio::write(socket, boost::asio::buffer(packet), gone);
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::future<Seen> seen_;
};

}  // namespace metergate::test
