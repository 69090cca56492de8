// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include "protocols/dlms/data_codec.hpp"

namespace metergate::dlms {

inline Octets some_octets(std::size_t most) {
  const auto length = *rc::gen::inRange<std::size_t>(0, most + 1);
  return *rc::gen::container<Octets>(length, rc::gen::arbitrary<std::uint8_t>());
}

inline std::string some_text() {
  const Octets octets = some_octets(140);
  return {octets.begin(), octets.end()};
}

inline DateTime some_date_time() {
  using rc::gen::inRange;
  DateTime time;
  time.date = {*inRange<std::uint16_t>(1990, 2100), *inRange<std::uint8_t>(1, 13),
               *inRange<std::uint8_t>(1, 29), *rc::gen::element<std::uint8_t>(1, 7, 0xFF)};
  time.time = {*inRange<std::uint8_t>(0, 24), *inRange<std::uint8_t>(0, 60),
               *inRange<std::uint8_t>(0, 60), *rc::gen::element<std::uint8_t>(0, 99, 0xFF)};
  time.deviation =
      *rc::gen::elementOf(std::vector<std::int16_t>{DateTime::kNoDeviation, -720, -60, 0, 330});
  time.status = *rc::gen::arbitrary<std::uint8_t>();
  return time;
}

template <typename Number>
Data some_number() {
  return *rc::gen::arbitrary<Number>();
}
template <typename Number>
Data some_delta() {
  return Delta<Number>{*rc::gen::arbitrary<Number>()};
}

/// Any Data, of every tag; compact arrays have two elements of one simple type.
inline Data some_data(int depth = 3) {
  const auto kind = *rc::gen::inRange<std::size_t>(0, kDataTags.size());
  switch (kDataTags[kind]) {
    case 1:
    case 2: {
      DataList list;
      const int count = depth > 0 ? *rc::gen::inRange(0, 4) : 0;
      for (int i = 0; i < count; ++i) list.push_back(some_data(depth - 1));
      if (kDataTags[kind] == 1) return Array{std::move(list)};
      return Structure{std::move(list)};
    }
    case 3:
      return *rc::gen::arbitrary<bool>();
    case 4: {
      const auto bits = *rc::gen::inRange<std::size_t>(0, 40);
      return BitString{
          bits, *rc::gen::container<Octets>((bits + 7) / 8, rc::gen::arbitrary<std::uint8_t>())};
    }
    case 5:
      return some_number<std::int32_t>();
    case 6:
      return some_number<std::uint32_t>();
    case 9:
      return OctetString{some_octets(300)};
    case 10:
      return VisibleString{some_text()};
    case 12:
      return Utf8String{some_text()};
    case 13:
      return Bcd{*rc::gen::arbitrary<std::uint8_t>()};
    case 15:
      return some_number<std::int8_t>();
    case 16:
      return some_number<std::int16_t>();
    case 17:
      return some_number<std::uint8_t>();
    case 18:
      return some_number<std::uint16_t>();
    case 19: {
      CompactArray compact;
      compact.type = {2, 0, {{18, 0, {}}, {9, 0, {}}, {1, 2, {{17, 0, {}}}}}};
      for (int i = 0; i < *rc::gen::inRange(0, 4); ++i) {
        compact.elements.push_back(
            Structure{{some_number<std::uint16_t>(), OctetString{some_octets(5)},
                       Array{{some_number<std::uint8_t>(), some_number<std::uint8_t>()}}}});
      }
      return compact;
    }
    case 20:
      return some_number<std::int64_t>();
    case 21:
      return some_number<std::uint64_t>();
    case 22:
      return Enum{*rc::gen::arbitrary<std::uint8_t>()};
    case 23:
      return static_cast<float>(*rc::gen::inRange(-100'000, 100'000)) / 8.0F;
    case 24:
      return static_cast<double>(*rc::gen::inRange(-100'000, 100'000)) / 8.0;
    case 25:
      return some_date_time();
    case 26:
      return some_date_time().date;
    case 27:
      return some_date_time().time;
    case 28:
      return some_delta<std::int8_t>();
    case 29:
      return some_delta<std::int16_t>();
    case 30:
      return some_delta<std::int32_t>();
    case 31:
      return some_delta<std::uint8_t>();
    case 32:
      return some_delta<std::uint16_t>();
    case 33:
      return some_delta<std::uint32_t>();
    case 255:
      return DontCare{};
    default:
      return NullData{};
  }
}

}  // namespace metergate::dlms
