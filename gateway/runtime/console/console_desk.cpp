// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/console/console_desk.hpp"

#include <algorithm>

#include "gateway/north/token_messages.hpp"
#include "gateway/runtime/commands/command_origin.hpp"

namespace metergate::runtime {
namespace {

console::LiveMeter live_of(const MeterUnit& meter, Now now) {
  console::LiveMeter out{.stored = meter.stored,
                         .link = meter.runner->name(),
                         .state = std::string{session::state_word(meter.session.state())},
                         .reason = meter.session_reason,
                         .failures = meter.session.failures(),
                         .timeout = meter.session.timeout()};
  out.last_contact = meter.session.last_contact();
  if (!out.last_contact) out.last_contact = meter.stored.last_contact;
  const auto next = meter.session.next_attempt();
  if (next && *next > now.instant) {
    out.next_attempt =
        now.utc + std::chrono::duration_cast<std::chrono::milliseconds>(*next - now.instant);
  }
  out.live_commands = meter.live_commands;
  out.clock_drifts = meter.clock_drifts;
  return out;
}

std::map<std::string, std::string> names_of(const model::MeterModel& model) {
  std::map<std::string, std::string> out;
  for (const model::ModbusRegister& one : model.modbus.registers) out[one.obis.text()] = one.name;
  for (const model::DlmsRegister& one : model.dlms.registers) out[one.obis.text()] = one.name;
  return out;
}

std::vector<console::LiveMeter> meters_of(const Gateway& gateway, Now now) {
  std::vector<console::LiveMeter> out;
  for (const auto& [id, meter] : gateway.meters()) {
    if (!meter->removed) out.push_back(live_of(*meter, now));
  }
  return out;
}

console::CommandAnswer submit(Gateway& gateway, Command command, const std::string& user,
                              UtcTime now) {
  command.origin = std::string{kConsoleOrigin} + user;
  const SiteId& site = gateway.topics().site();
  const Submitted submitted = gateway.submit(command);
  if (const auto* refused = std::get_if<north::RefusedRequest>(&submitted)) {
    return {false, north::encode_refusal(site, *refused, now)};
  }
  Step step{.at = now};
  if (const auto* known = std::get_if<CommandKnown>(&submitted)) {
    const StoredCommand& stored = known->command;
    step.at = stored.changed_at;
    step.from = step.to = stored.state;
    step.attempt = stored.attempt;
    step.reason = stored.reason;
    step.transaction = stored.transaction;
    if (!stored.result_json.empty()) step.result_json = north::without_digits(stored.result_json);
  }
  return {true, north::encode_step(site, command, step)};
}

}  // namespace

console::House house_of(Gateway& gateway, const Clock& clock) {
  return {
      .site = gateway.topics().site(),
      .meters = [&] { return meters_of(gateway, clock.now()); },
      .meter = [&](const MeterId& id) -> std::optional<console::MeterDetails> {
        MeterUnit* const meter = gateway.find_meter(id);
        if (meter == nullptr || meter->removed) return std::nullopt;
        return console::MeterDetails{.live = live_of(*meter, clock.now()),
                                     .state_json = gateway.meter_state(*meter),
                                     .profile_channels = meter->model->profile_channels,
                                     .daily_channels = meter->model->daily_channels,
                                     .register_names = names_of(*meter->model),
                                     .capture_period = meter->schedule->capture_period};
      },
      .submit =
          [&](Command command, const std::string& user) {
            return submit(gateway, std::move(command), user, clock.now().utc);
          },
      .refused =
          [&](const north::RefusedRequest& refused) {
            return console::CommandAnswer{
                false, north::encode_refusal(gateway.topics().site(), refused, clock.now().utc)};
          },
      .probe = [&](const MeterId& id, const std::string& user) { return gateway.probe(id, user); },
      .figures = [&] { return gateway.figures(); },
      .state_json =
          [&] {
            return north::encode_gateway_state(gateway.topics().site(), gateway.state(),
                                               clock.now().utc);
          },
      .limits = [&] { return gateway.limits(); },
      .is_operator =
          [&](const std::string& name) {
            const auto& operators = gateway.access_rules().operators;
            return std::ranges::find(operators, name, &Operator::name) != operators.end();
          }};
}

}  // namespace metergate::runtime
