// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_profile_reader.hpp"

#include <algorithm>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"

namespace metergate::dlms_driver {
namespace {

namespace profile = cosem::profile_generic;

constexpr std::int64_t kNewestFirst = 2;  // sort_method LIFO

bool is_status(const cosem::CaptureObject& column) {
  const auto& groups = column.logical_name.groups();
  return column.class_id == cosem::data::kClass && groups[2] == 96 && groups[3] == 10;
}

}  // namespace

DriverStep ReadProfileRows::begin(Now now) {
  if (const KnownProfile* known = learnt().find(profile_of(profile_), now)) {
    shape_ = known->shape;
    scalers_ = known->scalers;
    wanted_ = wanted(shape_.capture_period);
    return ask_rows(now);
  }
  stage_ = Stage::Shape;
  return get({attribute_of(profile::kClass, profile_, profile::kCaptureObjects),
              attribute_of(profile::kClass, profile_, profile::kCapturePeriod),
              attribute_of(profile::kClass, profile_, profile::kSortMethod)});
}

DriverStep ReadProfileRows::got(std::vector<dlms::GetResult> results, Now now) {
  switch (stage_) {
    case Stage::Shape:
      return take_shape(results, now);
    case Stage::Scalers:
      return take_scalers(results, now);
    case Stage::EntriesInUse:
      return take_entries_in_use(results.front(), now);
    case Stage::Oldest:
      return take_oldest(std::move(results.front()), now);
    case Stage::Buffer:
      break;
  }
  return take_buffer(std::move(results.front()), now);
}

DriverStep ReadProfileRows::refused(std::string what, Now now) {
  if (stage_ == Stage::Buffer && (by_range_ || by_entries_)) return ask_otherwise(now);
  if (stage_ == Stage::Oldest) return take_oldest(dlms::AccessResult::OtherReason, now);
  return DlmsExchange::refused(std::move(what), now);
}

DriverStep ReadProfileRows::take_shape(const std::vector<dlms::GetResult>& results, Now now) {
  if (const auto* why = std::get_if<dlms::AccessResult>(&results[0])) return refuse(*why);
  auto columns = cosem::decode_columns(*data_of(results[0]));
  if (!columns || columns->empty()) return meaningless("the profile tells no columns");
  const auto number = [&](std::size_t at) {
    const dlms::Data* data = data_of(results[at]);
    return data != nullptr ? dlms::integer_of(*data).value_or(0) : 0;
  };
  shape_.columns = std::move(*columns);
  shape_.capture_period = std::chrono::seconds{number(1)};
  shape_.newest_first = number(2) == kNewestFirst;
  shape_.zone = {layout().to_utc, {}};
  wanted_ = wanted(shape_.capture_period);

  std::vector<dlms::AttributeReference> scalers;
  for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
    const cosem::CaptureObject& column = shape_.columns[i];
    const bool is_register = column.class_id == cosem::register_object::kClass ||
                             column.class_id == cosem::extended_register::kClass;
    if (!is_register || column.attribute != cosem::register_object::kValue) continue;
    scaled_columns_.push_back(i);
    scalers.push_back(
        attribute_of(column.class_id, column.logical_name, cosem::register_object::kScalerUnit));
  }
  if (scalers.empty()) return begin_rows(now);
  stage_ = Stage::Scalers;
  return get(std::move(scalers));
}

DriverStep ReadProfileRows::take_scalers(const std::vector<dlms::GetResult>& results, Now now) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    const dlms::Data* data = data_of(results[i]);
    const auto scaler = data != nullptr ? cosem::decode_scaler_unit(*data) : std::nullopt;
    if (scaler) scalers_[scaled_columns_[i]] = scaler->scaler;
  }
  return begin_rows(now);
}

DriverStep ReadProfileRows::begin_rows(Now now) {
  learnt().keep(profile_of(profile_), {shape_, scalers_, now.instant});
  return ask_rows(now);
}

DriverStep ReadProfileRows::ask_rows(Now) {
  dlms::AttributeReference buffer = attribute_of(profile::kClass, profile_, profile::kBuffer);
  const auto clock = cosem::clock_column(shape_.columns);
  by_range_ = clock.has_value() && !learnt().range_refused;
  by_entries_ = !by_range_ && !learnt().entries_refused && shape_.capture_period.count() > 0;
  if (by_entries_) {
    stage_ = Stage::EntriesInUse;
    return get({attribute_of(profile::kClass, profile_, profile::kEntriesInUse)});
  }
  if (by_range_) {
    // With deviation: the one form that cannot be taken for another hour of the year.
    const auto bound = [&](UtcSeconds time) -> dlms::Data {
      if (layout().times_are_numbers) return cosem::seconds_since_2000(time);
      const auto minutes = static_cast<std::int16_t>(shape_.zone.to_utc.count());
      return dlms::octet_string(dlms::local_date_time(time, shape_.zone, minutes));
    };
    buffer.access = dlms::select(
        dlms::RangeAccess{shape_.columns[*clock], bound(wanted_.from), bound(wanted_.to), {}});
  }
  stage_ = Stage::Buffer;
  return get({std::move(buffer)});
}

DriverStep ReadProfileRows::ask_otherwise(Now now) {
  if (by_range_) {
    learnt().range_refused = true;
  } else {
    learnt().entries_refused = true;
  }
  return ask_rows(now);
}

DriverStep ReadProfileRows::take_entries_in_use(const dlms::GetResult& result, Now now) {
  const dlms::Data* data = data_of(result);
  const auto in_use = data != nullptr ? dlms::integer_of(*data) : std::nullopt;
  if (!in_use || *in_use <= 0) {
    learnt().entries_refused = true;
    return ask_rows(now);
  }
  // The newest rows back to the first one wanted, two more for a clock that is not ours.
  const auto age = std::chrono::floor<std::chrono::seconds>(now.utc) - wanted_.from;
  const std::int64_t back = std::clamp<std::int64_t>(age / shape_.capture_period + 2, 1, *in_use);
  dlms::EntryAccess entries;
  if (shape_.newest_first) {
    entries.to_entry = static_cast<std::uint32_t>(back);
  } else {
    entries.from_entry = static_cast<std::uint32_t>(*in_use - back + 1);
  }
  dlms::AttributeReference buffer = attribute_of(profile::kClass, profile_, profile::kBuffer);
  buffer.access = dlms::select(entries);
  stage_ = Stage::Buffer;
  return get({std::move(buffer)});
}

DriverStep ReadProfileRows::take_buffer(dlms::GetResult result, Now now) {
  using dlms::AccessResult;
  if (const auto* why = std::get_if<AccessResult>(&result)) {
    const bool empty = *why == AccessResult::TemporaryFailure;
    if (by_range_ || by_entries_) {
      if (!empty) return ask_otherwise(now);
    } else if (!empty) {
      return refuse(*why);
    }
    // One server says so of a profile without rows.
    return understand({}, now);
  }
  auto rows = cosem::decode_rows(std::move(std::get<dlms::Data>(result)), shape_);
  if (!rows) {
    learnt().profiles.erase(profile_of(profile_));
    return meaningless("row " + std::to_string(rows.error().row) +
                       " of the profile: " + rows.error().what);
  }
  const auto outside = [&](const cosem::ProfileRow& row) {
    return row.time && (*row.time < wanted_.from || *row.time > wanted_.to);
  };
  std::erase_if(*rows, outside);
  if (shape_.newest_first) std::reverse(rows->begin(), rows->end());
  return understand(std::move(*rows), now);
}

std::optional<DriverStep> ReadProfileRows::ask_oldest() {
  // Of a profile that begins with the newest, the oldest row has no number that is known.
  if (learnt().entries_refused || shape_.newest_first) return std::nullopt;
  dlms::AttributeReference buffer = attribute_of(profile::kClass, profile_, profile::kBuffer);
  buffer.access = dlms::select(dlms::EntryAccess{1, 1, 1, 0});
  stage_ = Stage::Oldest;
  return get({std::move(buffer)});
}

DriverStep ReadProfileRows::take_oldest(dlms::GetResult result, Now now) {
  if (std::holds_alternative<dlms::AccessResult>(result)) {
    learnt().entries_refused = true;
    return understand({}, now);
  }
  const auto rows = cosem::decode_rows(std::move(std::get<dlms::Data>(result)), shape_);
  if (!rows) return meaningless("the oldest row of the profile: " + rows.error().what);
  return oldest(rows->empty() ? std::nullopt : rows->front().time, now);
}

DriverStep ReadProfileRows::oldest(std::optional<UtcSeconds>, Now now) {
  return understand({}, now);
}

IntervalMarks ReadProfileRows::marks_of(const cosem::ProfileRow& row) const {
  IntervalMarks marks;
  const auto mark = [&marks](std::uint16_t bit) {
    marks.bits = static_cast<std::uint16_t>(marks.bits | bit);
  };
  const auto has = [&row](std::uint8_t bits) { return (row.clock_status & bits) != 0; };
  if (has(dlms::clock_status::kDaylightSaving)) mark(IntervalMarks::kDaylightSaving);
  if (has(dlms::clock_status::kInvalidValue | dlms::clock_status::kDoubtfulValue)) {
    mark(IntervalMarks::kDoubtful);
  }
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!is_status(shape_.columns[i])) continue;
    const auto status = dlms::integer_of(row.cells[i]).value_or(0);
    for (const auto& [bits, meaning] : layout().status_marks) {
      if ((status & bits) != 0) mark(meaning);
    }
  }
  return marks;
}

Result<IntervalValues, std::string> ReadProfileRows::values_of(
    const cosem::ProfileRow& row, const std::vector<model::Channel>& channels) const {
  const IntervalMarks marks = marks_of(row);
  IntervalValues values;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const cosem::ObisCode& name = shape_.columns[i].logical_name;
    const auto channel = std::ranges::find(channels, name, &model::Channel::obis);
    if (channel == channels.end() || row.cells[i].is<dlms::NullData>()) continue;
    const auto scaler = scalers_.find(i);
    const auto number = dlms::integer_of(row.cells[i]);
    const auto value = number && scaler != scalers_.end()
                           ? cosem::rescaled(*number, scaler->second, channel->scale)
                           : std::nullopt;
    if (!value) return failure("channel " + name.text() + " is no number in the model's step");
    values.push_back({name, *value, marks});
  }
  return values;
}

}  // namespace metergate::dlms_driver
