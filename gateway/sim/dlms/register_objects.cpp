// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/scaler_unit.hpp"

/// What the meter measures, as registers (class 3).
namespace metergate::sim {
namespace {

using dlms::AccessResult;
using dlms::Data;
using dlms::GetResult;
using virtual_meter::VirtualMeter;

/// The type meters commonly have for it: counters without a sign, the rest with one.
Data number_data(std::int64_t number, Unit unit) {
  const bool counter = unit == Unit::Wh || unit == Unit::VArh;
  if (!counter) return Data{static_cast<std::int32_t>(number)};
  if (number >= 0 && number <= std::numeric_limits<std::uint32_t>::max()) {
    return Data{static_cast<std::uint32_t>(number)};
  }
  return Data{number};
}

GetResult read_register(DlmsContext& context, const cosem::ObisCode& name, std::int8_t attribute) {
  const auto answer = context.meter.perform(operation::ReadRegisters{{name}}, context.now);
  if (!answer) return AccessResult::ObjectUnavailable;
  const RegisterValue& value = std::get<RegisterReading>(*answer).values.front();
  if (attribute == cosem::register_object::kScalerUnit) {
    return cosem::encode_scaler_unit({value.value.exponent, dlms_unit_number(value.unit)});
  }
  return number_data(value.value.mantissa, value.unit);
}

/// Energy of the period closed last: what a row of the load profile holds.
GetResult read_period(DlmsContext& context, std::size_t channel, std::uint8_t unit,
                      std::int8_t attribute) {
  if (attribute == cosem::register_object::kScalerUnit) {
    return cosem::encode_scaler_unit({0, unit});
  }
  const UtcSeconds now = context.meter.meter_time();
  const auto rows = context.meter.intervals(now - 2 * context.meter.settings().capture_period, now);
  if (rows.empty()) return AccessResult::TemporaryFailure;
  return Data{static_cast<std::uint32_t>(rows.back().values[channel].value)};
}

}  // namespace

std::uint8_t dlms_unit_number(Unit unit) {
  switch (unit) {
    case Unit::W:
      return 27;
    case Unit::VA:
      return 28;
    case Unit::VAr:
      return 29;
    case Unit::Wh:
      return 30;
    case Unit::VAh:
      return 31;
    case Unit::VArh:
      return 32;
    case Unit::A:
      return 33;
    case Unit::V:
      return 35;
    case Unit::Hz:
      return 44;
    default:
      return 255;
  }
}

void add_register_objects(DlmsObjects& objects) {
  const auto add = [&](const cosem::ObisCode& name, AttributeReader read) {
    objects.push_back({.class_id = cosem::register_object::kClass,
                       .name = name,
                       .attributes = 3,
                       .read = std::move(read)});
  };
  for (const cosem::ObisCode& name : VirtualMeter::register_codes()) {
    if (name == cosem::credit_object(0)) continue;  // an object of class 112
    add(name, [name](DlmsContext& context, std::int8_t attribute) {
      return read_register(context, name, attribute);
    });
  }
  constexpr std::uint8_t kUnits[] = {30, 32};
  const auto& channels = VirtualMeter::profile_channels();
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    add(channels[channel],
        [channel, unit = kUnits[channel]](DlmsContext& context, std::int8_t attribute) {
          return read_period(context, channel, unit, attribute);
        });
  }
}

}  // namespace metergate::sim
