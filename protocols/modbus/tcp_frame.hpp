// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// Frames of MODBUS Messaging on TCP/IP V1.0b, 3.1.3: the MBAP header (transaction, protocol 0,
/// length, unit) and the PDU, one after another in a stream.
namespace metergate::modbus {

inline constexpr std::size_t kMbapOctets = 7;
inline constexpr std::size_t kMaxPduOctets = 253;

struct TcpFrame {
  std::uint16_t transaction = 0;
  std::uint8_t unit = 0;
  Octets pdu;
  friend bool operator==(const TcpFrame&, const TcpFrame&) = default;

  /// What it takes in the stream.
  [[nodiscard]] std::size_t octets() const { return kMbapOctets + pdu.size(); }
};

/// The stream can't be followed any further: the connection has to be closed.
struct TcpFault {
  enum class Reason : std::uint8_t { WrongProtocol, WrongLength };
  Reason reason = Reason::WrongProtocol;
  std::size_t offset = 0;
};
[[nodiscard]] std::string_view fault_word(TcpFault::Reason reason);

[[nodiscard]] Octets encode_tcp(const TcpFrame& frame);
/// The first frame of the stream, or nothing while it has not arrived whole.
[[nodiscard]] Result<std::optional<TcpFrame>, TcpFault> decode_tcp(OctetView stream);

}  // namespace metergate::modbus
