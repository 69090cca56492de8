// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "meters/models/dlms_layout.hpp"
#include "meters/reading.hpp"
#include "protocols/cosem/scaler_unit.hpp"

/// One register's number with its scaler (dlms_registers.cpp), whoever brought it.
namespace metergate::dlms_driver {

/// Registers of classes 3, 4 and 5 have a scaler and a unit; other numbers are as they are.
[[nodiscard]] bool has_scaler(const model::DlmsRegister& one);
/// Where a class keeps its scaler_unit.
[[nodiscard]] std::int8_t scaler_attribute(std::uint16_t class_id);

[[nodiscard]] Result<RegisterValue, std::string> register_value(
    const model::DlmsRegister& one, const dlms::Data& value,
    const std::optional<cosem::ScalerUnit>& scaler);

}  // namespace metergate::dlms_driver
