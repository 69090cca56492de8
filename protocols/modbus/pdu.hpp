// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// Protocol data units of the Modbus Application Protocol Specification V1.1b3, section 6: the five
/// functions meters use, both directions. Framing (address, CRC, MBAP header) is elsewhere.
namespace metergate::modbus {

enum class FunctionCode : std::uint8_t {
  ReadHoldingRegisters = 0x03,
  ReadInputRegisters = 0x04,
  WriteSingleRegister = 0x06,
  WriteMultipleRegisters = 0x10,
  ReadWriteMultipleRegisters = 0x17,
};

/// Section 7 of the specification.
enum class ExceptionCode : std::uint8_t {
  IllegalFunction = 1,
  IllegalDataAddress = 2,
  IllegalDataValue = 3,
  ServerDeviceFailure = 4,
  Acknowledge = 5,
  ServerDeviceBusy = 6,
  MemoryParityError = 8,
  GatewayPathUnavailable = 10,
  GatewayTargetFailedToRespond = 11,
};
[[nodiscard]] std::string_view exception_word(ExceptionCode code);

inline constexpr std::uint16_t kMaxReadRegisters = 125;            // 6.3, 6.4
inline constexpr std::uint16_t kMaxWriteRegisters = 123;           // 6.12
inline constexpr std::uint16_t kMaxReadWriteWriteRegisters = 121;  // 6.17

using Registers = std::vector<std::uint16_t>;

struct ReadRegisters {
  FunctionCode function = FunctionCode::ReadHoldingRegisters;  ///< or ReadInputRegisters
  std::uint16_t address = 0;
  std::uint16_t count = 1;
  friend bool operator==(const ReadRegisters&, const ReadRegisters&) = default;
};
struct WriteRegister {
  std::uint16_t address = 0;
  std::uint16_t value = 0;
  friend bool operator==(const WriteRegister&, const WriteRegister&) = default;
};
struct WriteRegisters {
  std::uint16_t address = 0;
  Registers values;
  friend bool operator==(const WriteRegisters&, const WriteRegisters&) = default;
};
/// The write is performed before the read (6.17).
struct ReadWriteRegisters {
  std::uint16_t read_address = 0;
  std::uint16_t read_count = 1;
  std::uint16_t write_address = 0;
  Registers values;
  friend bool operator==(const ReadWriteRegisters&, const ReadWriteRegisters&) = default;
};
using Request = std::variant<ReadRegisters, WriteRegister, WriteRegisters, ReadWriteRegisters>;

struct RegistersRead {
  Registers values;
  friend bool operator==(const RegistersRead&, const RegistersRead&) = default;
};
struct RegistersWritten {
  friend bool operator==(RegistersWritten, RegistersWritten) = default;
};
struct Exception {
  std::uint8_t code = 0;  ///< as received; an ExceptionCode if it is one
  friend bool operator==(Exception, Exception) = default;
};
using Response = std::variant<RegistersRead, RegistersWritten, Exception>;

struct PduFault {
  enum class Reason : std::uint8_t {
    Truncated,
    TooLong,
    WrongFunction,  ///< request: not one of ours; response: not the one asked for
    WrongCount,     ///< octet count and content disagree, or outside the limits of the function
    WrongEcho,      ///< a write answered for other registers than were written
  };
  Reason reason = Reason::Truncated;
  std::size_t offset = 0;
};
[[nodiscard]] std::string_view fault_word(PduFault::Reason reason);

[[nodiscard]] Octets encode_request(const Request& request);
[[nodiscard]] Result<Request, PduFault> decode_request(OctetView pdu);

[[nodiscard]] Octets encode_response(const Request& request, const Response& response);
/// Judges an answer against its question: function, length and echo must be those of `asked`.
[[nodiscard]] Result<Response, PduFault> decode_response(const Request& asked, OctetView pdu);

/// Octets of the PDU that a successful answer has.
[[nodiscard]] std::size_t response_octets(const Request& request);

}  // namespace metergate::modbus
