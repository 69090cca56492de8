// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/gateway.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "gateway/drivers/modbus_driver.hpp"
#include "gateway/drivers/mqtt_driver.hpp"
#include "protocols/modbus/read_plan.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::seconds kHousekeeping{60};
constexpr std::chrono::seconds kStateInterval{30};
constexpr std::string_view kMqttLink = "mqtt";
constexpr std::size_t kFoldAtOnce = 200;
constexpr std::size_t kRetainAtOnce = 2'000;
constexpr std::size_t kOutboxLarge = 1'000;

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

RetentionPolicy retention(const config::Storage& storage) {
  return {storage.keep_registers, storage.keep_profile,  storage.keep_daily,
          storage.keep_logs,      storage.keep_commands, storage.keep_journal};
}

}  // namespace

Gateway::Gateway(config::Configuration configuration, config::ModelCatalogue models, Ledger& ledger,
                 journal::Journal& journal, const Clock& clock, Agenda& agenda, Ways ways)
    : configuration_{std::move(configuration)},
      models_{std::move(models)},
      ledger_{ledger},
      journal_{journal},
      clock_{clock},
      agenda_{agenda},
      ways_{std::move(ways)},
      topics_{configuration_.north ? configuration_.north->root : "metergate",
              configuration_.site},
      started_at_{clock.now().utc},
      keeper_{ledger, journal, clock, agenda},
      publisher_{keeper_,
                 journal,
                 clock,
                 topics_,
                 configuration_.north ? configuration_.north->max_in_flight : 1,
                 {[this](MqttMessage message, std::function<void(bool)> done) {
                    ways_.publish(std::move(message), std::move(done));
                  },
                  [this](MeterKey key) {
                    const auto found = keys_.find(key);
                    return found == keys_.end() ? nullptr : found->second;
                  },
                  [this](MeterUnit& meter) { return meter_state(meter); }}},
      data_{keeper_, journal, [this](MeterUnit& meter) { publisher_.state_changed(meter); }},
      commands_{keeper_,
                journal,
                clock,
                agenda,
                data_,
                topics_,
                {configuration_.north ? configuration_.north->max_live_commands : 10'000,
                 configuration_.north ? configuration_.north->max_live_commands_per_meter : 100,
                 configuration_.sessions.settle_limit},
                {[this](const MeterId& id) { return find_meter(id); },
                 [this](const Command& command, const Step& step) {
                   const auto listeners = listeners_;
                   for (const auto& [id, listener] : listeners) listener(command, step);
                   if (MeterUnit* meter = find_meter(command.meter)) {
                     publisher_.state_changed(*meter);
                   }
                 },
                 [this](OutboxMessage message) { publisher_.send_now(std::move(message)); }}},
      collection_{data_, keeper_, clock, agenda} {
  keeper_.when_committed([this] { publisher_.committed(); });
}

Gateway::~Gateway() = default;

void Gateway::start() {
  const Now now = clock_.now();
  journal_.write(journal::kGatewayStarted, now.utc,
                 {{"version", METERGATE_VERSION},
                  {"site", configuration_.site.text()},
                  {"meters", std::to_string(configuration_.meters.size())},
                  {"lines", std::to_string(configuration_.lines.size())}});
  for (const config::Schedule& one : configuration_.schedules) {
    schedules_[one.name] = std::make_unique<config::Schedule>(one);
  }
  for (const config::Line& line : configuration_.lines) add_line(line);
  if (configuration_.mqtt_meters) {
    const std::string name{kMqttLink};
    runners_[name] = std::make_unique<LinkRunner>(
        name, ways_.make_mqtt_meters(), clock_, agenda_,
        [this](MeterUnit& meter, session::Change change, const std::string& why) {
          session_changed(meter, change, why);
        });
  }
  for (const config::Meter& meter : configuration_.meters) add_meter(meter, now);
  static_cast<void>(keeper_.commit());
  commands_.resume(now);
  agenda_.at(now.instant + kHousekeeping, [this](Now later) { housekeep(later); });
  tell_state();
}

void Gateway::stop() {
  commands_.stop();
  collection_.stop();
  for (const auto& [name, runner] : runners_) {
    runner->stop();
    runner->link().stop();
  }
  static_cast<void>(keeper_.commit());
}

// ---- meters and lines ---------------------------------------------------------------------------

void Gateway::add_line(const config::Line& line) {
  auto link = ways_.make_line(line, [this, name = line.name](bool up, const std::string& why) {
    line_state(name, up, why);
  });
  runners_[line.name] = std::make_unique<LinkRunner>(
      line.name, std::move(link), clock_, agenda_,
      [this](MeterUnit& meter, session::Change change, const std::string& why) {
        session_changed(meter, change, why);
      });
}

const config::Schedule& Gateway::schedule(const std::string& name) {
  auto& found = schedules_[name];
  if (!found) found = std::make_unique<config::Schedule>();
  return *found;
}

void Gateway::add_meter(const config::Meter& settings, Now now) {
  const auto known = models_.find(settings.model);
  if (known == models_.end()) return;
  const model::MeterModel& meter_model = known->second;
  const auto stored = keeper_.checked(ledger_.meter(settings.id, settings.model, now.utc));
  if (!stored) return;
  const bool is_mqtt = meter_model.protocol == model::Protocol::Mqtt;
  const auto line = std::ranges::find(configuration_.lines, settings.line, &config::Line::name);
  const config::Line* on_line = line == configuration_.lines.end() ? nullptr : &*line;
  const std::string link_name = is_mqtt ? std::string{kMqttLink} : settings.line;
  const auto runner = runners_.find(link_name);
  if (runner == runners_.end()) return;

  const std::string driver_name = settings.model + '@' + link_name;
  auto& driver = drivers_[driver_name];
  if (!driver && is_mqtt) {
    driver = std::make_unique<MqttDriver>(meter_model);
  } else if (!driver) {
    driver = std::make_unique<ModbusDriver>(meter_model, break_even(*on_line, meter_model));
  }
  MeterAddress address{settings.address, {}};
  if (is_mqtt) {
    address.name = settings.topic_name.empty() ? settings.id.text() : settings.topic_name;
  }
  auto unit = std::make_unique<MeterUnit>(MeterUnit{
      settings, &schedule(settings.schedule), &meter_model, driver.get(), runner->second.get(),
      address, *stored,
      session::MeterSession{
          policy_for(configuration_.sessions, on_line,
                     configuration_.mqtt_meters ? &*configuration_.mqtt_meters : nullptr),
          now.instant}});
  MeterUnit& meter = *unit;
  keys_[meter.stored.key] = &meter;
  if (is_mqtt) {
    topic_names_[address.name] = &meter;
    // It is away until its birth message (retained) says otherwise.
    static_cast<void>(meter.session.presence(false, now));
  }
  meters_[settings.id] = std::move(unit);
  publisher_.state_changed(meter);
  collection_.add(meter, now);
}

void Gateway::remove_meter(MeterUnit& meter, Now now) {
  meter.removed = true;
  collection_.remove(meter);
  commands_.meter_removed(meter, now);
  topic_names_.erase(meter.address.name);
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
      commands_.meter_awake(meter, now);
      break;
    case State::Suspect:
      journal_.write(journal::kMeterSuspect, now.utc, {{"meter", id}, {"what", why}});
      break;
    case State::Silent:
      meter.silent_since = now.utc;
      journal_.write(journal::kMeterSilent, now.utc, {{"meter", id}, {"what", why}});
      break;
    case State::Offline:
      journal_.write(journal::kMeterOffline, now.utc, {{"meter", id}, {"what", why}});
      break;
    case State::Unknown:
    case State::WrongMeter: break;
  }
  static_cast<void>(keeper_.checked(ledger_.set_session(
      meter.stored.key, session::state_word(change.to), meter.session.last_contact())));
  keeper_.commit_soon();
  publisher_.state_changed(meter);
}

void Gateway::line_state(const std::string& line, bool up, const std::string& why) {
  const Now now = clock_.now();
  const auto known = line_up_.find(line);
  if (up && known == line_up_.end()) {
    journal_.write(journal::kLineOpened, now.utc, {{"line", line}, {"what", "first answer"}});
  } else if (up && !known->second) {
    journal_.write(journal::kLineRecovered, now.utc, {{"line", line}});
  } else if (!up) {
    journal_.write(journal::kLineFailed, now.utc, {{"line", line}, {"what", why}});
  }
  line_up_[line] = up;
}

std::vector<std::string> Gateway::reload(config::Configuration next) {
  const Now now = clock_.now();
  std::vector<std::string> changes;
  const auto needs_restart = [&](bool differs, std::string_view what) {
    if (!differs) return;
    changes.push_back(fmt::format("{} changed; it takes effect at the next start", what));
  };
  needs_restart(next.site != configuration_.site, "site");
  needs_restart(next.storage.file != configuration_.storage.file, "storage.file");
  needs_restart(next.control.socket != configuration_.control.socket, "control.socket");
  if (next.log.level != configuration_.log.level) {
    journal_.set_level(journal::parse_level(next.log.level).value_or(journal::Level::Info));
    changes.push_back(fmt::format("log.level: {} to {}", configuration_.log.level, next.log.level));
  }
  for (const config::Schedule& one : next.schedules) {
    auto& held = schedules_[one.name];
    if (!held) held = std::make_unique<config::Schedule>();
    const bool same = held->registers == one.registers && held->relay == one.relay &&
                      held->clock == one.clock && held->logs == one.logs &&
                      held->daily == one.daily && held->profile == one.profile &&
                      held->back_fill == one.back_fill &&
                      held->capture_period == one.capture_period;
    if (same) continue;
    *held = one;
    changes.push_back(fmt::format("schedule {} changed", one.name));
    for (const auto& [id, meter] : meters_) {
      if (meter->schedule == held.get() && !meter->removed) collection_.hurry(*meter, now);
    }
  }
  std::vector<MeterUnit*> gone;
  for (const auto& [id, meter] : meters_) {
    const auto kept = std::ranges::find(next.meters, id, &config::Meter::id);
    if (kept == next.meters.end() && !meter->removed) gone.push_back(meter.get());
  }
  for (MeterUnit* meter : gone) {
    remove_meter(*meter, now);
    changes.push_back(fmt::format("meter {} removed", meter->id().text()));
  }
  for (const config::Meter& meter : next.meters) {
    const MeterUnit* known = find_meter(meter.id);
    if (known == nullptr || known->removed) {
      if (runners_.contains(meter.line.empty() ? std::string{kMqttLink} : meter.line) &&
          known == nullptr) {
        add_meter(meter, now);
        changes.push_back(fmt::format("meter {} added", meter.id.text()));
      } else {
        changes.push_back(fmt::format("meter {}: its line is new or it was removed before; it "
                                      "is taken up at the next start",
                                      meter.id.text()));
      }
    } else if (known->settings.address != meter.address || known->settings.line != meter.line ||
               known->settings.model != meter.model || known->settings.serial != meter.serial ||
               known->settings.schedule != meter.schedule) {
      changes.push_back(
          fmt::format("meter {} changed; it takes effect at the next start", meter.id.text()));
    }
  }
  configuration_.log = next.log;
  configuration_.schedules = std::move(next.schedules);
  configuration_.meters = std::move(next.meters);
  static_cast<void>(keeper_.commit());
  return changes;
}

// ---- north --------------------------------------------------------------------------------------

north::Limits Gateway::limits() const {
  north::Limits limits;
  if (configuration_.north) {
    limits.max_payload_octets = configuration_.north->max_payload_octets;
    limits.max_depth = configuration_.north->max_depth;
    limits.max_issued_ahead = configuration_.north->max_issued_ahead;
  }
  return limits;
}

void Gateway::north_connected() {
  journal_.write(journal::kBrokerConnected, clock_.now().utc, {{"broker", "north"}});
  for (const auto& [id, meter] : meters_) publisher_.state_changed(*meter);
  static_cast<void>(keeper_.commit());
  publisher_.connected();
  tell_state();
}

void Gateway::north_lost(const std::string& why) {
  journal_.write(journal::kBrokerLost, clock_.now().utc, {{"broker", "north"}, {"what", why}});
  publisher_.disconnected();
}

void Gateway::north_message(const MqttMessage& message, const std::function<void()>& release) {
  const Now now = clock_.now();
  const auto command = north::decode_command(
      {message.topic, message.payload, message.retained, message.response_topic,
       message.correlation_data, message.expiry},
      topics_, now.utc, limits());
  if (!command) {
    commands_.refuse(command.error(), now);
  } else {
    static_cast<void>(commands_.submit(*command, now));
  }
  release();
}

Submitted Gateway::submit(const Command& command) { return commands_.submit(command, clock_.now()); }

std::uint64_t Gateway::listen(StepListener listener) {
  listeners_[++last_listener_] = std::move(listener);
  return last_listener_;
}

void Gateway::stop_listening(std::uint64_t listener) { listeners_.erase(listener); }

// ---- meters on MQTT -----------------------------------------------------------------------------

void Gateway::meter_presence(const std::string& name, bool online, const std::string& serial) {
  MeterUnit* meter = by_topic_name(name);
  const Now now = clock_.now();
  if (meter == nullptr) {
    journal_.write(journal::kUnknownMeterSeen, now.utc, {{"name", name}});
    return;
  }
  if (const auto change = meter->session.presence(online, now)) {
    session_changed(*meter, *change, online ? "" : "its last will");
  }
  if (!online) return;
  if (const auto named = SerialNumber::parse(serial)) {
    if (!data_.identity(*meter, {*named, {}}, now)) return;
  }
  meter->runner->wake(*meter);
  commands_.meter_awake(*meter, now);
  collection_.hurry(*meter, now);
}

void Gateway::meter_push(const std::string& name, const meter_mqtt::Push& push) {
  MeterUnit* meter = by_topic_name(name);
  if (meter == nullptr) return;
  // Nothing of a stranger's is stored under this meter's name.
  if (meter->session.state() == session::State::WrongMeter) return;
  const Now now = clock_.now();
  if (const auto* reading = std::get_if<RegisterReading>(&push)) {
    data_.registers(*meter, *reading);
  } else if (const auto* intervals = std::get_if<std::vector<ProfileInterval>>(&push)) {
    data_.profile_push(*meter, *intervals, now);
  } else if (const auto* days = std::get_if<std::vector<DailySnapshot>>(&push)) {
    data_.daily_push(*meter, *days, now);
  } else if (const auto* entries = std::get_if<std::vector<LogEntry>>(&push)) {
    data_.log_entries(*meter, *entries, now);
  }
}

void Gateway::meter_nonsense(const std::string& name, const std::string& what) {
  journal_.write(journal::kNonsense, clock_.now().utc, {{"meter", name}, {"what", what}});
}

void Gateway::meters_broker(bool is_connected, const std::string& why) {
  const UtcTime at = clock_.now().utc;
  if (is_connected) {
    journal_.write(journal::kBrokerConnected, at, {{"broker", "meters"}});
    return;
  }
  journal_.write(journal::kBrokerLost, at, {{"broker", "meters"}, {"what", why}});
}

// ---- care ---------------------------------------------------------------------------------------

bool Gateway::probe(const MeterId& id, const std::string& user) {
  MeterUnit* meter = find_meter(id);
  if (meter == nullptr) return false;
  const Now now = clock_.now();
  journal_.write(journal::kProbeRequested, now.utc, {{"meter", id.text()}, {"user", user}});
  meter->session.probe();
  meter->runner->wake(*meter);
  collection_.hurry(*meter, now);
  commands_.meter_awake(*meter, now);
  return true;
}

north::GatewayState Gateway::state() const {
  north::GatewayState state;
  state.version = METERGATE_VERSION;
  state.started_at = started_at_;
  for (const auto& [id, meter] : meters_) {
    if (meter->removed) continue;
    ++state.meters;
    const auto session = meter->session.state();
    if (session == session::State::Online || session == session::State::Suspect) {
      ++state.meters_reachable;
    }
  }
  state.live_commands = commands_.live();
  if (const auto outbox = ledger_.outbox_size()) {
    state.outbox_messages = outbox->messages;
    state.outbox_data_days = outbox->data_days;
  }
  return state;
}

void Gateway::tell_state() {
  MqttMessage message;
  message.topic = topics_.gateway_state();
  message.payload = north::encode_gateway_state(topics_.site(), state(), clock_.now().utc);
  message.retained = true;
  message.content_type = "application/json";
  ways_.publish(std::move(message), [](bool) {});
}

std::string Gateway::meter_state(MeterUnit& meter) {
  north::MeterState state{.meter = meter.stored, .session_reason = meter.session_reason};
  state.meter.session_state = session::state_word(meter.session.state());
  state.meter.last_contact = meter.session.last_contact();
  const Now now = clock_.now();
  const auto next = meter.session.next_attempt();
  if (next && *next > now.instant) {
    state.next_try =
        now.utc + std::chrono::duration_cast<std::chrono::milliseconds>(*next - now.instant);
  }
  state.live_commands = meter.live_commands;
  if (const auto holes = ledger_.holes(meter.stored.key, meter.stored.epoch)) {
    state.holes = holes->size();
  }
  return north::encode_meter_state(topics_.site(), state, now.utc);
}

void Gateway::housekeep(Now now) {
  const auto today = std::chrono::floor<std::chrono::days>(now.utc);
  const auto folded = keeper_.checked(ledger_.fold(today, kFoldAtOnce));
  if (folded && *folded > 0) {
    journal_.write(journal::kFolded, now.utc, {{"meter_days", std::to_string(*folded)}});
  }
  const auto deleted =
      keeper_.checked(ledger_.retain(retention(configuration_.storage), now.utc, kRetainAtOnce));
  if (deleted && *deleted > 0) {
    journal_.write(journal::kRetained, now.utc, {{"rows", std::to_string(*deleted)}});
  }
  static_cast<void>(keeper_.commit());
  if (const auto outbox = keeper_.checked(ledger_.outbox_size())) {
    const bool large = outbox->messages + outbox->data_days > kOutboxLarge;
    if (large && !outbox_was_large_) {
      journal_.write(journal::kOutboxGrowing, now.utc,
                     {{"messages", std::to_string(outbox->messages)},
                      {"data_days", std::to_string(outbox->data_days)}});
    } else if (!large && outbox_was_large_) {
      journal_.write(journal::kOutboxDrained, now.utc, {});
    }
    outbox_was_large_ = large;
  }
  tell_state();
  // More to fold or delete: soon again, so that no single turn holds up the loop.
  const bool busy = (folded && *folded > 0) || (deleted && *deleted > 0);
  agenda_.at(now.instant + (busy ? Duration{std::chrono::milliseconds{200}} : kStateInterval),
             [this](Now later) { housekeep(later); });
}

}  // namespace metergate::runtime
