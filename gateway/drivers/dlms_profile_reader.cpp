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

}  // namespace

DriverStep ReadProfileRows::begin(Now now) {
  if (const KnownProfile* known = learnt().find(profile_of(name_), now)) {
    profile_ = known->what;
    wanted_ = wanted(profile_.shape.capture_period);
    return ask_rows(now);
  }
  stage_ = Stage::Shape;
  return get({attribute_of(profile::kClass, name_, profile::kCaptureObjects),
              attribute_of(profile::kClass, name_, profile::kCapturePeriod),
              attribute_of(profile::kClass, name_, profile::kSortMethod)});
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
  profile_.shape.columns = std::move(*columns);
  profile_.shape.capture_period = std::chrono::seconds{number(1)};
  profile_.shape.newest_first = number(2) == kNewestFirst;
  profile_.shape.zone = {layout().to_utc, {}};
  wanted_ = wanted(profile_.shape.capture_period);

  std::vector<dlms::AttributeReference> scalers;
  for (std::size_t i = 0; i < profile_.shape.columns.size(); ++i) {
    const cosem::CaptureObject& column = profile_.shape.columns[i];
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
    if (scaler) profile_.scalers[scaled_columns_[i]] = scaler->scaler;
  }
  return begin_rows(now);
}

DriverStep ReadProfileRows::begin_rows(Now now) {
  learnt().keep(profile_of(name_), {profile_, now.instant});
  const bool is_pushed = name_ == layout().load_profile || name_ == layout().daily_profile;
  if (is_pushed) learnt().seen.profile(meter_number(), name_, profile_);
  return ask_rows(now);
}

DriverStep ReadProfileRows::ask_rows(Now) {
  dlms::AttributeReference buffer = attribute_of(profile::kClass, name_, profile::kBuffer);
  const auto clock = cosem::clock_column(profile_.shape.columns);
  by_range_ = clock.has_value() && !learnt().range_refused;
  by_entries_ =
      !by_range_ && !learnt().entries_refused && profile_.shape.capture_period.count() > 0;
  if (by_entries_) {
    stage_ = Stage::EntriesInUse;
    return get({attribute_of(profile::kClass, name_, profile::kEntriesInUse)});
  }
  if (by_range_) {
    // With deviation: the one form that cannot be taken for another hour of the year.
    const auto bound = [&](UtcSeconds time) -> dlms::Data {
      if (layout().times_are_numbers) return cosem::seconds_since_2000(time);
      const auto minutes = static_cast<std::int16_t>(profile_.shape.zone.to_utc.count());
      return dlms::octet_string(dlms::local_date_time(time, profile_.shape.zone, minutes));
    };
    buffer.access = dlms::select(dlms::RangeAccess{
        profile_.shape.columns[*clock], bound(wanted_.from), bound(wanted_.to), {}});
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
  // The newest rows back to the first one wanted, one more for a clock that is not ours.
  const auto age = std::chrono::floor<std::chrono::seconds>(now.utc) - wanted_.from;
  const std::int64_t back =
      std::clamp<std::int64_t>(age / profile_.shape.capture_period + 2, 1, *in_use);
  dlms::EntryAccess entries;
  if (profile_.shape.newest_first) {
    entries.to_entry = static_cast<std::uint32_t>(back);
  } else {
    entries.from_entry = static_cast<std::uint32_t>(*in_use - back + 1);
  }
  dlms::AttributeReference buffer = attribute_of(profile::kClass, name_, profile::kBuffer);
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
  auto rows = cosem::decode_rows(std::move(std::get<dlms::Data>(result)), profile_.shape);
  if (!rows) {
    learnt().profiles.erase(profile_of(name_));
    return meaningless("row " + std::to_string(rows.error().row) +
                       " of the profile: " + rows.error().what);
  }
  const auto outside = [&](const cosem::ProfileRow& row) {
    return row.time && (*row.time < wanted_.from || *row.time > wanted_.to);
  };
  std::erase_if(*rows, outside);
  if (profile_.shape.newest_first) std::reverse(rows->begin(), rows->end());
  return understand(std::move(*rows), now);
}

std::optional<DriverStep> ReadProfileRows::ask_oldest() {
  // Of a profile that begins with the newest, the oldest row has no number that is known.
  if (learnt().entries_refused || profile_.shape.newest_first) return std::nullopt;
  dlms::AttributeReference buffer = attribute_of(profile::kClass, name_, profile::kBuffer);
  buffer.access = dlms::select(dlms::EntryAccess{1, 1, 1, 0});
  stage_ = Stage::Oldest;
  return get({std::move(buffer)});
}

DriverStep ReadProfileRows::take_oldest(dlms::GetResult result, Now now) {
  if (std::holds_alternative<dlms::AccessResult>(result)) {
    learnt().entries_refused = true;
    return understand({}, now);
  }
  const auto rows = cosem::decode_rows(std::move(std::get<dlms::Data>(result)), profile_.shape);
  if (!rows) return meaningless("the oldest row of the profile: " + rows.error().what);
  return oldest(rows->empty() ? std::nullopt : rows->front().time, now);
}

DriverStep ReadProfileRows::oldest(std::optional<UtcSeconds>, Now now) {
  return understand({}, now);
}

}  // namespace metergate::dlms_driver
