// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/data_access.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <variant>

namespace metergate::dlms {
namespace {

std::string without_filling(std::string text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

std::optional<std::int64_t> integer_of(const Data& data) {
  return std::visit(
      [](const auto& value) -> std::optional<std::int64_t> {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::uint64_t>) {
          constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
          if (value > static_cast<std::uint64_t>(kMost)) return std::nullopt;
          return static_cast<std::int64_t>(value);
        } else if constexpr (std::is_integral_v<Value>) {
          return static_cast<std::int64_t>(value);
        } else if constexpr (std::is_same_v<Value, Enum> || std::is_same_v<Value, Bcd>) {
          return value.value;
        } else {
          return std::nullopt;
        }
      },
      data.value);
}

const Octets* octets_of(const Data& data) {
  const auto* string = data.get_if<OctetString>();
  return string != nullptr ? &string->octets : nullptr;
}

std::optional<std::string> text_of(const Data& data) {
  if (const auto* visible = data.get_if<VisibleString>()) return without_filling(visible->text);
  if (const auto* utf8 = data.get_if<Utf8String>()) return without_filling(utf8->text);
  const Octets* octets = octets_of(data);
  if (octets == nullptr) return std::nullopt;
  std::string text = without_filling({octets->begin(), octets->end()});
  const bool printable = std::all_of(text.begin(), text.end(),
                                     [](char letter) { return letter >= ' ' && letter <= '~'; });
  if (!printable) return std::nullopt;
  return text;
}

std::optional<DateTime> date_time_of(const Data& data) {
  if (const auto* time = data.get_if<DateTime>()) return *time;
  const Octets* octets = octets_of(data);
  if (octets == nullptr) return std::nullopt;
  return decode_date_time(*octets);
}

std::optional<cosem::ObisCode> logical_name_of(const Data& data) {
  const Octets* octets = octets_of(data);
  std::array<std::uint8_t, 6> groups{};
  if (octets == nullptr || octets->size() != groups.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), groups.begin());
  return cosem::ObisCode{groups};
}

const DataList* structure_of(const Data& data, std::size_t count) {
  const auto* structure = data.get_if<Structure>();
  if (structure == nullptr || structure->elements.size() < count) return nullptr;
  return &structure->elements;
}

const DataList* array_of(const Data& data) {
  if (const auto* array = data.get_if<Array>()) return &array->elements;
  if (const auto* compact = data.get_if<CompactArray>()) return &compact->elements;
  return nullptr;
}

Data octet_string(OctetView octets) { return OctetString{{octets.begin(), octets.end()}}; }

Data octet_string(const cosem::ObisCode& logical_name) {
  return octet_string(OctetView{logical_name.groups()});
}

Data octet_string(const DateTime& time) { return OctetString{encode(time)}; }

}  // namespace metergate::dlms
