// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/meter_state.hpp"

/// What version 2 added to the saved state: keys, the limits that tokens set, the load in hand.
namespace metergate::virtual_meter {
namespace {

template <typename Number>
void write_optional(StateWriter& out, std::optional<Number> value) {
  out.flag(value.has_value());
  out.number(value.value_or(0));
}
template <typename Number>
std::optional<Number> read_optional(StateReader& in) {
  const bool is_there = in.flag();
  const auto value = in.number<Number>();
  return is_there ? std::optional{value} : std::nullopt;
}

void write_minute(StateWriter& out, const LimitWatch::Minute& minute) {
  for (const std::int64_t watt_seconds : minute.watt_seconds) out.number(watt_seconds);
  out.number(minute.seconds);
}
LimitWatch::Minute read_minute(StateReader& in) {
  LimitWatch::Minute minute;
  for (std::int64_t& watt_seconds : minute.watt_seconds) watt_seconds = in.number<std::int64_t>();
  minute.seconds = in.number<std::int64_t>();
  return minute;
}

void write_limits(StateWriter& out, const LimitWatch& limits) {
  out.line("limits");
  write_optional(out, limits.power_limit());
  write_optional(out, limits.unbalance_limit());
  out.number(limits.window().size());
  for (const LimitWatch::Minute& minute : limits.window()) write_minute(out, minute);
  write_minute(out, limits.running());
}
void read_limits(StateReader& in, LimitWatch& limits) {
  in.expect("limits");
  const auto power = read_optional<std::uint32_t>(in);
  const auto unbalance = read_optional<std::uint32_t>(in);
  std::vector<LimitWatch::Minute> window(in.count());
  if (window.size() > LimitWatch::kWindowMinutes) {
    in.refuse("the minutes of a window", std::to_string(window.size()));
  }
  for (LimitWatch::Minute& minute : window) minute = read_minute(in);
  limits.restore(power, unbalance, std::move(window), read_minute(in));
}

/// The household's load while somebody has it in hand.
void write_load(StateWriter& out, const std::optional<PhaseWatts>& load) {
  out.line("load");
  out.flag(load.has_value());
  for (const unsigned watts : load.value_or(PhaseWatts{})) out.number(watts);
}
std::optional<PhaseWatts> read_load(StateReader& in) {
  in.expect("load");
  const bool is_there = in.flag();
  PhaseWatts load{};
  for (unsigned& watts : load) watts = in.number<unsigned>();
  return is_there ? std::optional{load} : std::nullopt;
}

}  // namespace

void VirtualMeter::State::write_tokens(StateWriter& out) const {
  out.line("pause");
  out.flag(returns_by_itself);
  out.number(static_cast<unsigned>(limited_by));
  write_limits(out, limits);
  write_load(out, fixed_load);
  out.line("tokens");
  out.number(tariff_rate);
  out.word(acceptance ? "cryptographic" : "open");
  if (acceptance) acceptance->write(out);
}

void VirtualMeter::State::read_tokens(StateReader& in) {
  in.expect("pause");
  returns_by_itself = in.flag();
  const auto cause = in.number<std::uint16_t>();
  if (cause > static_cast<std::uint16_t>(LimitCause::Unbalance)) {
    in.refuse("the cause of a limit", std::to_string(cause));
  }
  limited_by = static_cast<LimitCause>(cause);
  read_limits(in, limits);
  fixed_load = read_load(in);
  in.expect("tokens");
  tariff_rate = in.number<std::uint16_t>();
  const std::string_view rule = in.word();
  if (rule == "open") return;
  if (rule != "cryptographic") return in.refuse("open or cryptographic", rule);
  acceptance = TokenAcceptance::read(in);
  if (acceptance) settings.keys = acceptance->keys();
}

}  // namespace metergate::virtual_meter
