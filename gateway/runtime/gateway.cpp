// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/metrics/metrics.hpp"
#include "gateway/runtime/commands/command_origin.hpp"
#include "gateway/runtime/meter_abilities.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::seconds kHousekeeping{60};
constexpr std::chrono::hours kClockOrderLife{1};

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
      topics_{configuration_.north ? configuration_.north->root : "metergate", configuration_.site},
      started_at_{clock.now().utc},
      keeper_{ledger, journal, clock, agenda},
      dlms_{keeper_, journal, clock, ways_.dlms_secrets, dlms_heard()},
      publisher_{keeper_,
                 journal,
                 clock,
                 agenda,
                 topics_,
                 configuration_.north ? configuration_.north->max_in_flight : 1,
                 {[this](MqttMessage message, std::function<void(Published)> done) {
                    ways_.publish(std::move(message), std::move(done));
                  },
                  [this](MeterKey key) {
                    const auto found = keys_.find(key);
                    return found == keys_.end() ? nullptr : found->second;
                  },
                  [this](MeterUnit& meter) { return meter_state(meter); }}},
      data_{keeper_,
            journal,
            {[this](MeterUnit& meter) { publisher_.state_changed(meter); },
             [this](MeterUnit& meter) { correct_clock(meter); },
             [this](MeterUnit& meter, const token_log::KeyedCode& code, UtcSeconds at) {
               tokens_.keyed_in(meter, code, at, clock_.now());
             },
             [this](MeterUnit& meter, const SerialNumber& serial) {
               registry_.seen(meter, serial, clock_.now());
             },
             [this](MeterUnit& meter, const LogEntry& entry, Now now) {
               tenancy_.seen_in_log(meter, entry, now);
             }}},
      pushes_{data_, journal},
      registry_{keeper_,
                journal,
                configuration_.registry,
                {configuration_.access, ways_.own_user},
                {[this](const MeterId& id) { return find_meter(id); },
                 [this](MeterUnit& meter) { publisher_.state_changed(meter); },
                 [this](MeterUnit& meter, Now now) {
                   if (!meter.removed) collection_.hurry(meter, now);
                 }}},
      tokens_{keeper_,
              journal,
              clock,
              topics_,
              {ways_.keys, configuration_.access, ways_.own_user},
              {[this](const Command& delivery, Now now) {
                 static_cast<void>(commands_.submit(delivery, now));
               },
               [this](const MeterUnit& meter) { return commands_.has_room(meter); }}},
      tenancy_{keeper_,
               journal,
               agenda,
               data_,
               topics_,
               {{configuration_.access, ways_.own_user}, ways_.keys != nullptr},
               {[this](MeterUnit& meter) { publisher_.state_changed(meter); },
                [this](const MeterUnit& meter, operation::TransactionId id) {
                  return commands_.change_sent(meter, id);
                },
                [this](const Command& clearing, Now now) -> std::optional<Refusal> {
                  const auto submitted = commands_.submit(clearing, now);
                  const auto* refused = std::get_if<north::RefusedRequest>(&submitted);
                  return refused == nullptr ? std::nullopt : std::optional{refused->refusal};
                },
                [this](MeterUnit& meter, Now now) { commands_.orders_free(meter, now); }}},
      sealed_{keeper_, journal, {configuration_.access, ways_.own_user}},
      commands_{keeper_,
                journal,
                clock,
                agenda,
                data_,
                tokens_,
                registry_,
                tenancy_,
                sealed_,
                topics_,
                {configuration_.access, ways_.own_user},
                {configuration_.north ? configuration_.north->max_live_commands : 10'000,
                 configuration_.north ? configuration_.north->max_live_commands_per_meter : 100,
                 configuration_.sessions.settle_limit, configuration_.relay_off_fuse,
                 configuration_.requester_limit},
                {[this](const MeterId& id) { return find_meter(id); },
                 [this](const Command& command, const Step& step) {
                   const auto listeners = listeners_;
                   for (const auto& [id, listener] : listeners) listener(command, step);
                   if (MeterUnit* meter = find_meter(command.meter)) {
                     publisher_.state_changed(*meter);
                   }
                 },
                 [this](OutboxMessage message) { publisher_.tell(std::move(message)); },
                 [this](MeterKey key) {
                   const auto found = keys_.find(key);
                   return found == keys_.end() ? std::string{} : found->second->runner->name();
                 },
                 [this](Reason reason) {
                   if (ways_.metrics != nullptr) {
                     ways_.metrics->command_refused(reason_word(reason));
                   }
                 }}},
      collection_{data_, keeper_, agenda},
      audit_head_{keeper_, agenda, topics_,
                  [this](MqttMessage message, std::function<void(Published)> done) {
                    ways_.publish(std::move(message), std::move(done));
                  },
                  ways_.audit_key},
      audit_forwarder_{keeper_, agenda, journal_, ways_.forward_audit} {
  keeper_.when_committed([this] { publisher_.committed(); });
  keeper_.when_lost([this] { publisher_.rolled_back(); });
  keeper_.when_recovered([this](Now now) { take_up_after_rollback(now); });
  journal_.when_alarm([this](const JournalRow& row) { raise_alarm(row); });
}

Gateway::~Gateway() { journal_.when_alarm(nullptr); }

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
  if (ways_.metrics != nullptr) listen_for_metrics();
  for (const config::Line& line : configuration_.lines) add_line(line);
  if (configuration_.mqtt_meters) {
    add_runner(std::string{kMqttLink}, ways_.make_mqtt_meters());
  }
  add_meters(configuration_.meters, now);
  // From here on each meter holds its own settings; ten thousand of them twice would be megabytes.
  configuration_.meters = {};
  static_cast<void>(keeper_.commit());
  // First, so that no token overtakes the clearing of an old tenant's credit.
  resume_synchronising(now);
  commands_.resume(now);
  if (const auto outstanding = keeper_.checked(ledger_.meters_with_outstanding_tokens())) {
    for (const MeterKey key : *outstanding) {
      if (const auto meter = keys_.find(key); meter != keys_.end()) {
        tokens_.deliver_due(*meter->second, now);
      }
    }
  }
  agenda_.at(now.instant + kHousekeeping, [this](Now later) { housekeep(later); });
  audit_head_.start(now);
  audit_forwarder_.start(now);
  tell_state();
}

void Gateway::resume_synchronising(Now now) {
  const auto unfinished = keeper_.checked(ledger_.tenancies_to_synchronise());
  if (!unfinished) return;
  for (const TenancyToSynchronise& one : *unfinished) {
    if (const auto meter = keys_.find(one.meter); meter != keys_.end()) {
      tenancy_.resume(*meter->second, now);
    }
  }
}

void Gateway::take_up_after_rollback(Now now) {
  for (const auto& [id, meter] : meters_) {
    auto stored = keeper_.checked(ledger_.meter(id, meter->settings.model, now.utc));
    if (stored) meter->stored = std::move(*stored);
  }
  tenancy_.forget_all();
  resume_synchronising(now);
  commands_.resume_after_rollback(now);
}

void Gateway::stop() {
  commands_.stop();
  collection_.stop();
  tenancy_.stop();
  for (const auto& [name, runner] : runners_) {
    runner->stop();
    runner->link().stop();
  }
  static_cast<void>(keeper_.commit());
  publisher_.stop();
  audit_head_.stop(clock_.now());
  audit_forwarder_.stop(clock_.now());
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

std::uint64_t Gateway::trace(const MeterId& id, Duration length, Tracers::Tracer tracer,
                             std::function<void()> over) {
  const std::uint64_t number = tracers_.add(id, std::move(tracer));
  agenda_.at(clock_.now().instant + length, [this, number, over = std::move(over)](Now) {
    tracers_.remove(number);
    over();
  });
  return number;
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

bool Gateway::makes_progress(Instant now) const {
  return std::ranges::all_of(
      runners_, [&](const auto& entry) { return entry.second->link().makes_progress(now); });
}

void Gateway::tell_state() {
  MqttMessage message;
  message.topic = topics_.gateway_state();
  message.payload = north::encode_gateway_state(topics_.site(), state(), clock_.now().utc);
  message.retained = true;
  message.content_type = "application/json";
  ways_.publish(std::move(message), [](Published) {});
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
  if (auto standing = ledger_.standing(meter.stored.key)) state.standing = std::move(*standing);
  state.can =
      abilities_of(meter, ways_.keys == nullptr ? TokenMaking::Impossible : TokenMaking::Possible);
  return north::encode_meter_state(topics_.site(), state, now.utc);
}

void Gateway::raise_alarm(const JournalRow& row) {
  OutboxMessage message{
      0,
      topics_.alarm(),
      north::encode_alarm(topics_.site(), {row.at, row.event, row.level, MeterId::parse(row.meter),
                                           row.text, row.fields_json}),
      {},
      {}};
  publisher_.tell(std::move(message));
}

void Gateway::correct_clock(MeterUnit& meter) {
  if (!meter.schedule->clock_set || !meter.can(Capability::SetClock)) return;
  const UtcTime now = clock_.now().utc;
  const auto id = CommandId::parse(
      fmt::format("clock-{}-{}", meter.id().text(),
                  std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()));
  if (!id) return;
  const Command command{.id = *id,
                        .meter = meter.id(),
                        .params = SetClock{},
                        .issued_at = now,
                        .expires_at = now + kClockOrderLife,
                        .not_before = std::nullopt,
                        .priority = traits_of(Verb::SetClock).priority,
                        .operator_name = {},
                        .work_order = {},
                        .comment = "clock_set of the schedule: drift beyond its limit",
                        .reply_to = {},
                        .origin = std::string{kScheduleOrigin},
                        .stated_expires_at = now + kClockOrderLife};
  static_cast<void>(commands_.submit(command, clock_.now()));
}

}  // namespace metergate::runtime
