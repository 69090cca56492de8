// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::cli {

/// One exchange with a meter as a capture shows it.
struct CapturedExchange {
  enum class Protocol : std::uint8_t { Modbus, Dlms, Mqtt };
  Protocol protocol = Protocol::Modbus;
  UtcTime ended;                        ///< when the answer was there, or the wait was over
  std::chrono::microseconds length{0};  ///< from request to that
  std::uint16_t address = 0;            ///< Modbus unit, DLMS server port
  std::string meter;                    ///< for the topics of MQTT
  Octets request;                       ///< PDU, plain APDU or JSON
  std::size_t hidden_octets = 0;        ///< instead of a request that nobody may see
  std::optional<Octets> answer;
  std::string remark;  ///< stands beside the request's packet
};

/// Exchanges as a capture file that Wireshark, tshark and tcpdump open: pcapng, big endian
/// (draft-ietf-opsawg-pcapng: section 4.1 to 4.3), packets of link type RAW (IPv4).
///
/// On whatever wire the exchange was, it is shown as a TCP connection from 192.0.2.1 to the meter
/// at 192.0.2.2, for that is what dissectors take without being told: port 502 for Modbus, 4059 for
/// the wrapper of DLMS, 1883 for MQTT. Link frames, check sums and ciphering of the true wire are
/// not in it. A hidden request is a packet of its true length of which nothing but the headers was
/// captured.
class Capture {
 public:
  /// What a file begins with.
  [[nodiscard]] static Octets head();
  [[nodiscard]] Octets packets(const CapturedExchange& exchange);

 private:
  enum class From : std::uint8_t { Gateway, Meter };
  void send(Octets& out, From from, const CapturedExchange& exchange, const Octets& message,
            std::size_t left_out, std::string_view remark);

  std::uint16_t transaction_ = 0;
  std::uint32_t gateway_octets_ = 1;  ///< TCP sequence numbers
  std::uint32_t meter_octets_ = 1;
};

}  // namespace metergate::cli
