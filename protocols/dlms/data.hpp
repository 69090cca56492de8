// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "protocols/dlms/date_time.hpp"
#include "protocols/octets/octets.hpp"

/// COSEM's `Data` (Blue Book, 4.1.5): every value a meter's attribute can have. One C++ type per
/// tag, so that what was received is sent again octet by octet.
namespace metergate::dlms {

struct Data;
using DataList = std::vector<Data>;

struct NullData {
  friend constexpr bool operator==(NullData, NullData) = default;
};
struct DontCare {
  friend constexpr bool operator==(DontCare, DontCare) = default;
};
struct Array {
  DataList elements;
};
struct Structure {
  DataList elements;
};
/// `bits` of them are valid; the first is the highest of the first octet.
struct BitString {
  std::size_t bits = 0;
  Octets octets;
  friend bool operator==(const BitString&, const BitString&) = default;
};
struct OctetString {
  Octets octets;
  friend bool operator==(const OctetString&, const OctetString&) = default;
};
struct VisibleString {
  std::string text;
  friend bool operator==(const VisibleString&, const VisibleString&) = default;
};
struct Utf8String {
  std::string text;
  friend bool operator==(const Utf8String&, const Utf8String&) = default;
};
struct Bcd {
  std::uint8_t value = 0;
  friend constexpr bool operator==(Bcd, Bcd) = default;
};
struct Enum {
  std::uint8_t value = 0;
  friend constexpr bool operator==(Enum, Enum) = default;
};
template <typename Number>
struct Delta {
  Number value = 0;
  friend constexpr bool operator==(Delta, Delta) = default;
};

/// What the elements of a compact array are: a tag, and for structures and arrays what is in them.
struct TypeDescription {
  std::uint8_t tag = 0;
  std::uint16_t count = 0;                ///< of an array's elements
  std::vector<TypeDescription> elements;  ///< a structure's; an array has one
  friend bool operator==(const TypeDescription&, const TypeDescription&) = default;
};
struct CompactArray {
  TypeDescription type;
  DataList elements;
};

/// Stands at the index of its entry in kDataTags (data_codec.hpp).
using DataValue =
    std::variant<NullData, Array, Structure, bool, BitString, std::int32_t, std::uint32_t,
                 OctetString, VisibleString, Utf8String, Bcd, std::int8_t, std::int16_t,
                 std::uint8_t, std::uint16_t, CompactArray, std::int64_t, std::uint64_t, Enum,
                 float, double, DateTime, Date, Time, Delta<std::int8_t>, Delta<std::int16_t>,
                 Delta<std::int32_t>, Delta<std::uint8_t>, Delta<std::uint16_t>,
                 Delta<std::uint32_t>, DontCare>;

template <typename Value, typename Variant>
inline constexpr bool kIsAlternative = false;
template <typename Value, typename... Alternatives>
inline constexpr bool kIsAlternative<Value, std::variant<Alternatives...>> =
    (std::is_same_v<Value, Alternatives> || ...);

struct Data {
  DataValue value;

  Data() = default;
  // Implicit on purpose: `Structure{{std::uint16_t{8}, OctetString{...}}}` reads like the standard.
  template <typename Value,
            typename = std::enable_if_t<kIsAlternative<std::decay_t<Value>, DataValue>>>
  Data(Value&& content)
      : value{std::in_place_type<std::decay_t<Value>>, std::forward<Value>(content)} {}

  template <typename Value>
  [[nodiscard]] const Value* get_if() const {
    return std::get_if<Value>(&value);
  }
  template <typename Value>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<Value>(value);
  }
  friend bool operator==(const Data& a, const Data& b);
};

inline bool operator==(const Array& a, const Array& b) { return a.elements == b.elements; }
inline bool operator==(const Structure& a, const Structure& b) { return a.elements == b.elements; }
inline bool operator==(const CompactArray& a, const CompactArray& b) {
  return a.type == b.type && a.elements == b.elements;
}
inline bool operator==(const Data& a, const Data& b) { return a.value == b.value; }

}  // namespace metergate::dlms
