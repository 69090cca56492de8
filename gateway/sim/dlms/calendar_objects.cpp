// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/data_access.hpp"

/// Activity calendar (class 20): the tariff in force, and as the passive one the next that waits.
/// This meter knows one rate, so that each calendar is one season of one week of one day.
namespace metergate::sim {
namespace {

using dlms::Array;
using dlms::Data;
using dlms::GetResult;
using dlms::Structure;

constexpr std::uint8_t kDay = 1;

Data text_data(std::string_view text) {
  return dlms::octet_string(Octets(text.begin(), text.end()));
}

Data seasons() {
  return Array{{Structure{{text_data("1"), dlms::octet_string(dlms::DateTime{}), text_data("1")}}}};
}

Data weeks() {
  Structure week{{text_data("1")}};
  for (int day = 0; day < 7; ++day) week.elements.emplace_back(kDay);
  return Array{{std::move(week)}};
}

/// From midnight on, script 1 of the tariff table.
Data days() {
  const Data midnight = dlms::octet_string(Octets{0, 0, 0, 0});
  const Data action = Structure{
      {midnight, dlms::octet_string(cosem::obis(0, 0, 10, 0, 100)), Data{std::uint16_t{1}}}};
  return Array{{Structure{{Data{kDay}, Array{{action}}}}}};
}

Data name_of(const Tariff& tariff) { return text_data(std::to_string(tariff.id)); }

GetResult read_calendar(DlmsContext& context, std::int8_t attribute) {
  constexpr std::int8_t kPerCalendar = 4;
  const TariffReading tariff = context.meter.tariff();
  const bool waits = !tariff.pending.empty();
  if (attribute == cosem::activity_calendar::kActiveName) return name_of(tariff.active);
  if (attribute == cosem::activity_calendar::kActivationTime) {
    if (!waits) return dlms::octet_string(dlms::DateTime{});
    return dlms::octet_string(dlms::utc_date_time(tariff.pending.front().activates));
  }
  const bool passive = attribute >= cosem::activity_calendar::kPassiveName;
  if (passive && !waits) {
    if (attribute == cosem::activity_calendar::kPassiveName) return text_data("");
    return Data{Array{}};
  }
  if (attribute == cosem::activity_calendar::kPassiveName) {
    return name_of(tariff.pending.front().tariff);
  }
  switch (passive ? attribute - kPerCalendar : attribute) {
    case 3:
      return seasons();
    case 4:
      return weeks();
    default:
      return days();
  }
}

}  // namespace

void add_calendar_objects(DlmsObjects& objects) {
  objects.push_back({.class_id = cosem::activity_calendar::kClass,
                     .name = cosem::kActivityCalendar,
                     .attributes = 10,
                     .read = read_calendar});
}

}  // namespace metergate::sim
