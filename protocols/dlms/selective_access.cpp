// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/selective_access.hpp"

#include <limits>

#include "protocols/dlms/data_access.hpp"

namespace metergate::dlms {
namespace {

template <typename Number>
std::optional<Number> number_of(const Data& data) {
  const auto value = integer_of(data);
  if (!value || *value < std::numeric_limits<Number>::min() ||
      *value > std::numeric_limits<Number>::max()) {
    return std::nullopt;
  }
  return static_cast<Number>(*value);
}

}  // namespace

Data encode_capture_object(const cosem::CaptureObject& object) {
  return Structure{
      {object.class_id, octet_string(object.logical_name), object.attribute, object.index}};
}

std::optional<cosem::CaptureObject> decode_capture_object(const Data& data) {
  const DataList* fields = structure_of(data, 4);
  if (fields == nullptr) return std::nullopt;
  const auto class_id = number_of<std::uint16_t>((*fields)[0]);
  const auto name = logical_name_of((*fields)[1]);
  const auto attribute = number_of<std::int8_t>((*fields)[2]);
  const auto index = number_of<std::uint16_t>((*fields)[3]);
  if (!class_id || !name || !attribute || !index) return std::nullopt;
  return cosem::CaptureObject{*class_id, *name, *attribute, *index};
}

SelectiveAccess select(const RangeAccess& range) {
  Array columns;
  for (const auto& column : range.columns) {
    columns.elements.push_back(encode_capture_object(column));
  }
  return {RangeAccess::kSelector, Structure{{encode_capture_object(range.restricting), range.from,
                                             range.to, std::move(columns)}}};
}

SelectiveAccess select(const EntryAccess& entries) {
  return {EntryAccess::kSelector, Structure{{entries.from_entry, entries.to_entry,
                                             entries.from_column, entries.to_column}}};
}

std::optional<RangeAccess> range_of(const SelectiveAccess& access) {
  const DataList* fields = structure_of(access.parameters, 4);
  if (access.selector != RangeAccess::kSelector || fields == nullptr) return std::nullopt;
  const auto restricting = decode_capture_object((*fields)[0]);
  const DataList* columns = array_of((*fields)[3]);
  if (!restricting || columns == nullptr) return std::nullopt;
  RangeAccess range{*restricting, (*fields)[1], (*fields)[2], {}};
  for (const Data& column : *columns) {
    const auto object = decode_capture_object(column);
    if (!object) return std::nullopt;
    range.columns.push_back(*object);
  }
  return range;
}

std::optional<EntryAccess> entries_of(const SelectiveAccess& access) {
  const DataList* fields = structure_of(access.parameters, 4);
  if (access.selector != EntryAccess::kSelector || fields == nullptr) return std::nullopt;
  const auto from = number_of<std::uint32_t>((*fields)[0]);
  const auto to = number_of<std::uint32_t>((*fields)[1]);
  const auto from_column = number_of<std::uint16_t>((*fields)[2]);
  const auto to_column = number_of<std::uint16_t>((*fields)[3]);
  if (!from || !to || !from_column || !to_column) return std::nullopt;
  return EntryAccess{*from, *to, *from_column, *to_column};
}

}  // namespace metergate::dlms
