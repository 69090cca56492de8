// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/neutral_text.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace metergate::journal {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kTokenDigits = 20;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Character {
  char32_t code = 0;
  std::size_t octets = 1;
};

/// The UTF-8 character at the beginning of `text`; nothing where the octets are none (overlong
/// forms, surrogates and cut-off sequences included: Unicode 15, table 3-7).
std::optional<Character> first_character(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = octet(0);
  if (lead < 0x80) return Character{lead, 1};
  struct Form {
    std::uint8_t low, high;
    std::size_t octets;
    char32_t smallest;
  };
  constexpr std::array kForms{Form{0xC2, 0xDF, 2, 0x80}, Form{0xE0, 0xEF, 3, 0x800},
                              Form{0xF0, 0xF4, 4, 0x10000}};
  for (const Form& form : kForms) {
    if (lead < form.low || lead > form.high) continue;
    if (text.size() < form.octets) return std::nullopt;
    char32_t code = lead & (0xFFU >> (form.octets + 1));
    for (std::size_t i = 1; i < form.octets; ++i) {
      if ((octet(i) & 0xC0U) != 0x80U) return std::nullopt;
      code = (code << 6U) | (octet(i) & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < form.smallest || code > 0x10FFFF || surrogate) return std::nullopt;
    return Character{code, form.octets};
  }
  return std::nullopt;
}

/// Characters that change how the rest of a line is shown, or end it.
bool acts_on_display(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string hex_octet(std::uint8_t octet) {
  return {'\\', 'x', kHex[octet >> 4U], kHex[octet & 0xFU]};
}

std::string escape(char32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  if (c < 0x80) return hex_octet(static_cast<std::uint8_t>(c));
  std::string digits;
  for (char32_t rest = c; rest != 0; rest >>= 4U) digits.insert(digits.begin(), kHex[rest & 0xFU]);
  return "\\u{" + digits + "}";
}

/// Length of what looks like a token at the beginning of `text`, 0 when nothing does: 20 digits or
/// more in a row, or at least five groups of four with one blank or dash between.
std::size_t token_length(std::string_view text) {
  std::size_t run = 0;
  while (run < text.size() && is_digit(text[run])) ++run;
  if (run >= kTokenDigits) return run;
  std::size_t groups = 0;
  std::size_t at = 0;
  std::size_t end = 0;
  while (at + 4 <= text.size()) {
    std::size_t digits = 0;
    while (at + digits < text.size() && is_digit(text[at + digits])) ++digits;
    if (digits != 4) break;
    ++groups;
    end = at + 4;
    if (end >= text.size() || (text[end] != ' ' && text[end] != '-')) break;
    at = end + 1;
  }
  return groups * 4 >= kTokenDigits ? end : 0;
}

}  // namespace

std::string neutral(std::string_view text, std::size_t limit) {
  constexpr std::string_view kCut = "…";
  std::string out;
  std::size_t room_for_cut = 0;  // the last character's end after which the cut mark fits
  bool after_digit = false;
  while (!text.empty()) {
    std::string piece;
    std::size_t taken = 1;
    if (const std::size_t token = after_digit ? 0 : token_length(text); token != 0) {
      piece = "****" + std::string{text.substr(token - 4, 4)};
      taken = token;
    } else if (const auto character = first_character(text); !character) {
      piece = hex_octet(static_cast<std::uint8_t>(text.front()));
    } else {
      taken = character->octets;
      if (character->code == '\\') {
        piece = "\\\\";
      } else if (acts_on_display(character->code)) {
        piece = escape(character->code);
      } else {
        piece = text.substr(0, taken);
      }
    }
    out += piece;
    if (out.size() > limit) {
      out.resize(room_for_cut);
      out += kCut;
      break;
    }
    if (out.size() + kCut.size() <= limit) room_for_cut = out.size();
    after_digit = is_digit(text[taken - 1]);
    text.remove_prefix(taken);
  }
  return out;
}

std::string quoted_if_needed(std::string_view value) {
  if (!value.empty() && value.find_first_of(" =\"") == std::string_view::npos) {
    return std::string{value};
  }
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace metergate::journal
