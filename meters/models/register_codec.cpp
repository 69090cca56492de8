// SPDX-License-Identifier: Apache-2.0
#include "meters/models/register_codec.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace metergate::model {
namespace {

constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

bool is_signed(NumberType type) {
  return type == NumberType::S16 || type == NumberType::S32 || type == NumberType::S64;
}

std::uint64_t join(std::span<const std::uint16_t> raw, WordOrder order) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    bits = (bits << 16U) | raw[order == WordOrder::BigEndian ? i : raw.size() - 1 - i];
  }
  return bits;
}

std::vector<std::uint16_t> split(std::uint64_t bits, std::size_t registers, WordOrder order) {
  std::vector<std::uint16_t> out(registers);
  for (std::size_t i = 0; i < registers; ++i) {
    out[order == WordOrder::BigEndian ? registers - 1 - i : i] = static_cast<std::uint16_t>(bits);
    bits >>= 16U;
  }
  return out;
}

std::int64_t sign_extended(std::uint64_t bits, unsigned registers) {
  const unsigned unused = 64U - 16U * registers;
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

struct IntegerRange {
  std::int64_t lowest;
  std::int64_t highest;
};

// U64 ends at the highest int64 because a Decimal's mantissa does.
IntegerRange range_of(NumberType type) {
  switch (type) {
    case NumberType::U16:
      return {0, std::numeric_limits<std::uint16_t>::max()};
    case NumberType::S16:
      return {std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()};
    case NumberType::U32:
      return {0, std::numeric_limits<std::uint32_t>::max()};
    case NumberType::S32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    case NumberType::U64:
      return {0, kHighest};
    case NumberType::S64:
    case NumberType::F32:
    case NumberType::Ascii:
      break;
  }
  return {kLowest, kHighest};
}

// value x 10^power in whole numbers: saturates upwards, rounds half away from zero downwards.
std::int64_t shifted(std::int64_t value, int power) {
  for (; power > 0 && value != 0; --power) {
    if (value > kHighest / 10) return kHighest;
    if (value < kLowest / 10) return kLowest;
    value *= 10;
  }
  if (power >= 0) return value;
  for (; power < -1 && value != 0; ++power) value /= 10;
  const std::int64_t last = value % 10;
  value /= 10;
  if (last >= 5) return value + 1;
  if (last <= -5) return value - 1;
  return value;
}

// Dividing by an exact power of ten keeps 0.1 steps exact where multiplying by 0.1 would not.
double times_power_of_ten(double value, int power) {
  return power >= 0 ? value * std::pow(10.0, power) : value / std::pow(10.0, -power);
}

std::optional<Decimal> decode_float(const ModbusRegister& layout, std::uint64_t bits) {
  const auto value = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  if (!std::isfinite(value)) return std::nullopt;
  const double steps = std::round(times_power_of_ten(value, layout.scale - layout.resolution));
  if (std::abs(steps) >= static_cast<double>(kHighest)) return std::nullopt;
  return Decimal{static_cast<std::int64_t>(steps), layout.resolution};
}

std::uint64_t encode_float(const ModbusRegister& layout, const Decimal& value) {
  constexpr auto kLargest = static_cast<double>(std::numeric_limits<float>::max());
  const double number =
      times_power_of_ten(static_cast<double>(value.mantissa), value.exponent - layout.scale);
  return std::bit_cast<std::uint32_t>(static_cast<float>(std::clamp(number, -kLargest, kLargest)));
}

std::string text_of(std::span<const std::uint16_t> raw) {
  std::string text;
  for (const std::uint16_t word : raw) {
    text.push_back(static_cast<char>(word >> 8U));
    text.push_back(static_cast<char>(word & 0xFFU));
  }
  text.resize(std::min(text.find('\0'), text.size()));
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<std::uint16_t> registers_of_text(const std::string& text, std::size_t registers) {
  std::vector<std::uint16_t> out(registers);
  for (std::size_t i = 0; i < std::min(text.size(), registers * 2); ++i) {
    const unsigned octet = static_cast<unsigned char>(text[i]);
    out[i / 2] = static_cast<std::uint16_t>(out[i / 2] | (i % 2 == 0 ? octet << 8U : octet));
  }
  return out;
}

ModbusRegister as_register(const Field& field) {
  ModbusRegister layout;
  layout.type = field.type;
  return layout;
}

}  // namespace

std::uint16_t registers_of(NumberType type) {
  switch (type) {
    case NumberType::U16:
    case NumberType::S16:
      return 1;
    case NumberType::U32:
    case NumberType::S32:
    case NumberType::F32:
      return 2;
    case NumberType::U64:
    case NumberType::S64:
      return 4;
    case NumberType::Ascii:
      break;
  }
  return 0;
}

std::optional<Decimal> decode_register(const ModbusRegister& layout,
                                       std::span<const std::uint16_t> raw) {
  const std::uint16_t registers = registers_of(layout.type);
  if (registers == 0 || raw.size() != registers) return std::nullopt;
  const std::uint64_t bits = join(raw, layout.order);
  if (layout.absent == bits) return std::nullopt;
  if (layout.type == NumberType::F32) return decode_float(layout, bits);
  if (is_signed(layout.type)) return Decimal{sign_extended(bits, registers), layout.scale};
  if (bits > static_cast<std::uint64_t>(kHighest)) return std::nullopt;
  return Decimal{static_cast<std::int64_t>(bits), layout.scale};
}

std::vector<std::uint16_t> encode_register(const ModbusRegister& layout, const Decimal& value) {
  const std::uint16_t registers = registers_of(layout.type);
  if (layout.type == NumberType::F32) {
    return split(encode_float(layout, value), registers, layout.order);
  }
  const IntegerRange range = range_of(layout.type);
  const std::int64_t number = std::clamp(shifted(value.mantissa, value.exponent - layout.scale),
                                         range.lowest, range.highest);
  const auto bits_of = [&](std::int64_t n) {
    return static_cast<std::uint64_t>(n) & (~std::uint64_t{0} >> (64U - 16U * registers));
  };
  if (registers == 0) return {};
  // One step towards zero is off by one step; the absent value would be no value at all.
  const bool collides = layout.absent == bits_of(number);
  const std::int64_t written = !collides ? number : number > 0 ? number - 1 : number + 1;
  return split(bits_of(written), registers, layout.order);
}

std::uint16_t width_of(const Field& field) {
  const bool has_own_length = field.type == NumberType::Ascii || field.role == FieldRole::Skip;
  return has_own_length ? field.registers : registers_of(field.type);
}

std::vector<FieldValue> decode_fields(const std::vector<Field>& fields,
                                      std::span<const std::uint16_t> raw) {
  std::vector<FieldValue> out;
  for (const Field& field : fields) {
    const std::uint16_t width = width_of(field);
    if (raw.size() < width) break;
    FieldValue value{field, 0, {}};
    const auto own = raw.first(width);
    if (field.type == NumberType::Ascii) {
      value.text = text_of(own);
    } else if (field.role != FieldRole::Skip) {
      const auto number = decode_register(as_register(field), own);
      // What only a Decimal cannot hold is the top half of U64.
      value.number = number ? number->mantissa : kHighest;
    }
    out.push_back(std::move(value));
    raw = raw.subspan(width);
  }
  return out;
}

std::vector<std::uint16_t> encode_fields(const std::vector<FieldValue>& values) {
  std::vector<std::uint16_t> out;
  for (const FieldValue& value : values) {
    const std::uint16_t width = width_of(value.field);
    const auto registers =
        value.field.type == NumberType::Ascii ? registers_of_text(value.text, width)
        : value.field.role == FieldRole::Skip
            ? std::vector<std::uint16_t>(width)
            : encode_register(as_register(value.field), Decimal{value.number, 0});
    out.insert(out.end(), registers.begin(), registers.end());
  }
  return out;
}

}  // namespace metergate::model
