// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "meters/models/register_codec.hpp"
#include "protocols/modbus/pdu.hpp"
#include "tests/support/instant_wire.hpp"

namespace metergate::test {

/// A Modbus meter that is nothing but registers, zero unless they were set, behind a wire that
/// takes no time: for contents that no virtual meter has.
class RegisterMeter : public InstantWire {
 public:
  /// Asked before the registers; nothing: they answer.
  std::function<std::optional<WireResult>(const modbus::Request&)> instead;

  std::vector<modbus::Request> asked;

  void put(std::uint16_t address, const modbus::Registers& values) {
    for (const std::uint16_t value : values) registers_[address++] = value;
  }
  /// The fields one after the other; strings are filled up with zeros.
  void put(std::uint16_t address, const std::vector<model::FieldValue>& fields) {
    put(address, model::encode_fields(fields));
  }

  static WireResult exception(const modbus::Request& request, modbus::ExceptionCode code) {
    return WireAnswer{
        modbus::encode_response(request, modbus::Exception{static_cast<std::uint8_t>(code)}), {}};
  }

 private:
  WireResult serve(const Octets& octets) override {
    asked.push_back(modbus::decode_request(octets).value());
    const modbus::Request& request = asked.back();
    if (instead) {
      if (auto other = instead(request)) return *std::move(other);
    }
    if (const auto* write = std::get_if<modbus::WriteRegisters>(&request)) {
      put(write->address, write->values);
      return WireAnswer{modbus::encode_response(request, modbus::RegistersWritten{}), {}};
    }
    const auto* both = std::get_if<modbus::ReadWriteRegisters>(&request);
    if (both != nullptr) put(both->write_address, both->values);
    const auto* read = std::get_if<modbus::ReadRegisters>(&request);
    const modbus::RegistersRead found{both != nullptr ? taken(both->read_address, both->read_count)
                                                      : taken(read->address, read->count)};
    return WireAnswer{modbus::encode_response(request, found), {}};
  }
  [[nodiscard]] modbus::Registers taken(std::uint16_t address, std::uint16_t count) const {
    modbus::Registers out;
    for (; count > 0; --count, ++address) {
      const auto found = registers_.find(address);
      out.push_back(found == registers_.end() ? std::uint16_t{0} : found->second);
    }
    return out;
  }

  std::map<std::uint16_t, std::uint16_t> registers_;
};

}  // namespace metergate::test
