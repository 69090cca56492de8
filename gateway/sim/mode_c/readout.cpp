// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/mode_c/readout.hpp"

#include <fmt/format.h>

#include "meters/models/readout_codec.hpp"

namespace metergate::sim {
namespace {

using virtual_meter::VirtualMeter;

/// Counters are shown in thousands, as meters do.
std::string shown_unit(const model::ModeCRegister& reg) {
  if (!reg.written_unit.empty()) return reg.written_unit;
  const bool counter = reg.unit == Unit::Wh || reg.unit == Unit::VArh || reg.unit == Unit::VAh;
  return (counter ? "k" : "") + std::string{unit_symbol(reg.unit)};
}

std::optional<iec62056_21::DataSet> data_set(VirtualMeter& meter, UtcSeconds now,
                                             const model::ModeCRegister& reg) {
  const auto answer = meter.perform(operation::ReadRegisters{{reg.obis}}, now);
  if (!answer) return std::nullopt;
  const RegisterValue& value = std::get<RegisterReading>(*answer).values.front();
  const std::string unit = shown_unit(reg);
  const auto scale = model::scale_between(unit, value.unit);
  if (!scale) return std::nullopt;
  const Decimal shown{value.value.mantissa,
                      static_cast<std::int8_t>(value.value.exponent - *scale)};
  return iec62056_21::DataSet{reg.readout,
                              {{shown.text(), reg.written_unit.empty() ? unit : std::string{}}}};
}

}  // namespace

iec62056_21::DataMessage mode_c_readout(VirtualMeter& meter, UtcSeconds now,
                                        const model::ModeCLayout& layout) {
  iec62056_21::DataMessage out;
  const auto put = [&out](const std::string& name, std::string text) {
    if (!name.empty()) out.sets.push_back({name, {{std::move(text), {}}}});
  };
  put("F.F", "00");
  put(layout.serial, meter.settings().serial.text());
  put(layout.firmware, meter.settings().firmware);
  const UtcSeconds local = meter.meter_time() - layout.to_utc;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  const auto two = [](auto number) { return fmt::format("{:02}", number); };
  const std::string year = two(static_cast<int>(date.year()) % 100);
  const std::string month = two(static_cast<unsigned>(date.month()));
  const std::string month_day = two(static_cast<unsigned>(date.day()));
  const std::string hour = two(time.hours().count());
  const std::string minute = two(time.minutes().count());
  const std::string second = two(time.seconds().count());
  put(layout.time, hour + ':' + minute + ':' + second);
  put(layout.date, year + '-' + month + '-' + month_day);
  put(layout.date_time, year + month + month_day + hour + minute + second);
  for (const model::ModeCRegister& reg : layout.registers) {
    if (auto set = data_set(meter, now, reg)) out.sets.push_back(std::move(*set));
  }
  return out;
}

}  // namespace metergate::sim
