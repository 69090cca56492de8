// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace metergate::test {

/// A bare socket that speaks as much MQTT 3.1.1 as a birth and a last will take, and dies without a
/// word: no client library of ours would.
class RawModem {
 public:
  RawModem(std::uint16_t port, std::string_view will_topic, std::string_view will) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    // The socket calls take every address family behind one pointer type.
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("no broker");
    }
    // MQTT 3.1.1, 3.1: protocol level 4; clean session, will with QoS 1, retained; no keep-alive.
    constexpr char kFlags = 0x02 | 0x04 | 0x08 | 0x20;
    send(0x10, field("MQTT") + char{4} + kFlags + std::string(2, '\0') + field("raw-modem") +
                   field(will_topic) + field(will));
    char accepted[4] = {};
    if (::recv(socket_, accepted, sizeof accepted, MSG_WAITALL) != 4 || accepted[3] != 0) {
      throw std::runtime_error("the broker refuses the connection");
    }
  }
  ~RawModem() { ::close(socket_); }
  RawModem(const RawModem&) = delete;
  RawModem& operator=(const RawModem&) = delete;

  /// Retained, QoS 0.
  void publish(std::string_view topic, std::string_view payload) const {
    send(0x31, field(topic) + std::string{payload});
  }

 private:
  static std::string field(std::string_view text) {
    std::string out;
    out += static_cast<char>(text.size() >> 8U);
    out += static_cast<char>(text.size() & 0xFFU);
    return out.append(text);
  }
  void send(std::uint8_t kind, const std::string& body) const {
    std::string packet{static_cast<char>(kind)};
    std::size_t left = body.size();
    do {
      const std::size_t seven = left % 128;
      left /= 128;
      packet += static_cast<char>(seven | (left > 0 ? 128U : 0U));
    } while (left > 0);
    packet += body;
    if (::send(socket_, packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
      throw std::runtime_error("the broker is gone");
    }
  }

  int socket_ = -1;
};

}  // namespace metergate::test
