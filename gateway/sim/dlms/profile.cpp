// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/profile.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>

#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/profile_rows.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"

namespace metergate::sim {
namespace {

using cosem::CaptureObject;
using dlms::AccessResult;
using dlms::Array;
using dlms::Data;
using dlms::Enum;
using dlms::GetResult;
using dlms::Structure;

constexpr UtcSeconds kBeginning{};
constexpr UtcSeconds kEnd{std::chrono::seconds{std::numeric_limits<std::uint32_t>::max()}};

/// Rows as a buffer of these columns; with null-data in the place of what the row before tells
/// (Blue Book, 4.3.6.2.2).
Data encode_rows(const DlmsContext& context, const DlmsProfile& profile,
                 const std::vector<DlmsProfileRow>& rows, const std::vector<std::size_t>& columns) {
  const bool null_data = context.setup.quirks.null_data;
  const std::chrono::seconds period = profile.period(context.meter);
  const auto stamp = [&](UtcSeconds time) -> Data {
    if (profile.times_are_numbers) return cosem::seconds_since_2000(time);
    return dlms::octet_string(dlms::utc_date_time(time));
  };
  Array buffer;
  buffer.elements.reserve(rows.size());
  const DlmsProfileRow* before = nullptr;
  for (const DlmsProfileRow& row : rows) {
    Structure cells;
    cells.elements.reserve(columns.size());
    for (const std::size_t column : columns) {
      const bool follows =
          null_data && before != nullptr &&
          (column == 0 ? period.count() > 0 && row.captured == before->captured + period
                       : row.cells[column - 1] == before->cells[column - 1]);
      if (follows) {
        cells.elements.emplace_back();
      } else if (column == 0) {
        cells.elements.push_back(stamp(row.captured));
      } else {
        cells.elements.push_back(row.cells[column - 1]);
      }
    }
    buffer.elements.emplace_back(std::move(cells));
    before = &row;
  }
  return buffer;
}

std::vector<std::size_t> all_columns(const DlmsProfile& profile) {
  std::vector<std::size_t> columns(profile.columns.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

std::optional<UtcSeconds> bound(const DlmsProfile& profile, const Data& data) {
  if (profile.times_are_numbers) {
    const auto seconds = dlms::integer_of(data);
    if (!seconds) return std::nullopt;
    return UtcSeconds{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}} +
           std::chrono::seconds{*seconds};
  }
  const auto given = dlms::date_time_of(data);
  if (!given) return std::nullopt;
  const auto time = dlms::to_utc(*given);
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*time);
}

GetResult read_range(DlmsContext& context, const DlmsProfile& profile,
                     const dlms::RangeAccess& range) {
  if (range.restricting != profile.columns.front()) return AccessResult::ScopeOfAccessViolated;
  const auto from = bound(profile, range.from);
  const auto to = bound(profile, range.to);
  if (!from || !to) return AccessResult::TypeUnmatched;
  std::vector<std::size_t> columns;
  for (const CaptureObject& wanted : range.columns) {
    const auto found = std::ranges::find(profile.columns, wanted);
    if (found == profile.columns.end()) return AccessResult::ScopeOfAccessViolated;
    columns.push_back(static_cast<std::size_t>(found - profile.columns.begin()));
  }
  if (columns.empty()) columns = all_columns(profile);
  return encode_rows(context, profile, profile.rows(context.meter, *from, *to), columns);
}

GetResult read_entries(DlmsContext& context, const DlmsProfile& profile,
                       const dlms::EntryAccess& entries) {
  const std::size_t last_column =
      entries.to_column == 0 ? profile.columns.size() : entries.to_column;
  const std::size_t first_column = std::max<std::size_t>(entries.from_column, 1);
  if (last_column > profile.columns.size() || first_column > last_column) {
    return AccessResult::ScopeOfAccessViolated;
  }
  std::vector<std::size_t> columns(last_column - first_column + 1);
  std::iota(columns.begin(), columns.end(), first_column - 1);
  std::vector<DlmsProfileRow> rows = profile.rows(context.meter, kBeginning, kEnd);
  const std::size_t first = std::max<std::size_t>(entries.from_entry, 1) - 1;
  const std::size_t last =
      entries.to_entry == 0 ? rows.size() : std::min<std::size_t>(entries.to_entry, rows.size());
  if (first >= last) return Data{Array{}};
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(last), rows.end());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(first));
  return encode_rows(context, profile, rows, columns);
}

GetResult read_profile(DlmsContext& context, const DlmsProfile& profile, std::int8_t attribute) {
  switch (attribute) {
    case cosem::profile_generic::kBuffer:
      return encode_rows(context, profile, profile.rows(context.meter, kBeginning, kEnd),
                         all_columns(profile));
    case cosem::profile_generic::kCaptureObjects: {
      Array columns;
      for (const CaptureObject& column : profile.columns) {
        columns.elements.push_back(dlms::encode_capture_object(column));
      }
      return Data{std::move(columns)};
    }
    case cosem::profile_generic::kCapturePeriod:
      return Data{static_cast<std::uint32_t>(profile.period(context.meter).count())};
    case cosem::profile_generic::kSortMethod:
      return Data{Enum{1}};  // first in, first out
    case cosem::profile_generic::kSortObject:
      return dlms::encode_capture_object(profile.columns.front());
    case cosem::profile_generic::kEntriesInUse:
      return Data{static_cast<std::uint32_t>(profile.rows(context.meter, kBeginning, kEnd).size())};
    default:
      return Data{profile.capacity};
  }
}

}  // namespace

CaptureObject clock_column() { return {cosem::clock::kClass, cosem::kClock, 2, 0}; }

DlmsObject profile_object(DlmsProfile profile) {
  const auto shared = std::make_shared<const DlmsProfile>(std::move(profile));
  return {
      .class_id = cosem::profile_generic::kClass,
      .version = 1,
      .name = shared->name,
      .attributes = 8,
      .read = [shared](DlmsContext& context,
                       std::int8_t attribute) { return read_profile(context, *shared, attribute); },
      .read_part = [shared](DlmsContext& context,
                            const dlms::SelectiveAccess& access) -> GetResult {
        if (const auto range = dlms::range_of(access)) {
          return read_range(context, *shared, *range);
        }
        if (const auto entries = dlms::entries_of(access)) {
          return read_entries(context, *shared, *entries);
        }
        return AccessResult::TypeUnmatched;
      }};
}

}  // namespace metergate::sim
