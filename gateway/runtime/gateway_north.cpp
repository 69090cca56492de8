// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>
#include <variant>

#include "gateway/runtime/gateway.hpp"

namespace metergate::runtime {

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
  north_trouble_.clear();
  north_up_ = true;
  journal_.write(journal::kBrokerConnected, clock_.now().utc, {{"broker", "north"}});
  for (const auto& [id, meter] : meters_) publisher_.state_changed(*meter);
  static_cast<void>(keeper_.commit());
  publisher_.connected();
  tell_state();
  audit_head_.connected(clock_.now());
}

void Gateway::north_lost(const ConnectionLoss& loss) {
  north_up_ = false;
  publisher_.disconnected();
  tell_loss("north", loss, north_trouble_);
}

void Gateway::tell_loss(const std::string& broker, const ConnectionLoss& loss, std::string& last) {
  // One line per trouble, not one per attempt.
  if (last == loss.why) return;
  last = loss.why;
  journal_.write(loss.refused ? journal::kBrokerRefused : journal::kBrokerLost, clock_.now().utc,
                 {{"broker", broker}, {"what", loss.why}});
}

void Gateway::north_message(MqttMessage message, const std::function<void()>& release) {
  const Now now = clock_.now();
  // Moved, not copied: a payload may be far larger than what is taken.
  const auto command = north::decode_command(
      {std::move(message.topic), std::move(message.payload), message.retained,
       std::move(message.response_topic), std::move(message.correlation_data), message.expiry},
      topics_, now.utc, limits());
  bool accepted = false;
  if (!command) {
    commands_.refuse(command.error(), now);
  } else {
    accepted = std::holds_alternative<CommandTaken>(commands_.submit(*command, now));
  }
  // The broker forgets the message only when its answer, also a no, will be given. One that was
  // accepted is on disk; what it does next shares the commit before its first octet of consequence.
  if (!accepted) static_cast<void>(keeper_.commit());
  release();
}

Submitted Gateway::submit(const Command& command) {
  return commands_.submit(command, clock_.now());
}

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
  if (!online) return meter->runner->wake(*meter);
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
    data_.log_push(*meter, *entries, now);
  }
}

void Gateway::meter_nonsense(const std::string& name, const std::string& what) {
  const Now now = clock_.now();
  const auto unsaid = nonsense_.pass(name, now.instant);
  if (!unsaid) return;
  journal_.write(
      journal::kNonsense, now.utc,
      {{"meter", name},
       {"what", *unsaid == 0 ? what : fmt::format("{} ({} more were not told)", what, *unsaid)}});
}

void Gateway::meters_connected() {
  meters_trouble_.clear();
  journal_.write(journal::kBrokerConnected, clock_.now().utc, {{"broker", "meters"}});
}

void Gateway::meters_lost(const ConnectionLoss& loss) {
  tell_loss("meters", loss, meters_trouble_);
}

}  // namespace metergate::runtime
