// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// Who the meter is and what time it has: what every client may know.
namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Data;
using dlms::GetResult;

Data text_data(std::string_view text) {
  return dlms::OctetString{Octets(text.begin(), text.end())};
}

DlmsObject text_object(const cosem::ObisCode& name, std::string (*text)(const DlmsContext&)) {
  return {.class_id = cosem::data::kClass,
          .name = name,
          .needs = DlmsRights::Basic,
          .read = [text](DlmsContext& context, std::int8_t) -> GetResult {
            return text_data(text(context));
          }};
}

GetResult read_clock(DlmsContext& context, std::int8_t attribute) {
  const auto any_time = [] { return Data{dlms::octet_string(dlms::DateTime{})}; };
  switch (attribute) {
    case 2:
      return dlms::octet_string(dlms::utc_date_time(context.meter.meter_time()));
    case 3:
      return Data{std::int16_t{0}};
    case 4:
      return Data{std::uint8_t{0}};
    case 5:
    case 6:
      return any_time();
    case 7:
      return Data{std::int8_t{0}};
    case 8:
      return Data{false};
    default:
      return Data{dlms::Enum{1}};  // its own crystal
  }
}

AccessResult set_clock(DlmsContext& context, UtcSeconds time) {
  return give_order(context, operation::SetClock{time, take_transaction(context)});
}

AccessResult write_clock(DlmsContext& context, std::int8_t, const Data& value) {
  const auto given = dlms::date_time_of(value);
  if (!given) return AccessResult::TypeUnmatched;
  const auto time = dlms::to_utc(*given);
  if (!time) return AccessResult::ScopeOfAccessViolated;
  return set_clock(context, std::chrono::floor<std::chrono::seconds>(*time));
}

/// shift_time: by up to fifteen minutes.
AccessResult shift_clock(DlmsContext& context, std::int8_t method, const Data& parameter) {
  constexpr std::int64_t kMost = 900;
  if (method != cosem::clock::kShiftTime) return AccessResult::ObjectUnavailable;
  const auto seconds = dlms::integer_of(parameter);
  if (!seconds) return AccessResult::TypeUnmatched;
  if (*seconds < -kMost || *seconds > kMost) return AccessResult::ScopeOfAccessViolated;
  return set_clock(context, context.meter.meter_time() + std::chrono::seconds{*seconds});
}

}  // namespace

void add_identity_objects(DlmsObjects& objects) {
  objects.push_back(text_object(cosem::kLogicalDeviceName, [](const DlmsContext& context) {
    return "MTG" + std::string{context.meter.serial().text()};
  }));
  objects.push_back(text_object(cosem::kDeviceId, [](const DlmsContext& context) {
    return std::string{context.meter.serial().text()};
  }));
  objects.push_back(text_object(cosem::kFirmwareId, [](const DlmsContext& context) {
    return context.image.running().value_or(context.meter.settings().firmware);
  }));
  objects.push_back({.class_id = cosem::clock::kClass,
                     .name = cosem::kClock,
                     .attributes = 9,
                     .methods = 6,
                     .needs = DlmsRights::Basic,
                     .read = read_clock,
                     .writable = {2},
                     .write = write_clock,
                     .invoke = shift_clock});
  objects.push_back({.class_id = cosem::data::kClass,
                     .name = cosem::invocation_counter_object(0),
                     .needs = DlmsRights::Basic,
                     .read = [](DlmsContext& context, std::int8_t) -> GetResult {
                       return Data{context.counters.received.last().value_or(0)};
                     }});
}

}  // namespace metergate::sim
