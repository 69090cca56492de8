// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/cosem/obis_code.hpp"
#include "protocols/dlms/data.hpp"

/// Values out of Data, tolerant of what meters choose: one attribute has another integer type, or
/// another kind of string, from maker to maker.
namespace metergate::dlms {

/// Any integer, enum, BCD or boolean that fits.
[[nodiscard]] std::optional<std::int64_t> integer_of(const Data& data);
/// An octet string.
[[nodiscard]] const Octets* octets_of(const Data& data);
/// A visible or UTF-8 string, or an octet string of printable ASCII. Trailing zeros and blanks,
/// which fill fixed fields, are cut off.
[[nodiscard]] std::optional<std::string> text_of(const Data& data);
/// A date-time, or an octet string of twelve octets that is one.
[[nodiscard]] std::optional<DateTime> date_time_of(const Data& data);
/// An octet string of six octets.
[[nodiscard]] std::optional<cosem::ObisCode> logical_name_of(const Data& data);
/// The elements of a structure that has at least `count`; nothing for less, or something else.
[[nodiscard]] const DataList* structure_of(const Data& data, std::size_t count);
/// The elements of an array or a compact array.
[[nodiscard]] const DataList* array_of(const Data& data);

[[nodiscard]] Data octet_string(OctetView octets);
[[nodiscard]] Data octet_string(const cosem::ObisCode& logical_name);
[[nodiscard]] Data octet_string(const DateTime& time);

}  // namespace metergate::dlms
