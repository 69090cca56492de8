// SPDX-License-Identifier: Apache-2.0
#include "protocols/modbus/pdu.hpp"

#include "protocols/modbus/exception_bit.hpp"
#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::modbus {
namespace {

std::uint8_t raw(FunctionCode code) { return static_cast<std::uint8_t>(code); }

FunctionCode function_of(const Request& request) {
  return std::visit(
      Overloaded{
          [](const ReadRegisters& r) { return r.function; },
          [](const WriteRegister&) { return FunctionCode::WriteSingleRegister; },
          [](const WriteRegisters&) { return FunctionCode::WriteMultipleRegisters; },
          [](const ReadWriteRegisters&) { return FunctionCode::ReadWriteMultipleRegisters; },
      },
      request);
}

void write_values(ByteWriter& out, const Registers& values) {
  out.u8(static_cast<std::uint8_t>(values.size() * 2));
  for (const std::uint16_t value : values) out.u16(value);
}

Registers read_values(ByteReader& in, std::size_t count) {
  Registers values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) values.push_back(in.u16());
  return values;
}

using Reason = PduFault::Reason;

/// A count of registers followed by their octets, as functions 16 and 23 carry them.
std::optional<PduFault> read_counted(ByteReader& in, std::uint16_t limit, Registers& values) {
  const std::uint16_t count = in.u16();
  const std::size_t at = in.offset();
  const std::uint8_t octets = in.u8();
  if (!in.ok()) return PduFault{Reason::Truncated, in.offset()};
  if (count == 0 || count > limit || octets != count * 2) return PduFault{Reason::WrongCount, at};
  if (in.rest() < octets) return PduFault{Reason::Truncated, in.offset()};
  values = read_values(in, count);
  return std::nullopt;
}

}  // namespace

std::string_view exception_word(ExceptionCode code) {
  switch (code) {
    case ExceptionCode::IllegalFunction:
      return "illegal function";
    case ExceptionCode::IllegalDataAddress:
      return "illegal data address";
    case ExceptionCode::IllegalDataValue:
      return "illegal data value";
    case ExceptionCode::ServerDeviceFailure:
      return "server device failure";
    case ExceptionCode::Acknowledge:
      return "acknowledge";
    case ExceptionCode::ServerDeviceBusy:
      return "server device busy";
    case ExceptionCode::MemoryParityError:
      return "memory parity error";
    case ExceptionCode::GatewayPathUnavailable:
      return "gateway path unavailable";
    case ExceptionCode::GatewayTargetFailedToRespond:
      return "gateway target failed to respond";
  }
  return "unknown exception";
}

std::string_view fault_word(PduFault::Reason reason) {
  switch (reason) {
    case Reason::Truncated:
      return "truncated";
    case Reason::TooLong:
      return "too long";
    case Reason::WrongFunction:
      return "wrong function code";
    case Reason::WrongCount:
      return "wrong count";
    case Reason::WrongEcho:
      return "wrong echo of a write";
  }
  return "";
}

Octets encode_request(const Request& request) {
  ByteWriter out;
  out.u8(raw(function_of(request)));
  std::visit(Overloaded{
                 [&](const ReadRegisters& r) {
                   out.u16(r.address);
                   out.u16(r.count);
                 },
                 [&](const WriteRegister& w) {
                   out.u16(w.address);
                   out.u16(w.value);
                 },
                 [&](const WriteRegisters& w) {
                   out.u16(w.address);
                   out.u16(static_cast<std::uint16_t>(w.values.size()));
                   write_values(out, w.values);
                 },
                 [&](const ReadWriteRegisters& rw) {
                   out.u16(rw.read_address);
                   out.u16(rw.read_count);
                   out.u16(rw.write_address);
                   out.u16(static_cast<std::uint16_t>(rw.values.size()));
                   write_values(out, rw.values);
                 },
             },
             request);
  return out.take();
}

Result<Request, PduFault> decode_request(OctetView pdu) {
  ByteReader in{pdu};
  const auto function = static_cast<FunctionCode>(in.u8());
  if (!in.ok()) return failure(PduFault{Reason::Truncated, 0});
  Request request;
  switch (function) {
    case FunctionCode::ReadHoldingRegisters:
    case FunctionCode::ReadInputRegisters: {
      const ReadRegisters r{function, in.u16(), in.u16()};
      if (in.ok() && (r.count == 0 || r.count > kMaxReadRegisters)) {
        return failure(PduFault{Reason::WrongCount, 3});
      }
      request = r;
      break;
    }
    case FunctionCode::WriteSingleRegister:
      request = WriteRegister{in.u16(), in.u16()};
      break;
    case FunctionCode::WriteMultipleRegisters: {
      WriteRegisters w;
      w.address = in.u16();
      if (const auto fault = read_counted(in, kMaxWriteRegisters, w.values)) return failure(*fault);
      request = std::move(w);
      break;
    }
    case FunctionCode::ReadWriteMultipleRegisters: {
      ReadWriteRegisters rw;
      rw.read_address = in.u16();
      rw.read_count = in.u16();
      rw.write_address = in.u16();
      if (in.ok() && (rw.read_count == 0 || rw.read_count > kMaxReadRegisters)) {
        return failure(PduFault{Reason::WrongCount, 3});
      }
      if (const auto fault = read_counted(in, kMaxReadWriteWriteRegisters, rw.values)) {
        return failure(*fault);
      }
      request = std::move(rw);
      break;
    }
    default:
      return failure(PduFault{Reason::WrongFunction, 0});
  }
  if (!in.ok()) return failure(PduFault{Reason::Truncated, in.offset()});
  if (in.rest() != 0) return failure(PduFault{Reason::TooLong, in.offset()});
  return request;
}

Octets encode_response(const Request& request, const Response& response) {
  ByteWriter out;
  const std::uint8_t function = raw(function_of(request));
  std::visit(Overloaded{
                 [&](const RegistersRead& r) {
                   out.u8(function);
                   write_values(out, r.values);
                 },
                 [&](RegistersWritten) {
                   out.u8(function);
                   if (const auto* one = std::get_if<WriteRegister>(&request)) {
                     out.u16(one->address);
                     out.u16(one->value);
                   } else if (const auto* many = std::get_if<WriteRegisters>(&request)) {
                     out.u16(many->address);
                     out.u16(static_cast<std::uint16_t>(many->values.size()));
                   }
                 },
                 [&](Exception e) {
                   out.u8(function | kExceptionBit);
                   out.u8(e.code);
                 },
             },
             response);
  return out.take();
}

Result<Response, PduFault> decode_response(const Request& asked, OctetView pdu) {
  ByteReader in{pdu};
  const std::uint8_t function = in.u8();
  const std::uint8_t expected = raw(function_of(asked));
  if (!in.ok()) return failure(PduFault{Reason::Truncated, 0});
  Response response;
  if (function == (expected | kExceptionBit)) {
    response = Exception{in.u8()};
  } else if (function != expected) {
    return failure(PduFault{Reason::WrongFunction, 0});
  } else if (const auto* one = std::get_if<WriteRegister>(&asked)) {
    if (WriteRegister{in.u16(), in.u16()} != *one && in.ok()) {
      return failure(PduFault{Reason::WrongEcho, 1});
    }
    response = RegistersWritten{};
  } else if (const auto* many = std::get_if<WriteRegisters>(&asked)) {
    const std::uint16_t address = in.u16();
    const std::uint16_t count = in.u16();
    if (in.ok() && (address != many->address || count != many->values.size())) {
      return failure(PduFault{Reason::WrongEcho, 1});
    }
    response = RegistersWritten{};
  } else {
    const std::size_t expected_octets = response_octets(asked) - 2;
    if (in.u8() != expected_octets && in.ok()) return failure(PduFault{Reason::WrongCount, 1});
    if (in.rest() < expected_octets) return failure(PduFault{Reason::Truncated, pdu.size()});
    response = RegistersRead{read_values(in, expected_octets / 2)};
  }
  if (!in.ok()) return failure(PduFault{Reason::Truncated, in.offset()});
  if (in.rest() != 0) return failure(PduFault{Reason::TooLong, in.offset()});
  return response;
}

std::size_t response_octets(const Request& request) {
  return std::visit(
      Overloaded{
          [](const ReadRegisters& r) { return std::size_t{2} + r.count * 2U; },
          [](const WriteRegister&) { return std::size_t{5}; },
          [](const WriteRegisters&) { return std::size_t{5}; },
          [](const ReadWriteRegisters& rw) { return std::size_t{2} + rw.read_count * 2U; },
      },
      request);
}

}  // namespace metergate::modbus
