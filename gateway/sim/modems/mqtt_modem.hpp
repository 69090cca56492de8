// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include "config/schema.hpp"
#include "gateway/meter_mqtt/messages.hpp"
#include "gateway/sim/modems/modem_connection.hpp"
#include "gateway/sim/street/meter.hpp"

namespace metergate::sim {

/// The MQTT modem of one virtual meter, keeping the rules of docs/mqtt-meter-profile.md: its own
/// connection with its own last will, a retained birth, one request after the other, pauses of
/// chance before it comes back.
///
/// Requests are worked off on Paho's thread, where they arrive; everything else happens in `tick`.
/// Paho is never called under the meter's lock, since it calls us under its own.
class MqttModem {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  MqttModem(StreetMeter& meter, const config::Broker& broker, const std::string& root,
            std::string model);

  /// Does what is due: comes, goes, pushes. `may_connect`: a new attempt is allowed now.
  void tick(Instant now, bool may_connect, std::mt19937& chance);
  [[nodiscard]] bool is_connecting() const { return std::holds_alternative<Connecting>(state_); }
  [[nodiscard]] bool is_connected() const { return connection_.is_connected(); }
  /// Begins to say goodbye.
  void leave();

 private:
  struct Away {};  ///< without power, or set silent: as a dead modem, off the broker
  struct Waiting {
    Instant attempt_at;
  };
  struct Connecting {
    std::string serial;  ///< of the meter that is to be born
  };
  struct Up {
    std::string serial;  ///< as born; another one now means that another meter hangs here
  };
  struct LateAnswer {
    Instant due;
    std::string payload;
  };
  struct Shown {
    bool powered = false;
    meter_mqtt::Presence birth;
  };

  [[nodiscard]] std::optional<Shown> look();
  void wait_for_another_attempt(Instant now, std::mt19937& chance);
  void vanish();
  void push_news();
  void push(const virtual_meter::Pushes& news);
  void send_late_answers(Instant now);
  void answer(const std::string& payload);
  void publish(const std::string& leaf, std::string_view payload);
  void publish_presence(const meter_mqtt::Presence& presence);

  void connected();
  void asked(std::string_view payload);

  StreetMeter& meter_;
  std::string prefix_;  ///< `{root}/v1/{name}/`
  std::string model_;
  std::variant<Away, Waiting, Connecting, Up> state_{Waiting{}};
  std::chrono::milliseconds pause_;
  std::string last_request_;  ///< its id
  /// On its way; the meter hears that it is out when the broker has answered.
  std::optional<virtual_meter::Pushes> pushing_;
  std::mutex late_mutex_;
  std::deque<LateAnswer> late_;
  ModemConnection connection_;  ///< last, so that it goes first and takes its callbacks with it
};

}  // namespace metergate::sim
