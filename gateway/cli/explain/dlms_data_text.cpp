// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/dlms_data_text.hpp"

#include <algorithm>

#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/data_content.hpp"
#include "protocols/octets/hex.hpp"
#include "protocols/overloaded.hpp"

namespace metergate::cli {
namespace {

std::string two_digits(std::uint8_t number) {
  if (number == 0xFF) return "**";
  const std::string digits = std::to_string(number);
  return digits.size() < 2 ? "0" + digits : digits;
}

std::string date_text(const dlms::Date& date) {
  const std::string year = date.year == dlms::Date::kAnyYear ? "****" : std::to_string(date.year);
  return year + '-' + two_digits(date.month) + '-' + two_digits(date.day);
}

std::string time_text(const dlms::Time& time) {
  std::string out =
      two_digits(time.hour) + ':' + two_digits(time.minute) + ':' + two_digits(time.second);
  if (time.hundredths != 0 && time.hundredths != dlms::Time::kAny) {
    out += '.' + two_digits(time.hundredths);
  }
  return out;
}

bool printable(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// Octets, and what octets of this number often are.
std::string octets_text(const Octets& octets) {
  std::string out = octets.empty() ? std::string{"empty"} : hex::text(octets);
  const std::string text(octets.begin(), octets.end());
  if (printable(text)) return out + "  \"" + text + '"';
  if (octets.size() == dlms::DateTime::kOctets) {
    if (const auto time = dlms::decode_date_time(octets)) {
      return out + "  = " + date_time_text(*time);
    }
  }
  if (octets.size() == 6) {
    const auto name = dlms::logical_name_of(dlms::Data{dlms::OctetString{octets}});
    if (name) out += "  = " + name->text();
  }
  return out;
}

std::string bits_text(const dlms::BitString& bits) {
  std::string out;
  for (std::size_t bit = 0; bit < bits.bits; ++bit) {
    out += (bits.octets[bit / 8] >> (7 - bit % 8) & 1) != 0 ? '1' : '0';
  }
  return out;
}

/// Control characters would reach the terminal.
std::string quoted(const std::string& text) {
  if (printable(text)) return '"' + text + '"';
  return hex::text(Octets(text.begin(), text.end()));
}

}  // namespace

std::string date_time_text(const dlms::DateTime& time) {
  std::string out = date_text(time.date) + ' ' + time_text(time.time);
  if (time.has_deviation()) {
    // Local time plus deviation is UTC: -60 is one hour east of it.
    const int east = -time.deviation;
    out += " UTC" + std::string{east < 0 ? "-" : "+"} + std::to_string(std::abs(east) / 60);
    if (east % 60 != 0) out += ':' + two_digits(static_cast<std::uint8_t>(std::abs(east) % 60));
  }
  if (time.doubted()) out += ", doubted by the meter";
  if (time.daylight_saving()) out += ", daylight saving";
  return out;
}

std::string data_text(const dlms::Data& data) {
  using namespace dlms;
  const auto number = [](const char* type, auto value) {
    return std::string{type} + ' ' + std::to_string(value);
  };
  return std::visit(
      Overloaded{
          [](const NullData&) -> std::string { return "null-data"; },
          [](const DontCare&) -> std::string { return "dont-care"; },
          [](const Array& array) { return "array of " + std::to_string(array.elements.size()); },
          [](const Structure& structure) {
            return "structure of " + std::to_string(structure.elements.size());
          },
          [](const CompactArray& array) {
            return "compact-array of " + std::to_string(array.elements.size());
          },
          [](bool value) -> std::string { return value ? "boolean true" : "boolean false"; },
          [](const BitString& bits) { return "bit-string " + bits_text(bits); },
          [](const OctetString& octets) { return "octet-string " + octets_text(octets.octets); },
          [](const VisibleString& text) { return "visible-string " + quoted(text.text); },
          [](const Utf8String& text) { return "utf8-string " + quoted(text.text); },
          [&](const Bcd& value) { return number("bcd", unsigned{value.value}); },
          [&](const Enum& value) { return number("enum", unsigned{value.value}); },
          [&](std::int8_t value) { return number("integer", int{value}); },
          [&](std::int16_t value) { return number("long", int{value}); },
          [&](std::int32_t value) { return number("double-long", value); },
          [&](std::int64_t value) { return number("long64", value); },
          [&](std::uint8_t value) { return number("unsigned", unsigned{value}); },
          [&](std::uint16_t value) { return number("long-unsigned", unsigned{value}); },
          [&](std::uint32_t value) { return number("double-long-unsigned", value); },
          [&](std::uint64_t value) { return number("long64-unsigned", value); },
          [&](float value) { return number("float32", value); },
          [&](double value) { return number("float64", value); },
          [](const DateTime& time) { return "date-time " + date_time_text(time); },
          [](const Date& date) { return "date " + date_text(date); },
          [](const Time& time) { return "time " + time_text(time); },
          [&](const auto& delta) {
            return number("delta", static_cast<std::int64_t>(delta.value));
          },
      },
      data.value);
}

void outline_data(Outline& out, std::size_t level, const std::string& label,
                  const dlms::Data& data) {
  out.line(level, label.empty() ? data_text(data) : label + ": " + data_text(data));
  const auto* elements = dlms::elements_of(data);
  if (const auto* compact = data.get_if<dlms::CompactArray>()) elements = &compact->elements;
  if (elements == nullptr) return;
  for (const dlms::Data& element : *elements) outline_data(out, level + 1, {}, element);
}

}  // namespace metergate::cli
