// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "config/model_judge.hpp"
#include "meters/models/readout_codec.hpp"
#include "meters/models/register_codec.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::config {
namespace {

std::string fault(const modbus::PduFault& fault) {
  return std::string{modbus::fault_word(fault.reason)} + " at octet " +
         std::to_string(fault.offset);
}

model::RegisterSpace space_of(modbus::FunctionCode function) {
  return function == modbus::FunctionCode::ReadInputRegisters ? model::RegisterSpace::Input
                                                              : model::RegisterSpace::Holding;
}

std::string decoded(const model::ModbusLayout& layout, const modbus::ReadRegisters& read,
                    const modbus::Registers& values, cosem::ObisCode obis) {
  const auto reg = std::ranges::find(layout.registers, obis, &model::ModbusRegister::obis);
  if (reg == layout.registers.end()) return "nothing: no register has this code";
  if (space_of(read.function) != reg->space) return "nothing: the read is of the other space";
  const unsigned width = model::registers_of(reg->type);
  if (reg->address < read.address || reg->address + width > unsigned{read.address} + read.count) {
    return "nothing: the read does not cover its registers";
  }
  const auto first = static_cast<std::size_t>(reg->address - read.address);
  const auto value = model::decode_register(*reg, std::span{values}.subspan(first, width));
  return value ? value->text() : "nothing: not available";
}

/// What is wrong with it, one sentence a mistake.
std::vector<std::string> mistakes(const model::ModbusLayout& layout,
                                  const model::Capture& capture) {
  if (capture.request.size() < 2 || capture.response.size() < 2 ||
      capture.request.front() != capture.response.front()) {
    return {"a request and its response, each with the same address first"};
  }
  const auto request = modbus::decode_request(OctetView{capture.request}.subspan(1));
  if (!request) return {"a request that is Modbus: " + fault(request.error())};
  const auto response = modbus::decode_response(*request, OctetView{capture.response}.subspan(1));
  if (!response) return {"a response to the request: " + fault(response.error())};
  const auto* read = std::get_if<modbus::ReadRegisters>(&*request);
  const auto* answer = std::get_if<modbus::RegistersRead>(&*response);
  if (read == nullptr || answer == nullptr) return {"a read that was answered"};
  if (capture.expected.empty()) return {"at least one value under [capture.expect]"};
  std::vector<std::string> out;
  for (const auto& expected : capture.expected) {
    const std::string got = decoded(layout, *read, answer->values, expected.obis);
    if (got == expected.value) continue;
    out.push_back(expected.obis.text() + " to decode to " + expected.value + ", not to " + got);
  }
  return out;
}

/// The same of a readout in mode C.
std::vector<std::string> mistakes(const model::ModeCLayout& layout, const model::Capture& capture) {
  const auto readout = iec62056_21::Readout::decode(capture.response);
  if (!readout) return {"a readout: " + readout.error().text()};
  if (capture.expected.empty()) return {"at least one value under [capture.expect]"};
  std::vector<std::string> out;
  for (const auto& expected : capture.expected) {
    std::string got = "nothing: no register has this code";
    const auto reg =
        std::ranges::find(layout.registers, expected.obis, &model::ModeCRegister::obis);
    if (reg != layout.registers.end()) {
      const auto value = model::decode_register(*reg, readout->data);
      got = !value ? value.error() : (*value ? (*value)->text() : "nothing: not in the readout");
    }
    if (got == expected.value) continue;
    out.push_back(expected.obis.text() + " to decode to " + expected.value + ", not to " + got);
  }
  return out;
}

}  // namespace

void judge_captures(const ReadModel& read, ErrorList& errors) {
  for (std::size_t i = 0; i < read.model.captures.size(); ++i) {
    const ModelLines::Place& place = read.lines.each_capture[i];
    const model::Capture& capture = read.model.captures[i];
    const bool is_readout = read.model.protocol == model::Protocol::ModeC;
    for (std::string& mistake :
         is_readout ? mistakes(read.model.mode_c, capture) : mistakes(read.model.modbus, capture)) {
      errors.add(ConfigError::Kind::Wrong, place.line, place.key, "", std::move(mistake));
    }
  }
}

}  // namespace metergate::config
