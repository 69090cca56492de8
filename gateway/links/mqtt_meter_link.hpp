// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/schema.hpp"
#include "gateway/links/link.hpp"
#include "gateway/links/mqtt_client.hpp"
#include "gateway/meter_mqtt/messages.hpp"

namespace metergate {

/// All meters on one broker over one connection (docs/mqtt-meter-profile.md). An answer counts only
/// for the request whose id it carries and only from the meter that was asked; any other is counted
/// and thrown away. Nothing is kept per meter: a fleet costs what is in flight.
class MqttMeterLink : public Link {
 public:
  struct Handlers {
    std::function<void(const std::string& name, const meter_mqtt::Presence&)> presence;
    std::function<void(const std::string& name, const meter_mqtt::Push&)> push;
    /// What a meter sent and nobody can read; the sentence never holds a token.
    std::function<void(const std::string& name, const std::string& what)> nonsense;
    std::function<void()> connected;
    std::function<void(const ConnectionLoss&)> lost;
    /// Whether the gateway has a meter of that name; others' pushes are not even parsed.
    std::function<bool(const std::string& name)> knows{};
  };
  /// Time of a push's arrival.
  using UtcNow = std::function<UtcTime()>;

  struct Counters {
    std::uint64_t late_answers = 0;    ///< nobody waited for them any more, or never did
    std::uint64_t unknown_meters = 0;  ///< messages of meters the gateway does not have
    std::uint64_t nonsense = 0;
  };

  MqttMeterLink(boost::asio::io_context& loop, config::MqttMeters settings, UtcNow utc_now,
                Handlers handlers);
  ~MqttMeterLink() override;
  MqttMeterLink(const MqttMeterLink&) = delete;
  MqttMeterLink& operator=(const MqttMeterLink&) = delete;

  void start();
  void transact(WireRequest request, Completion done) override;
  [[nodiscard]] std::size_t concurrency() const override { return settings_.max_in_flight; }
  /// What waits for an answer ends as cut.
  void stop() override;

  [[nodiscard]] bool connected() const { return client_.connected(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Pending {
    std::string name;
    Completion done;
    Instant sent;
    Instant deadline;
  };

  void arrived(const MqttMessage& message);
  void response(const std::string& name, const MqttMessage& message);
  void push(const std::string& name, std::string_view word, const MqttMessage& message);
  void nonsense(const std::string& name, const std::string& what);
  void finish(std::uint64_t id, WireResult result);
  void cut(std::uint64_t id, const std::string& why);
  void cut_all(const std::string& why);
  void arm();
  void expire();

  boost::asio::io_context& loop_;
  config::MqttMeters settings_;
  UtcNow utc_now_;
  Handlers handlers_;
  std::string prefix_;  ///< `{root}/v1/`
  MqttClient client_;
  boost::asio::steady_timer timer_;  ///< for the earliest deadline of all
  std::optional<Instant> armed_for_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_id_;
  Counters counters_;
  bool stopped_ = false;
  /// Handlers that wait in the loop look here whether the link still lives.
  std::shared_ptr<MqttMeterLink*> self_;
};

}  // namespace metergate
