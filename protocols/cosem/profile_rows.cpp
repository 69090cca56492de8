// SPDX-License-Identifier: Apache-2.0
#include "protocols/cosem/profile_rows.hpp"

#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"

namespace metergate::cosem {
namespace {

// Where a profile's time is a number it is seconds since 2000 (GBCS).
constexpr std::chrono::sys_days kEpoch2000{std::chrono::year{2000} / 1 / 1};

class RowReader {
 public:
  explicit RowReader(const ProfileShape& shape)
      : shape_{shape}, clock_{clock_column(shape.columns)} {}

  /// A sentence when the row can't be read.
  std::optional<std::string> read(dlms::Data element, const ProfileRow* before, ProfileRow& row) {
    auto* structure = std::get_if<dlms::Structure>(&element.value);
    if (structure != nullptr) {
      row.cells = std::move(structure->elements);
    } else if (shape_.columns.size() == 1) {
      row.cells.push_back(std::move(element));
    } else {
      return "no structure";
    }
    if (row.cells.size() != shape_.columns.size()) {
      return std::to_string(row.cells.size()) + " cells for " +
             std::to_string(shape_.columns.size()) + " columns";
    }
    if (clock_) {
      if (auto bad = read_time(before, row)) return bad;
    }
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const bool is_null = row.cells[i].is<dlms::NullData>();
      if (is_null && before != nullptr && i != clock_) row.cells[i] = before->cells[i];
    }
    return std::nullopt;
  }

 private:
  std::optional<std::string> read_time(const ProfileRow* before, ProfileRow& row) {
    const dlms::Data& cell = row.cells[*clock_];
    if (cell.is<dlms::NullData>()) {
      if (before == nullptr || !before->time) return "no time, and no row before it";
      if (shape_.capture_period.count() == 0) return "no time, and no capture period";
      row.time_derived = true;
      row.time = shape_.newest_first ? *before->time - shape_.capture_period
                                     : *before->time + shape_.capture_period;
      row.clock_status = before->clock_status;
      return std::nullopt;
    }
    if (const auto seconds = dlms::integer_of(cell)) {
      row.time = kEpoch2000 + std::chrono::seconds{*seconds & 0xFFFF'FFFF};
      return std::nullopt;
    }
    const auto time = dlms::date_time_of(cell);
    if (!time) return "a time that is none";
    row.clock_status = time->status == dlms::clock_status::kNotSpecified ? 0 : time->status;
    const auto utc = dlms::to_utc(*time, shape_.zone);
    if (!utc) return "a time with unspecified fields";
    row.time = std::chrono::floor<std::chrono::seconds>(*utc);
    return std::nullopt;
  }

  const ProfileShape& shape_;
  std::optional<std::size_t> clock_;
};

dlms::DataList* elements(dlms::Data& buffer) {
  if (auto* array = std::get_if<dlms::Array>(&buffer.value)) return &array->elements;
  if (auto* compact = std::get_if<dlms::CompactArray>(&buffer.value)) return &compact->elements;
  return nullptr;
}

}  // namespace

std::optional<std::size_t> clock_column(const std::vector<CaptureObject>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].class_id == clock::kClass && columns[i].attribute == clock::kTime) return i;
  }
  return std::nullopt;
}

std::optional<std::vector<CaptureObject>> decode_columns(const dlms::Data& data) {
  const dlms::DataList* objects = dlms::array_of(data);
  if (objects == nullptr) return std::nullopt;
  std::vector<CaptureObject> columns;
  columns.reserve(objects->size());
  for (const dlms::Data& element : *objects) {
    const auto object = dlms::decode_capture_object(element);
    if (!object) return std::nullopt;
    columns.push_back(*object);
  }
  return columns;
}

Result<std::vector<ProfileRow>, RowFault> decode_rows(dlms::Data buffer,
                                                      const ProfileShape& shape) {
  std::vector<ProfileRow> rows;
  if (buffer.is<dlms::NullData>()) return rows;
  dlms::DataList* list = elements(buffer);
  if (list == nullptr) return failure(RowFault{0, "the buffer is no array"});
  rows.reserve(list->size());
  RowReader reader{shape};
  for (dlms::Data& element : *list) {
    ProfileRow row;
    if (auto bad = reader.read(std::move(element), rows.empty() ? nullptr : &rows.back(), row)) {
      return failure(RowFault{rows.size(), std::move(*bad)});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace metergate::cosem
