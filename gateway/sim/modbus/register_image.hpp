// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "meters/models/meter_model.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::sim {

/// The registers of one read while they are being gathered from the blocks that overlap it.
class RegisterImage {
 public:
  RegisterImage(model::RegisterSpace space, std::uint16_t address, std::uint16_t count)
      : space_{space}, address_{address}, values_(count), known_(count) {}

  /// Whether any of these registers is asked for; spares making up what nobody reads.
  [[nodiscard]] bool wants(model::RegisterSpace space, std::uint16_t address,
                           std::size_t count) const {
    return space == space_ && address < address_ + values_.size() && address + count > address_;
  }

  void put(std::uint16_t address, const std::vector<std::uint16_t>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t at = address + i;
      if (at < address_ || at >= address_ + values_.size()) continue;
      values_[at - address_] = values[i];
      known_[at - address_] = true;
    }
  }

  /// Nothing when a register is not there, unless the model lets gaps be read (as zeros).
  [[nodiscard]] std::optional<modbus::Registers> take(bool gaps_readable) && {
    std::size_t known = 0;
    for (const bool each : known_) known += each ? 1 : 0;
    if (known == 0 || (known < known_.size() && !gaps_readable)) return std::nullopt;
    return std::move(values_);
  }

 private:
  model::RegisterSpace space_;
  std::uint16_t address_;
  modbus::Registers values_;
  std::vector<bool> known_;
};

}  // namespace metergate::sim
