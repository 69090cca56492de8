// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/modbus.hpp"

#include <fmt/format.h>

#include "protocols/modbus/exception_bit.hpp"
#include "protocols/modbus/rtu_frame.hpp"
#include "protocols/modbus/tcp_frame.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::cli {
namespace {

std::uint16_t word_at(OctetView pdu, std::size_t place) {
  return static_cast<std::uint16_t>(pdu[place] << 8U | pdu[place + 1]);
}

/// The question that an answer of this form belongs to. A captured answer stands alone; what it
/// does not repeat of its question is left at zero.
std::optional<modbus::Request> question_of(OctetView pdu) {
  using modbus::FunctionCode;
  const auto function = static_cast<FunctionCode>(pdu[0] & ~modbus::kExceptionBit);
  const bool exception = (pdu[0] & modbus::kExceptionBit) != 0;
  switch (function) {
    case FunctionCode::ReadHoldingRegisters:
    case FunctionCode::ReadInputRegisters:
      return modbus::ReadRegisters{function, 0, static_cast<std::uint16_t>(pdu[1] / 2)};
    case FunctionCode::ReadWriteMultipleRegisters:
      return modbus::ReadWriteRegisters{0, static_cast<std::uint16_t>(pdu[1] / 2), 0, {0}};
    case FunctionCode::WriteSingleRegister:
      if (exception) return modbus::WriteRegister{};
      if (pdu.size() < 5) return std::nullopt;
      return modbus::WriteRegister{word_at(pdu, 1), word_at(pdu, 3)};
    case FunctionCode::WriteMultipleRegisters:
      if (exception) return modbus::WriteRegisters{0, {0}};
      if (pdu.size() < 5) return std::nullopt;
      return modbus::WriteRegisters{word_at(pdu, 1), modbus::Registers(word_at(pdu, 3))};
  }
  return std::nullopt;
}

std::optional<std::string> pdu_meaning(OctetView pdu) {
  if (const auto request = modbus::decode_request(pdu)) {
    const bool echoed = std::holds_alternative<modbus::WriteRegister>(*request);
    return request_meaning(*request) + (echoed ? " (the answer to it looks the same)" : "");
  }
  if (pdu.size() >= 2) {
    if (const auto question = question_of(pdu)) {
      if (const auto answer = modbus::decode_response(*question, pdu)) {
        std::string out = "answer, " + answer_meaning(*answer);
        if (const auto* read = std::get_if<modbus::RegistersRead>(&*answer)) {
          for (const std::uint16_t value : read->values) out += fmt::format(" {}", value);
        }
        return out;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::string request_meaning(const modbus::Request& request) {
  return std::visit(
      Overloaded{[](const modbus::ReadRegisters& one) {
                   const bool holds = one.function == modbus::FunctionCode::ReadHoldingRegisters;
                   return fmt::format("read {} {} registers from {}", one.count,
                                      holds ? "holding" : "input", one.address);
                 },
                 [](const modbus::WriteRegister& one) {
                   return fmt::format("write {} to register {}", one.value, one.address);
                 },
                 [](const modbus::WriteRegisters& one) {
                   return fmt::format("write {} registers from {}", one.values.size(), one.address);
                 },
                 [](const modbus::ReadWriteRegisters& one) {
                   return fmt::format("write {} registers from {}, then read {} from {}",
                                      one.values.size(), one.write_address, one.read_count,
                                      one.read_address);
                 }},
      request);
}

std::string answer_meaning(const modbus::Response& response) {
  return std::visit(
      Overloaded{[](const modbus::RegistersRead& one) {
                   return fmt::format("{} registers", one.values.size());
                 },
                 [](const modbus::RegistersWritten&) { return std::string{"written"}; },
                 [](const modbus::Exception& one) {
                   const auto word =
                       modbus::exception_word(static_cast<modbus::ExceptionCode>(one.code));
                   return fmt::format("exception {} {}", one.code, word);
                 }},
      response);
}

std::optional<std::string> explain_modbus(OctetView captured) {
  if (const auto frame = modbus::decode_rtu(captured)) {
    return fmt::format(
        "Modbus RTU, address {}: {}", frame->address,
        pdu_meaning(frame->pdu)
            .value_or("a function that is not decoded here: " + hex::text(frame->pdu)));
  }
  const auto frame = modbus::decode_tcp(captured);
  if (!frame || !*frame || (*frame)->octets() != captured.size()) return std::nullopt;
  // The header has no check sum: two zeros and a length also stand in damaged frames of a line.
  const auto meaning = pdu_meaning((*frame)->pdu);
  if (!meaning) return std::nullopt;
  return fmt::format("Modbus TCP, transaction {}, unit {}: {}", (*frame)->transaction,
                     (*frame)->unit, *meaning);
}

}  // namespace metergate::cli
