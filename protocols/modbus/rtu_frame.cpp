// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/rtu_frame.hpp"

#include "protocols/modbus/exception_bit.hpp"
#include "protocols/modbus/pdu.hpp"
#include "protocols/octets/crc16.hpp"

namespace metergate::modbus {
namespace {

constexpr std::size_t kCrcOctets = 2;

// A frame whose length stands in its octet number `at`; nothing until that has arrived.
std::optional<std::size_t> counted(OctetView start, std::size_t at) {
  if (start.size() <= at) return std::nullopt;
  return at + 1 + start[at] + kCrcOctets;
}

}  // namespace

std::string_view fault_word(RtuFault::Reason reason) {
  switch (reason) {
    case RtuFault::Reason::TooShort:
      return "too short";
    case RtuFault::Reason::TooLong:
      return "too long";
    case RtuFault::Reason::CheckSum:
      return "wrong check sum";
  }
  return "";
}

Octets encode_rtu(std::uint8_t address, OctetView pdu) {
  Octets frame;
  frame.reserve(1 + pdu.size() + kCrcOctets);
  frame.push_back(address);
  frame.insert(frame.end(), pdu.begin(), pdu.end());
  const std::uint16_t crc = crc16_modbus(frame);
  frame.push_back(static_cast<std::uint8_t>(crc));
  frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
  return frame;
}

Result<RtuFrame, RtuFault> decode_rtu(OctetView frame) {
  using Reason = RtuFault::Reason;
  if (frame.size() < kMinRtuFrameOctets) return failure(RtuFault{Reason::TooShort, frame.size()});
  if (frame.size() > kMaxRtuFrameOctets) return failure(RtuFault{Reason::TooLong, frame.size()});
  // The CRC over a frame and its own CRC is zero.
  if (crc16_modbus(frame) != 0) return failure(RtuFault{Reason::CheckSum, frame.size() - 2});
  return RtuFrame{frame[0], Octets(frame.begin() + 1, frame.end() - kCrcOctets)};
}

std::optional<std::size_t> request_frame_octets(OctetView start) {
  if (start.size() < 2) return std::nullopt;
  switch (static_cast<FunctionCode>(start[1])) {
    case FunctionCode::ReadHoldingRegisters:
    case FunctionCode::ReadInputRegisters:
    case FunctionCode::WriteSingleRegister:
      return 6 + kCrcOctets;
    case FunctionCode::WriteMultipleRegisters:
      return counted(start, 6);
    case FunctionCode::ReadWriteMultipleRegisters:
      return counted(start, 10);
  }
  return std::nullopt;
}

std::optional<std::size_t> response_frame_octets(OctetView start) {
  if (start.size() < 2) return std::nullopt;
  if ((start[1] & kExceptionBit) != 0) return 3 + kCrcOctets;
  switch (static_cast<FunctionCode>(start[1])) {
    case FunctionCode::ReadHoldingRegisters:
    case FunctionCode::ReadInputRegisters:
    case FunctionCode::ReadWriteMultipleRegisters:
      return counted(start, 2);
    case FunctionCode::WriteSingleRegister:
    case FunctionCode::WriteMultipleRegisters:
      return 6 + kCrcOctets;
  }
  return std::nullopt;
}

}  // namespace metergate::modbus
