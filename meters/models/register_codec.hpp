// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "meters/models/meter_model.hpp"
#include "meters/quantity.hpp"

/// Numbers and texts in 16-bit registers, both directions: gateway and virtual meter share it.
namespace metergate::model {

/// Registers that a number of this type fills; 0 for Ascii, whose length stands in the Field.
[[nodiscard]] std::uint16_t registers_of(NumberType type);

/// The value as named in the register's unit. Nothing when the meter says "not available" (the
/// `absent` value, NaN, infinity), when `raw` has another length than the type, or when the number
/// is beyond what a Decimal holds.
[[nodiscard]] std::optional<Decimal> decode_register(const ModbusRegister& layout,
                                                     std::span<const std::uint16_t> raw);

/// Rounds to the register's step and saturates at the ends of its type; never gives the `absent`
/// value.
[[nodiscard]] std::vector<std::uint16_t> encode_register(const ModbusRegister& layout,
                                                         const Decimal& value);

struct FieldValue {
  Field field;
  std::int64_t number = 0;
  std::string text;  ///< for Ascii

  friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

/// Registers that a field fills.
[[nodiscard]] std::uint16_t width_of(const Field& field);

/// Fields in their order, most significant register first; shorter input stops at the last whole
/// field. Texts end at the first NUL, trailing spaces are dropped.
[[nodiscard]] std::vector<FieldValue> decode_fields(const std::vector<Field>& fields,
                                                    std::span<const std::uint16_t> raw);

/// Numbers saturate, texts are cut or filled with NUL.
[[nodiscard]] std::vector<std::uint16_t> encode_fields(const std::vector<FieldValue>& values);

}  // namespace metergate::model
