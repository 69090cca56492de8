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

}  // namespace metergate::cosem
