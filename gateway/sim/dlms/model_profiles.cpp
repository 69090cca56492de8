// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "gateway/sim/dlms/model_objects.hpp"
#include "gateway/sim/dlms/profile.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/scaler_unit.hpp"

namespace metergate::sim {
namespace {

using dlms::Data;
using virtual_meter::VirtualMeter;

constexpr std::uint8_t kLoadStatus = 1;
constexpr std::uint8_t kDailyStatus = 2;

/// The bits a model's profile has for our marks: the lowest that says so.
struct StatusBits {
  std::map<std::uint16_t, std::uint16_t> marks;

  [[nodiscard]] Data of(IntervalMarks ours) const {
    std::uint16_t seen = 0;
    std::uint16_t bits = 0;
    for (const auto& [bit, mark] : marks) {
      if ((ours.bits & mark) == 0 || (seen & mark) != 0) continue;
      seen |= mark;
      bits |= bit;
    }
    const bool wide = !marks.empty() && marks.rbegin()->first > 0xFF;
    return wide ? Data{bits} : Data{static_cast<std::uint8_t>(bits)};
  }
};

std::optional<std::size_t> place_of(const cosem::ObisCode& channel,
                                    const std::vector<cosem::ObisCode>& in) {
  const auto found = std::ranges::find(in, channel);
  if (found == in.end()) return std::nullopt;
  return static_cast<std::size_t>(found - in.begin());
}

Data number(std::int64_t value) { return Data{static_cast<std::uint32_t>(value)}; }

/// Rows of the load profile. The stand of a register at the end of a period is that of the midnight
/// before and what was used since.
class LoadRows {
 public:
  LoadRows(std::vector<cosem::ObisCode> channels, StatusBits status)
      : channels_{std::move(channels)}, status_{std::move(status)} {}

  std::vector<DlmsProfileRow> operator()(const VirtualMeter& meter, UtcSeconds from,
                                         UtcSeconds to) const {
    std::vector<DlmsProfileRow> rows;
    const std::chrono::seconds period = meter.settings().capture_period;
    const auto snapshots = meter.snapshots();
    const UtcSeconds begin{std::chrono::floor<std::chrono::days>(from - period)};
    const DailySnapshot* day = nullptr;
    std::vector<std::int64_t> used;
    for (const ProfileInterval& interval :
         meter.intervals(begin, to - period + std::chrono::seconds{1})) {
      const auto today = std::chrono::floor<std::chrono::days>(interval.start);
      if (day == nullptr || day->day != today) {
        const auto found = std::ranges::find(snapshots, today, &DailySnapshot::day);
        day = found == snapshots.end() ? nullptr : &*found;
        used.assign(interval.values.size(), 0);
      }
      for (std::size_t i = 0; i < used.size(); ++i) used[i] += interval.values[i].value;
      const UtcSeconds captured = interval.start + period;
      if (captured < from || captured > to) continue;
      if (auto cells = cells_of(interval, day, used)) rows.push_back({captured, std::move(*cells)});
    }
    return rows;
  }

 private:
  [[nodiscard]] std::optional<dlms::DataList> cells_of(
      const ProfileInterval& interval, const DailySnapshot* day,
      const std::vector<std::int64_t>& used) const {
    dlms::DataList cells{
        status_.of(interval.values.empty() ? IntervalMarks{} : interval.values.front().marks)};
    for (const cosem::ObisCode& channel : channels_) {
      if (const auto at = place_of(channel, VirtualMeter::profile_channels())) {
        cells.push_back(number(interval.values[*at].value));
      } else if (const auto stand = place_of(channel, VirtualMeter::daily_channels())) {
        if (day == nullptr) return std::nullopt;  // before the first midnight
        cells.push_back(number(day->values[*stand].value + used[*stand]));
      } else {
        cells.push_back(number(0));
      }
    }
    return cells;
  }

  std::vector<cosem::ObisCode> channels_;
  StatusBits status_;
};

class DailyRows {
 public:
  DailyRows(std::vector<cosem::ObisCode> channels, StatusBits status)
      : channels_{std::move(channels)}, status_{std::move(status)} {}

  std::vector<DlmsProfileRow> operator()(const VirtualMeter& meter, UtcSeconds from,
                                         UtcSeconds to) const {
    std::vector<DlmsProfileRow> rows;
    for (const DailySnapshot& snapshot : meter.snapshots()) {
      const UtcSeconds midnight{snapshot.day};
      if (midnight < from || midnight > to) continue;
      dlms::DataList cells{
          status_.of(snapshot.values.empty() ? IntervalMarks{} : snapshot.values.front().marks)};
      for (const cosem::ObisCode& channel : channels_) {
        const auto at = place_of(channel, VirtualMeter::daily_channels());
        cells.push_back(number(at ? snapshot.values[*at].value : 0));
      }
      rows.push_back({midnight, std::move(cells)});
    }
    return rows;
  }

 private:
  std::vector<cosem::ObisCode> channels_;
  StatusBits status_;
};

std::vector<cosem::ObisCode> names_of(const std::vector<model::Channel>& channels) {
  std::vector<cosem::ObisCode> out;
  for (const model::Channel& channel : channels) out.push_back(channel.obis);
  return out;
}

DlmsProfile profile_of(const model::MeterModel& meter_model, const cosem::ObisCode& name,
                       std::uint8_t status, const std::vector<cosem::ObisCode>& channels) {
  DlmsProfile profile{.name = name, .columns = {clock_column()}};
  profile.columns.front().logical_name = meter_model.dlms.clock.value_or(cosem::kClock);
  profile.columns.push_back(
      {cosem::data::kClass, cosem::profile_status_object(status), cosem::data::kValue, 0});
  for (const cosem::ObisCode& channel : channels) {
    profile.columns.push_back(
        {cosem::register_object::kClass, channel, cosem::register_object::kValue, 0});
  }
  profile.times_are_numbers = meter_model.dlms.times_are_numbers;
  return profile;
}

/// The marks of the newest row.
template <typename Rows>
DlmsObject status_object(std::uint8_t number, Rows rows) {
  return {.class_id = cosem::data::kClass,
          .name = cosem::profile_status_object(number),
          .read = [rows](DlmsContext& context, std::int8_t) -> dlms::GetResult {
            const UtcSeconds now = context.meter.meter_time();
            const auto newest = rows(context.meter, now - std::chrono::days{2}, now);
            if (newest.empty()) return Data{std::uint8_t{0}};
            return newest.back().cells.front();
          }};
}

/// A channel that the virtual meter has no register for is of something the house does not have.
void add_missing(DlmsObjects& objects, const std::vector<model::Channel>& channels) {
  for (const model::Channel& channel : channels) {
    if (std::ranges::find(objects, channel.obis, &DlmsObject::name) != objects.end()) continue;
    const std::uint8_t unit = dlms_unit_number(channel.unit);
    objects.push_back({.class_id = cosem::register_object::kClass,
                       .name = channel.obis,
                       .attributes = 3,
                       .read = [unit](DlmsContext&, std::int8_t attribute) -> dlms::GetResult {
                         if (attribute == cosem::register_object::kScalerUnit) {
                           return cosem::encode_scaler_unit({0, unit});
                         }
                         return Data{std::uint32_t{0}};
                       }});
  }
}

}  // namespace

void add_model_profiles(DlmsObjects& objects, const model::MeterModel& meter_model) {
  const model::DlmsLayout& at = meter_model.dlms;
  const StatusBits status{at.status_marks};
  add_missing(objects, meter_model.profile_channels);
  add_missing(objects, meter_model.daily_channels);
  if (at.load_profile) {
    const auto channels = names_of(meter_model.profile_channels);
    const LoadRows rows{channels, status};
    DlmsProfile profile = profile_of(meter_model, *at.load_profile, kLoadStatus, channels);
    profile.capacity = 395 * 48;
    profile.period = [](const VirtualMeter& meter) -> std::chrono::seconds {
      return meter.settings().capture_period;
    };
    profile.rows = rows;
    objects.push_back(profile_object(std::move(profile)));
    objects.push_back(status_object(kLoadStatus, rows));
  }
  if (at.daily_profile) {
    const auto channels = names_of(meter_model.daily_channels);
    const DailyRows rows{channels, status};
    DlmsProfile profile = profile_of(meter_model, *at.daily_profile, kDailyStatus, channels);
    profile.capacity = 395;
    profile.period = [](const VirtualMeter&) -> std::chrono::seconds {
      return std::chrono::days{1};
    };
    profile.rows = rows;
    objects.push_back(profile_object(std::move(profile)));
    objects.push_back(status_object(kDailyStatus, rows));
  }
}

}  // namespace metergate::sim
