// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/canonical_json.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <vector>

namespace metergate::north {

namespace json = boost::json;

namespace {

constexpr std::int64_t kLargestExact = (std::int64_t{1} << 53) - 1;
constexpr std::string_view kWholeNumber = "a whole number from -(2^53-1) to 2^53-1";

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

/// RFC 8785, 3.2.3, compares UTF-16 units. In UTF-8 the order of octets is that of the characters,
/// which differs in one way: U+E000 to U+FFFF (first octet EE, EF) stand after the surrogates that
/// the characters beyond U+FFFF (first octet F0 and more) are made of.
unsigned utf16_rank(char octet) {
  const auto value = static_cast<unsigned char>(octet);
  constexpr unsigned kBehindAll = 0x100;
  return value == 0xEE || value == 0xEF ? value + kBehindAll : value;
}

bool utf16_less(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, utf16_rank, utf16_rank);
}

class Writer {
 public:
  [[nodiscard]] bool write(const json::value& value, const std::string& where) {
    switch (value.kind()) {
      case json::kind::null:
        out_ += "null";
        return true;
      case json::kind::bool_:
        out_ += value.get_bool() ? "true" : "false";
        return true;
      case json::kind::int64:
        if (value.get_int64() < -kLargestExact || value.get_int64() > kLargestExact) break;
        out_ += std::to_string(value.get_int64());
        return true;
      case json::kind::uint64:
        if (value.get_uint64() > static_cast<std::uint64_t>(kLargestExact)) break;
        out_ += std::to_string(value.get_uint64());
        return true;
      case json::kind::double_:
        break;
      case json::kind::string:
        write(view(value.get_string()));
        return true;
      case json::kind::array:
        return write(value.get_array(), where);
      case json::kind::object:
        return write(value.get_object(), where, {});
    }
    fault_ = {where, std::string{kWholeNumber}};
    return false;
  }

  [[nodiscard]] bool write(const json::object& object, const std::string& where,
                           std::initializer_list<std::string_view> left_out) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : object) {
      if (std::ranges::find(left_out, view(member.key())) == left_out.end()) {
        members.push_back(&member);
      }
    }
    std::ranges::sort(members, [](const auto* a, const auto* b) {
      return utf16_less(view(a->key()), view(b->key()));
    });
    out_ += '{';
    for (const auto* member : members) {
      if (member != members.front()) out_ += ',';
      write(view(member->key()));
      out_ += ':';
      // A member whose name is empty is to be told like any other.
      const std::string name{member->key().empty() ? R"("")" : view(member->key())};
      if (!write(member->value(), where.empty() ? name : where + '.' + name)) return false;
    }
    out_ += '}';
    return true;
  }

  [[nodiscard]] Result<std::string, CanonicalFault> take(bool written) {
    if (!written) return failure(std::move(fault_));
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool write(const json::array& array, const std::string& where) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out_ += ',';
      if (!write(array[i], where + '[' + std::to_string(i + 1) + ']')) return false;
    }
    out_ += ']';
    return true;
  }

  /// RFC 8785, 3.2.2.2: the five short escapes, \u00xx for other control characters, the quotation
  /// mark and the backslash; everything else as it is.
  void write(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    constexpr std::string_view kShort = "btnvfr";  // from U+0008; U+000B has no escape of its own
    out_ += '"';
    for (const char c : text) {
      const auto octet = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (octet >= 0x08 && octet <= 0x0D && octet != 0x0B) {
        out_ += '\\';
        out_ += kShort[octet - 0x08U];
      } else if (octet < 0x20) {
        out_ += "\\u00";
        out_ += kHex[octet >> 4U];
        out_ += kHex[octet & 0x0FU];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  std::string out_;
  CanonicalFault fault_;
};

}  // namespace

Result<std::string, CanonicalFault> canonical_json(const json::value& value) {
  Writer writer;
  const bool written = writer.write(value, "");
  return writer.take(written);
}

Result<std::string, CanonicalFault> canonical_json_without(const json::object& object,
                                                           std::string_view left_out,
                                                           std::string_view left_out_too) {
  Writer writer;
  const bool written = writer.write(object, "", {left_out, left_out_too});
  return writer.take(written);
}

}  // namespace metergate::north
