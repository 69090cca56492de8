// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/object_list.hpp"

#include "protocols/dlms/data_access.hpp"

namespace metergate::cosem {

std::optional<std::vector<ObjectListEntry>> decode_object_list(const dlms::Data& data) {
  const dlms::DataList* elements = dlms::array_of(data);
  if (elements == nullptr) return std::nullopt;
  std::vector<ObjectListEntry> out;
  out.reserve(elements->size());
  for (const dlms::Data& element : *elements) {
    const dlms::DataList* fields = dlms::structure_of(element, 3);
    if (fields == nullptr) return std::nullopt;
    const auto class_id = dlms::integer_of((*fields)[0]);
    const auto version = dlms::integer_of((*fields)[1]);
    const auto name = dlms::logical_name_of((*fields)[2]);
    if (!class_id || *class_id < 0 || *class_id > 0xFFFF || !version || *version < 0 ||
        *version > 0xFF || !name) {
      return std::nullopt;
    }
    out.push_back(
        {static_cast<std::uint16_t>(*class_id), static_cast<std::uint8_t>(*version), *name});
  }
  return out;
}

std::vector<std::int8_t> listed_attributes(const dlms::Data& list, std::uint16_t class_id,
                                           const ObisCode& logical_name) {
  std::vector<std::int8_t> out;
  const dlms::DataList* elements = dlms::array_of(list);
  if (elements == nullptr) return out;
  for (const dlms::Data& element : *elements) {
    // class, version, name, access rights: those of attributes and those of methods
    const dlms::DataList* fields = dlms::structure_of(element, 4);
    if (fields == nullptr || dlms::integer_of((*fields)[0]) != class_id ||
        dlms::logical_name_of((*fields)[2]) != logical_name) {
      continue;
    }
    const dlms::DataList* rights = dlms::structure_of((*fields)[3], 2);
    const dlms::DataList* attributes = rights == nullptr ? nullptr : dlms::array_of((*rights)[0]);
    if (attributes == nullptr) return out;
    for (const dlms::Data& attribute : *attributes) {
      const dlms::DataList* right = dlms::structure_of(attribute, 2);
      const auto number = right == nullptr ? std::nullopt : dlms::integer_of((*right)[0]);
      if (number && *number > 1 && *number <= INT8_MAX) {
        out.push_back(static_cast<std::int8_t>(*number));
      }
    }
    return out;
  }
  return out;
}

}  // namespace metergate::cosem
