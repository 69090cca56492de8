// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"

namespace metergate {

/// A message of MQTT 5 with the properties this house uses.
struct MqttMessage {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retained = false;
  std::string response_topic;
  std::string correlation_data;
  std::optional<std::chrono::seconds> expiry{};
  std::string content_type;
};

/// What became of a publication.
enum class Published : std::uint8_t {
  Acknowledged,
  Refused,  ///< by the broker, which will refuse it again (access list, quota)
  Lost,     ///< with the connection: it may or may not have arrived
};

/// Why there is no connection.
struct ConnectionLoss {
  std::string why;
  bool refused = false;  ///< the broker is there and said no: identity, rights, certificate
};

struct MqttClientSettings {
  config::Broker broker;  ///< with an empty `client_id` the broker keeps no session for us
  std::vector<std::string> subscriptions;
  std::optional<MqttMessage> will{};  ///< also published by `stop()`

  /// Messages on these topics get their PUBACK only once `release` was called. Asked on Paho's
  /// thread: look at the topic and nothing else.
  std::function<bool(std::string_view topic)> acknowledge_late{};
  /// How long such a message may wait, or half the keep-alive if that is shorter, since Paho
  /// answers no ping meanwhile. Past it the connection is cut, so that no PUBACK leaves, and the
  /// broker delivers the message again once we are back.
  std::chrono::milliseconds acknowledge_within{10'000};

  std::size_t max_in_flight = 20;           ///< publications handed to Paho at one time
  std::size_t max_packet_octets = 262'144;  ///< the broker is told to send nothing longer
  /// On their way to the loop. Beyond that, messages wait in the socket, and with the broker; each
  /// for `acknowledge_within` at most, and is then taken all the same.
  std::size_t max_undelivered_octets = 4'194'304;
  std::chrono::seconds session_expiry{604'800};  ///< how long the broker keeps our session
  std::chrono::milliseconds connect_timeout{10'000};
};

/// One connection to an MQTT 5 broker, kept up by itself. Wraps Paho MQTT C++ with a fresh Paho
/// client per connection, so that nothing unsent survives a loss in Paho: the outbox is the truth.
///
/// All members are called, and all handlers run, on the loop's thread. Paho is never called there,
/// because it holds its one lock while a message waits for its release: publications go by the
/// process's MqttWorker, and connecting has a thread of its own for as long as it takes. A
/// subscription counts as made only when the broker granted it; `connected` comes after. Messages
/// of a kept session can come before `connected`.
class MqttClient {
 public:
  struct Handlers {
    std::function<void()> connected{};
    /// A connection broke or an attempt failed (each one); the next attempt is already planned.
    std::function<void(const ConnectionLoss&)> lost{};
    /// `release` may be called at any time on any thread, or never; it does nothing for messages
    /// that `acknowledge_late` did not ask for.
    std::function<void(MqttMessage, std::function<void()> release)> message{};
  };

  MqttClient(boost::asio::io_context& loop, MqttClientSettings settings, Handlers handlers);
  ~MqttClient();  ///< stops
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  /// Connects, and again with jittered exponential back-off, for ever.
  void start();
  /// Publishes the will and disconnects, in at most three seconds, or ends the attempt to connect,
  /// which a silent broker can make last for `connect_timeout`; no handler and no `done` is
  /// called after it returned. When a message still waits for the loop, also another client's, its
  /// connection is cut instead (the broker then publishes the will itself and keeps the message).
  void stop();
  [[nodiscard]] bool connected() const;

  /// `done(true)`: the broker acknowledged (QoS 0: it was written). `done(false)`: there is no
  /// connection, or it went before the acknowledgement. Never called from inside. Beyond
  /// `max_in_flight` a publication waits inside the client: the caller bounds how many.
  void publish(MqttMessage message, std::function<void(Published)> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace metergate
