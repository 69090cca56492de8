// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/record.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "storage/salvage/fields.hpp"

namespace metergate::salvage {
namespace {

constexpr std::array<std::size_t, 7> kNumberWidths{0, 1, 2, 3, 4, 6, 8};

bool is_utf8(std::string_view text) {
  const auto octet = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::uint8_t lead = octet(at);
    const std::size_t more = lead < 0x80   ? 0
                             : lead < 0xC2 ? 4
                             : lead < 0xE0 ? 1
                             : lead < 0xF0 ? 2
                             : lead < 0xF5 ? 3
                                           : 4;
    if (lead == 0 || more == 4 || text.size() - at <= more) return false;
    for (std::size_t i = 1; i <= more; ++i) {
      if ((octet(at + i) & 0xC0U) != 0x80U) return false;
    }
    at += more + 1;
  }
  return true;
}

std::int64_t signed_number(std::uint64_t value, std::size_t width) {
  const std::size_t shift = 64 - 8 * width;
  return static_cast<std::int64_t>(value << shift) >> shift;
}

/// The field of this type at the front of `body`, which moves on behind it.
std::optional<Value> take(std::uint64_t type, OctetView& body) {
  if (type == 0) return Value{};
  if (type == 8 || type == 9) return Value{static_cast<std::int64_t>(type - 8)};
  if (type < kNumberWidths.size()) {
    const std::size_t width = kNumberWidths[type];
    const auto value = number_at(body, 0, width);
    if (!value) return std::nullopt;
    body = body.subspan(width);
    return Value{signed_number(*value, width)};
  }
  // 7 is a floating-point number, 10 and 11 never stand in a file.
  if (type < 12) return std::nullopt;
  const std::uint64_t length = (type - 12) / 2;
  if (length > body.size()) return std::nullopt;
  const OctetView content = body.first(static_cast<std::size_t>(length));
  body = body.subspan(content.size());
  if (type % 2 == 0) return Value{Octets{content.begin(), content.end()}};
  return Value{std::string{content.begin(), content.end()}};
}

}  // namespace

std::optional<Values> decode_record(OctetView record) {
  const auto head = varint_at(record, 0);
  if (!head || head->value > record.size() || head->value < head->width) return std::nullopt;
  OctetView body = record.subspan(static_cast<std::size_t>(head->value));
  const OctetView types = record.first(static_cast<std::size_t>(head->value));
  Values out;
  for (std::size_t at = head->width; at < types.size();) {
    const auto type = varint_at(types, at);
    if (!type) return std::nullopt;
    auto value = take(type->value, body);
    if (!value) return std::nullopt;
    out.push_back(std::move(*value));
    at += type->width;
  }
  if (!body.empty()) return std::nullopt;
  return out;
}

bool is_legible(const Values& values) {
  return std::ranges::all_of(values, [](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr || is_utf8(*text);
  });
}

}  // namespace metergate::salvage
