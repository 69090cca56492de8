// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "gateway/drivers/dlms_driver.hpp"
#include "gateway/drivers/modbus_driver.hpp"
#include "gateway/drivers/mode_c_driver.hpp"
#include "gateway/drivers/mqtt_driver.hpp"
#include "gateway/runtime/gateway.hpp"
#include "protocols/modbus/read_plan.hpp"

namespace metergate::runtime {
namespace {

session::Policy policy_for(const config::Sessions& sessions, const config::Line* line,
                           const config::MqttMeters* mqtt) {
  session::Policy policy;
  policy.failures_to_silent = sessions.failures_to_silent;
  policy.probe_min = sessions.probe_min;
  policy.probe_max = sessions.probe_max;
  if (line != nullptr) {
    policy.timeout_floor = line->timeout_floor;
    policy.timeout_ceiling = line->timeout_ceiling;
  } else if (mqtt != nullptr) {
    policy.timeout_floor = mqtt->timeout;
    policy.timeout_ceiling = mqtt->timeout;
  }
  return policy;
}

/// How many unwanted registers are worth reading along on this line.
std::uint16_t break_even(const config::Line& line, const model::MeterModel& meter_model) {
  const auto* serial = std::get_if<config::SerialLine>(&line.access);
  if (serial == nullptr) return modbus::kMaxReadRegisters;
  const double character_s = 11.0 / serial->baud;
  const double silence_s = serial->baud > 19'200 ? 0.00175 : 3.5 * character_s;
  const auto turn_round = std::chrono::duration<double>(meter_model.modbus.turn_round).count();
  return modbus::break_even_gap(character_s, turn_round, silence_s);
}

std::unique_ptr<Driver> driver_for(const model::MeterModel& meter_model, const config::Line* line) {
  switch (meter_model.protocol) {
    case model::Protocol::Mqtt:
      return std::make_unique<MqttDriver>(meter_model);
    case model::Protocol::Dlms:
      return std::make_unique<DlmsDriver>(meter_model);
    case model::Protocol::ModeC:
      return std::make_unique<ModeCDriver>(meter_model);
    case model::Protocol::Modbus:
      break;
  }
  return std::make_unique<ModbusDriver>(meter_model, break_even(*line, meter_model));
}

}  // namespace

// ---- what DLMS meters say unasked
// ------------------------------------------------------------------

DlmsMeters::Heard Gateway::dlms_heard() {
  const auto with = [this](MeterKey key, auto&& act) {
    const auto known = keys_.find(key);
    if (known != keys_.end() && !known->second->removed) act(*known->second, clock_.now());
  };
  return {[this, with](MeterKey key, bool here, const std::string& why) {
            with(key, [&](MeterUnit& meter, Now now) { appeared(meter, here, why, now); });
          },
          [this, with](MeterKey key, OctetView apdu, dlms::PushProof proof) {
            with(key, [&](MeterUnit& meter, Now now) {
              // Nothing is stored of a stranger or read from him because he says so.
              if (meter.session.state() == session::State::WrongMeter) return;
              if (pushes_.take(meter, apdu, proof, now) == PushDesk::Rest::ToBeRead) {
                collection_.early(meter, now);
              }
            });
          }};
}

void Gateway::appeared(MeterUnit& meter, bool here, const std::string& why, Now now) {
  if (const auto change = meter.session.presence(here, now)) session_changed(meter, *change, why);
  // Also when it has gone: what waits for it within an order hears of that.
  meter.runner->wake(meter);
  if (!here) return;
  commands_.meter_awake(meter, now);
  collection_.hurry(meter, now);
}

// ---- meters and lines ---------------------------------------------------------------------------

void Gateway::add_line(const config::Line& line) {
  const auto changed = [this, name = line.name](bool up, const std::string& why) {
    line_state(name, up, why);
  };
  if (!line.is_dlms()) return add_runner(line.name, ways_.make_line(line, changed));
  auto link = ways_.make_dlms_line(line, dlms_.hooks(line.name, changed));
  dlms_.line_added(line.name, *link);
  add_runner(line.name, std::move(link));
}

void Gateway::add_runner(const std::string& name, std::unique_ptr<Link> link) {
  auto& runner = runners_[name];
  runner = std::make_unique<LinkRunner>(
      name, std::move(link), clock_, agenda_,
      [this](MeterUnit& meter, session::Change change, const std::string& why) {
        session_changed(meter, change, why);
      });
  runner->trace_for(tracers_);
  if (ways_.metrics != nullptr || ways_.request_ended) count_requests(*runner);
}

const config::Schedule& Gateway::schedule(const std::string& name) {
  auto& found = schedules_[name];
  if (!found) found = std::make_unique<config::Schedule>();
  return *found;
}

void Gateway::add_meters(const std::vector<config::Meter>& meters, Now now) {
  // One question for all of them: ten thousand would keep the first request waiting.
  std::unordered_map<MeterId, StoredMeter> known;
  if (auto rows = keeper_.checked(ledger_.meters())) {
    for (StoredMeter& row : *rows) {
      MeterId id = row.id;
      known.emplace(std::move(id), std::move(row));
    }
  }
  for (const config::Meter& meter : meters) {
    const auto found = known.find(meter.id);
    if (found != known.end() && found->second.model == meter.model) {
      add_meter(meter, std::move(found->second), now);
    } else {
      add_meter(meter, now);
    }
  }
}

void Gateway::add_meter(const config::Meter& settings, Now now) {
  auto stored = keeper_.checked(ledger_.meter(settings.id, settings.model, now.utc));
  if (stored) add_meter(settings, std::move(*stored), now);
}

void Gateway::add_meter(const config::Meter& settings, StoredMeter stored, Now now) {
  const auto known = models_.find(settings.model);
  if (known == models_.end()) return;
  const model::MeterModel& meter_model = known->second;
  const bool is_mqtt = meter_model.protocol == model::Protocol::Mqtt;
  const auto line = std::ranges::find(configuration_.lines, settings.line, &config::Line::name);
  const config::Line* on_line = line == configuration_.lines.end() ? nullptr : &*line;
  const std::string link_name = is_mqtt ? std::string{kMqttLink} : settings.line;
  const auto runner = runners_.find(link_name);
  if (runner == runners_.end()) return;

  if (on_line != nullptr && on_line->is_dlms() && !dlms_.add(*on_line, settings, stored.key)) {
    return;
  }

  auto& driver = drivers_[settings.model + '@' + link_name];
  if (!driver) driver = driver_for(meter_model, on_line);
  MeterAddress address{settings.address, settings.device_address};
  if (is_mqtt) {
    address.name = settings.topic_name.empty() ? settings.id.text() : settings.topic_name;
  }
  auto unit = std::make_unique<MeterUnit>(
      MeterUnit{settings, &schedule(settings.schedule), &meter_model, driver.get(),
                runner->second.get(), address, std::move(stored),
                session::MeterSession{
                    policy_for(configuration_.sessions, on_line,
                               configuration_.mqtt_meters ? &*configuration_.mqtt_meters : nullptr),
                    now.instant}});
  MeterUnit& meter = *unit;
  keys_[meter.stored.key] = &meter;
  if (is_mqtt) topic_names_[address.name] = &meter;
  // It is away until its birth message (retained) or its call says otherwise.
  if (is_mqtt || (on_line != nullptr && on_line->dials_in())) {
    static_cast<void>(meter.session.presence(false, now));
  }
  meters_[settings.id] = std::move(unit);
  tokens_.meter_added(meter);
  publisher_.state_changed(meter);
  collection_.add(meter, now);
}

void Gateway::remove_meter(MeterUnit& meter, Now now) {
  meter.removed = true;
  collection_.remove(meter);
  tenancy_.meter_removed(meter);
  commands_.meter_removed(meter, now);
  if (meter.model->protocol == model::Protocol::Mqtt) topic_names_.erase(meter.address.name);
}

MeterUnit* Gateway::find_meter(const MeterId& id) {
  const auto found = meters_.find(id);
  return found == meters_.end() ? nullptr : found->second.get();
}

MeterUnit* Gateway::by_topic_name(const std::string& name) {
  const auto found = topic_names_.find(name);
  return found == topic_names_.end() ? nullptr : found->second;
}

void Gateway::session_changed(MeterUnit& meter, session::Change change, const std::string& why) {
  const Now now = clock_.now();
  meter.session_reason = why;
  const std::string& id = meter.id().text();
  using session::State;
  switch (change.to) {
    case State::Online:
      if (change.from == State::Silent && meter.silent_since) {
        const auto silent_s = (now.utc - *meter.silent_since).count() / 1000;
        journal_.write(journal::kMeterRecovered, now.utc,
                       {{"meter", id}, {"silent_s", std::to_string(silent_s)}});
      } else if (change.from != State::Suspect) {
        journal_.write(journal::kMeterOnline, now.utc, {{"meter", id}});
      }
      meter.silent_since.reset();
      dlms_.came_online(meter.settings);
      commands_.meter_awake(meter, now);
      tenancy_.meter_awake(meter, now);
      break;
    case State::Suspect:
      journal_.write(journal::kMeterSuspect, now.utc, {{"meter", id}, {"what", why}});
      if (const auto next = meter.session.next_attempt(); next && *next > now.instant) {
        const auto pause = std::chrono::ceil<std::chrono::milliseconds>(*next - now.instant);
        journal_.write(journal::kMeterQuarantine, now.utc,
                       {{"meter", id}, {"pause_ms", std::to_string(pause.count())}});
      }
      break;
    case State::Silent:
      meter.silent_since = now.utc;
      journal_.write(journal::kMeterSilent, now.utc, {{"meter", id}, {"what", why}});
      break;
    case State::Offline:
      journal_.write(journal::kMeterOffline, now.utc, {{"meter", id}, {"what", why}});
      break;
    case State::Unknown:
    case State::WrongMeter:
      break;
  }
  static_cast<void>(keeper_.checked(ledger_.set_session(
      meter.stored.key, session::state_word(change.to), meter.session.last_contact())));
  keeper_.commit_soon();
  registry_.look_at(meter, now);
  publisher_.state_changed(meter);
}

void Gateway::line_state(const std::string& line, bool up, const std::string& why) {
  const Now now = clock_.now();
  const auto known = line_up_.find(line);
  if (up && known == line_up_.end()) {
    journal_.write(journal::kLineOpened, now.utc,
                   {{"line", line}, {"what", why.empty() ? "first answer" : why}});
  } else if (up && !known->second) {
    journal_.write(journal::kLineRecovered, now.utc, {{"line", line}});
  } else if (!up) {
    journal_.write(journal::kLineFailed, now.utc, {{"line", line}, {"what", why}});
  }
  line_up_[line] = up;
}

}  // namespace metergate::runtime
