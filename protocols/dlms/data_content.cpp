// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/data_content.hpp"

#include <bit>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "protocols/dlms/axdr.hpp"

namespace metergate::dlms {
namespace {

using Reason = DecodeFault::Reason;

void write_u64(ByteWriter& out, std::uint64_t value) {
  out.u32(static_cast<std::uint32_t>(value >> 32U));
  out.u32(static_cast<std::uint32_t>(value));
}

std::uint64_t read_u64(ByteReader& in) {
  const std::uint64_t high = in.u32();
  return (high << 32U) | in.u32();
}

void write_text(ByteWriter& out, const std::string& text) {
  write_length(out, text.size());
  for (const char letter : text) out.u8(static_cast<std::uint8_t>(letter));
}

// Everything whose octets are a number of fixed width.
template <typename Number>
void write_number(ByteWriter& out, Number number) {
  if constexpr (sizeof(Number) == 1) {
    out.u8(static_cast<std::uint8_t>(number));
  } else if constexpr (sizeof(Number) == 2) {
    out.u16(static_cast<std::uint16_t>(number));
  } else if constexpr (sizeof(Number) == 4) {
    out.u32(static_cast<std::uint32_t>(number));
  } else {
    write_u64(out, static_cast<std::uint64_t>(number));
  }
}

struct ContentWriter {
  ByteWriter& out;

  void operator()(NullData) const {}
  void operator()(DontCare) const {}
  void operator()(const Array&) const {}
  void operator()(const Structure&) const {}
  void operator()(const CompactArray&) const {}
  void operator()(bool truth) const { out.u8(truth ? 1 : 0); }
  void operator()(const BitString& string) const {
    write_length(out, string.bits);
    out.append(string.octets);
  }
  void operator()(const OctetString& string) const { write_octets(out, string.octets); }
  void operator()(const VisibleString& string) const { write_text(out, string.text); }
  void operator()(const Utf8String& string) const { write_text(out, string.text); }
  void operator()(Bcd bcd) const { out.u8(bcd.value); }
  void operator()(Enum choice) const { out.u8(choice.value); }
  void operator()(float number) const { out.u32(std::bit_cast<std::uint32_t>(number)); }
  void operator()(double number) const { write_u64(out, std::bit_cast<std::uint64_t>(number)); }
  void operator()(const DateTime& time) const { out.append(encode(time)); }
  void operator()(const Date& date) const { out.append(encode(date)); }
  void operator()(const Time& time) const { out.append(encode(time)); }
  template <typename Number>
  void operator()(Delta<Number> delta) const {
    write_number(out, delta.value);
  }
  template <typename Number, typename = std::enable_if_t<std::is_integral_v<Number>>>
  void operator()(Number number) const {
    write_number(out, number);
  }
};

std::optional<std::string> read_text(ByteReader& in) {
  const auto octets = read_octets(in);
  if (!octets) return std::nullopt;
  return std::string{octets->begin(), octets->end()};
}

std::optional<BitString> read_bits(ByteReader& in) {
  const auto bits = read_length(in);
  if (!bits || *bits > in.rest() * 8) return std::nullopt;
  const OctetView octets = in.take((*bits + 7) / 8);
  return BitString{*bits, {octets.begin(), octets.end()}};
}

template <typename Value>
std::optional<Data> as_data(std::optional<Value> value) {
  if (!value) return std::nullopt;
  return Data{std::move(*value)};
}

// Strings: nothing when their length is wrong.
std::optional<Data> read_string(ByteReader& in, std::uint8_t tag) {
  switch (tag) {
    case 4:
      return as_data(read_bits(in));
    case 9: {
      const auto octets = read_octets(in);
      if (!octets) return std::nullopt;
      return Data{OctetString{{octets->begin(), octets->end()}}};
    }
    default: {
      auto text = read_text(in);
      if (!text) return std::nullopt;
      if (tag == 10) return Data{VisibleString{std::move(*text)}};
      return Data{Utf8String{std::move(*text)}};
    }
  }
}

// Dates and times. Of a clock that was never set meters send fields that are out of range; what
// stands beside it is worth having, so such octets are kept as what they are: no date to anybody
// who asks for one.
template <typename Value>
Data read_time_value(ByteReader& in, std::optional<Value> (*decode)(OctetView)) {
  const OctetView octets = in.take(Value::kOctets);
  return as_data(decode(octets)).value_or(Data{OctetString{{octets.begin(), octets.end()}}});
}

Data read_time_value(ByteReader& in, std::uint8_t tag) {
  switch (tag) {
    case 25:
      return read_time_value(in, decode_date_time);
    case 26:
      return read_time_value(in, decode_date);
    default:
      return read_time_value(in, decode_time);
  }
}

std::optional<Data> read_number(ByteReader& in, std::uint8_t tag) {
  switch (tag) {
    case 3:
      return Data{in.u8() != 0};
    case 5:
      return Data{static_cast<std::int32_t>(in.u32())};
    case 6:
      return Data{in.u32()};
    case 13:
      return Data{Bcd{in.u8()}};
    case 15:
      return Data{static_cast<std::int8_t>(in.u8())};
    case 16:
      return Data{static_cast<std::int16_t>(in.u16())};
    case 17:
      return Data{in.u8()};
    case 18:
      return Data{in.u16()};
    case 20:
      return Data{static_cast<std::int64_t>(read_u64(in))};
    case 21:
      return Data{read_u64(in)};
    case 22:
      return Data{Enum{in.u8()}};
    case 23:
      return Data{std::bit_cast<float>(in.u32())};
    case 24:
      return Data{std::bit_cast<double>(read_u64(in))};
    case 28:
      return Data{Delta<std::int8_t>{static_cast<std::int8_t>(in.u8())}};
    case 29:
      return Data{Delta<std::int16_t>{static_cast<std::int16_t>(in.u16())}};
    case 30:
      return Data{Delta<std::int32_t>{static_cast<std::int32_t>(in.u32())}};
    case 31:
      return Data{Delta<std::uint8_t>{in.u8()}};
    case 32:
      return Data{Delta<std::uint16_t>{in.u16()}};
    case 33:
      return Data{Delta<std::uint32_t>{in.u32()}};
    default:
      return std::nullopt;
  }
}

}  // namespace

const DataList* elements_of(const Data& data) {
  if (const auto* array = data.get_if<Array>()) return &array->elements;
  if (const auto* structure = data.get_if<Structure>()) return &structure->elements;
  return nullptr;
}

bool has_content(std::uint8_t tag) { return tag != 0 && tag != 255; }

void write_content(ByteWriter& out, const Data& data) {
  std::visit(ContentWriter{out}, data.value);
}

Result<Data, DecodeFault> read_content(ByteReader& in, std::uint8_t tag) {
  const std::size_t at = in.offset();
  switch (tag) {
    case 0:
      return Data{NullData{}};
    case 255:
      return Data{DontCare{}};
    case 4:
    case 9:
    case 10:
    case 12:
      if (auto string = read_string(in, tag)) return std::move(*string);
      return failure(DecodeFault{Reason::BadLength, at});
    case 25:
    case 26:
    case 27: {
      auto time = read_time_value(in, tag);
      if (!in.ok()) return failure(DecodeFault{Reason::Truncated, at});
      return time;
    }
    default: {
      auto number = read_number(in, tag);
      if (!number) return failure(DecodeFault{Reason::UnknownTag, at - (at > 0 ? 1 : 0)});
      if (!in.ok()) return failure(DecodeFault{Reason::Truncated, at});
      return std::move(*number);
    }
  }
}

}  // namespace metergate::dlms
