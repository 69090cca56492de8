// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// Frames of MODBUS over Serial Line V1.02, 2.5.1: address, PDU, CRC (low octet first). On the wire
/// a frame ends with 3.5 characters of silence; a program that sees octets late can only go by the
/// length that the function code implies.
namespace metergate::modbus {

inline constexpr std::uint8_t kBroadcastAddress = 0;
inline constexpr std::size_t kMaxRtuFrameOctets = 256;
inline constexpr std::size_t kMinRtuFrameOctets = 4;

struct RtuFrame {
  std::uint8_t address = 0;
  Octets pdu;
  friend bool operator==(const RtuFrame&, const RtuFrame&) = default;
};

struct RtuFault {
  enum class Reason : std::uint8_t { TooShort, TooLong, CheckSum };
  Reason reason = Reason::TooShort;
  std::size_t offset = 0;
};
[[nodiscard]] std::string_view fault_word(RtuFault::Reason reason);

[[nodiscard]] Octets encode_rtu(std::uint8_t address, OctetView pdu);
[[nodiscard]] Result<RtuFrame, RtuFault> decode_rtu(OctetView frame);

/// Octets of the whole frame that begins with `start`; nothing while it can't be told yet or when
/// the function is none of pdu.hpp.
[[nodiscard]] std::optional<std::size_t> request_frame_octets(OctetView start);
[[nodiscard]] std::optional<std::size_t> response_frame_octets(OctetView start);

}  // namespace metergate::modbus
