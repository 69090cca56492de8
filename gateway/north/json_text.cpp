// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace metergate::north {
namespace {

// RFC 8259, 7: what may not stand in a string as it is.
constexpr bool needs_escape(char octet) {
  return static_cast<unsigned char>(octet) < 0x20 || octet == '"' || octet == '\\';
}

}  // namespace

void JsonText::number(std::int64_t value) {
  separate();
  std::array<char, 20> digits;  // "-9223372036854775808"
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  out_.append(digits.begin(), end);
}

void JsonText::quote(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if(text, needs_escape) - text.begin());
    out_ += text.substr(0, plain);
    if (plain == text.size()) break;
    escape(text[plain]);
    text.remove_prefix(plain + 1);
  }
  out_ += '"';
}

void JsonText::escape(char octet) {
  out_ += '\\';
  switch (octet) {
    case '\b':
      out_ += 'b';
      return;
    case '\f':
      out_ += 'f';
      return;
    case '\n':
      out_ += 'n';
      return;
    case '\r':
      out_ += 'r';
      return;
    case '\t':
      out_ += 't';
      return;
    case '"':
    case '\\':
      out_ += octet;
      return;
    default: {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto value = static_cast<unsigned char>(octet);
      out_ += "u00";
      out_ += kHex[value >> 4U];
      out_ += kHex[value & 0xFU];
    }
  }
}

}  // namespace metergate::north
