// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "config/schema.hpp"

namespace metergate::sim {

/// One MQTT 5 connection of a virtual meter, over Paho C: Debian's Paho C++ 1.2 drops the reason of
/// a disconnect, and without it no modem could be made to die such that its last will is published.
///
/// The handlers run on Paho's thread; they may call `subscribe` and `publish`, and must not throw.
class ModemConnection {
 public:
  struct Handlers {
    std::function<void()> connected;
    std::function<void(std::string_view payload)> message;  ///< none that was retained
  };
  struct Will {
    std::string topic;
    std::string payload;  ///< published retained
  };
  enum class Goodbye : std::uint8_t {
    Polite,
    Death,  ///< the broker publishes the will, as if the modem had lost its power
  };

  ModemConnection(const config::Broker& broker, const std::string& client_id, Handlers handlers);
  ~ModemConnection();
  ModemConnection(const ModemConnection&) = delete;
  ModemConnection& operator=(const ModemConnection&) = delete;

  /// Begins one attempt, with a clean start; it ends by itself within `timeout`.
  void connect(const Will& will, std::chrono::seconds timeout);
  [[nodiscard]] bool is_connecting() const { return connecting_; }
  [[nodiscard]] bool is_connected() const;
  void disconnect(Goodbye goodbye);

  /// At QoS 1. Without a connection nothing happens: what gets lost on the way is the meter's or
  /// the gateway's to notice.
  void subscribe(const std::string& topic);
  enum class Retain : std::uint8_t { No, Yes };
  void publish(const std::string& topic, std::string_view payload, Retain retain);
  /// The same, not retained, and `waiting` counts it until the broker has answered.
  void publish_counted(const std::string& topic, std::string_view payload);
  /// Of this connection; one that breaks leaves them waiting for ever.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Callbacks;
  Handlers handlers_;
  std::chrono::seconds keep_alive_;
  std::atomic<bool> connecting_{false};
  /// The counted messages of one connection. Paho may tell of the last one's when the next is up
  /// already, so each has its own, and none goes before the client.
  struct Flight {
    std::size_t sent = 0;
    std::atomic<std::size_t> answered{0};
  };
  std::deque<Flight> flights_;
  void* client_ = nullptr;  ///< MQTTAsync
};

}  // namespace metergate::sim
