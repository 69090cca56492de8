// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mqtt/async_client.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/links/mqtt_client.hpp"
#include "gateway/links/mqtt_intake.hpp"
#include "gateway/links/mqtt_worker.hpp"
#include "protocols/result.hpp"

namespace metergate {

/// One connection to a broker by a Paho client of its own, and the way from Paho's threads to the
/// loop. What becomes of it is its owner's to decide. Its end takes Paho's lock, and a second where
/// Paho's threads end with it: not on the loop.
class MqttConnection : mqtt::callback,
                       mqtt::iaction_listener,
                       public std::enable_shared_from_this<MqttConnection> {
 public:
  struct Outcome {
    std::uint64_t publication;
    Published published;
  };

  /// Told on the loop; `number` is the connection's.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void lost(std::uint64_t number, const ConnectionLoss& loss) = 0;
    virtual void arrived(std::uint64_t number, MqttMessage message,
                         std::function<void()> release) = 0;
    /// There are some to take.
    virtual void outcomes_wait(std::uint64_t number) = 0;
  };

  MqttConnection(std::weak_ptr<Owner> owner, boost::asio::io_context& loop,
                 std::shared_ptr<const MqttClientSettings> settings, std::uint64_t number);
  /// Leaves the broker at once. What it has sent and nobody has taken is left to it.
  ~MqttConnection() override;

  // ---- on a thread that may wait
  /// Connects and subscribes. One that failed is good for nothing but its end: the broker may have
  /// granted a part, and messages come.
  [[nodiscard]] Result<Done, ConnectionLoss> establish();
  /// Publishes the will, if there is one to be told, and disconnects.
  void say_goodbye(bool with_will);

  // ---- on the loop
  struct Outgoing {
    std::uint64_t publication;
    MqttMessage message;
  };
  /// To Paho, by the worker.
  void publish(std::vector<Outgoing> publications, MqttWorker& worker);
  [[nodiscard]] std::vector<Outcome> take_outcomes();
  /// What comes from now on is left to the broker, and so is the message that waits for the loop,
  /// if there is one: then the connection is cut, and the broker publishes the will.
  [[nodiscard]] bool close_intake();

 private:
  void connection_lost(const std::string& cause) override;
  void message_arrived(mqtt::const_message_ptr arrived) override;
  void on_success(const mqtt::token& token) override;
  void on_failure(const mqtt::token& token) override;

  template <typename Call>
  void on_loop(Call call);
  [[nodiscard]] Result<Done, ConnectionLoss> connect();
  [[nodiscard]] Result<Done, ConnectionLoss> subscribe();
  [[nodiscard]] Result<Done, ConnectionLoss> subscribe_to(const std::string& filter);
  /// Until there is a connection to send the request on, or none to be.
  [[nodiscard]] mqtt::token_ptr begin_to_connect(const mqtt::connect_options& options,
                                                 std::chrono::steady_clock::time_point until);
  /// Where it is TLS that failed. Paho C++ 1.2 calls its handler of errors, if it is given one,
  /// in a copy of the options that is gone by then.
  void explain_tls(ConnectionLoss& loss) const;
  [[nodiscard]] std::optional<int> find_socket(const std::set<int>& before) const;
  void know_socket(int socket);
  void cut();
  void hand_over();
  void ended(std::uint64_t publication, Published published);

  const std::weak_ptr<Owner> owner_;
  boost::asio::io_context& loop_;
  const std::shared_ptr<const MqttClientSettings> settings_;
  const std::uint64_t number_;
  const std::chrono::milliseconds patience_;  ///< of a message with the loop
  const std::shared_ptr<MqttIntake> intake_;
  std::atomic<int> socket_;
  std::atomic<bool> is_lost_{false};

  std::mutex mutex_;               ///< for what follows, up to Paho
  std::deque<Outgoing> outgoing_;  ///< what the worker is to hand to Paho
  bool worker_comes_ = false;      ///< and takes whatever is there by then
  std::size_t under_way_ = 0;      ///< in `outgoing_` or with Paho
  std::vector<Outcome> outcomes_;  ///< that the loop has not heard of
  bool loop_comes_ = false;

  mqtt::async_client paho_;
};

}  // namespace metergate
