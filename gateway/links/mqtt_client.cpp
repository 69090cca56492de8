// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_client.hpp"

#include <fmt/format.h>
#include <mqtt/async_client.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <utility>

#include "gateway/links/mqtt_options.hpp"
#include "gateway/links/mqtt_socket.hpp"

namespace metergate {
namespace {

constexpr std::chrono::seconds kGoodbyeTime{1};
constexpr int kFirstFailureCode = 0x80;  // MQTT 5: reason codes from here on are refusals

/// Lets a callback wait until the loop has dealt with its message.
struct Release {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;

  void give() {
    const std::lock_guard lock{mutex};
    done = true;
    changed.notify_all();
  }
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, time, [this] { return done; });
  }
};

/// MQTT 5 answers CONNECT with a reason; from 0x80 on the broker has said no for good. Paho hands
/// it on as the one or the other of its codes; its own faults are negative. TLS is OpenSSL's to
/// explain.
ConnectionLoss loss_of(const mqtt::exception& error, const std::string& tls_fault) {
  const int reason = std::max(static_cast<int>(error.get_reason_code()), error.get_return_code());
  if (reason >= kFirstFailureCode) {
    const auto code = static_cast<MQTTReasonCodes>(reason);
    return {fmt::format("{} (MQTT reason 0x{:02x})", MQTTReasonCode_toString(code), reason), true};
  }
  if (tls_fault.empty()) return {error.to_string()};
  return {"TLS: " + tls_fault, tls_fault.find("certificate") != std::string::npos};
}

/// Two clients that connect at once could not tell their new sockets apart.
std::mutex& connecting() {
  static std::mutex one_at_a_time;
  return one_at_a_time;
}

}  // namespace

/// One connection: a Paho client and the callbacks that lead from Paho's thread to the loop.
class MqttClient::Impl : public std::enable_shared_from_this<MqttClient::Impl> {
 public:
  Impl(boost::asio::io_context& loop, MqttClientSettings settings, Handlers handlers)
      : loop_{loop},
        settings_{std::move(settings)},
        handlers_{std::move(handlers)},
        timer_{loop},
        random_{std::random_device{}()},
        pause_{settings_.broker.reconnect_min} {}

  void start() { connect(); }
  void stop();
  [[nodiscard]] bool connected() const { return connected_; }
  void publish(MqttMessage message, std::function<void(Published)> done);
  [[nodiscard]] std::size_t unacknowledged() const { return in_flight_.size() + waiting_.size(); }

 private:
  struct Connection;
  struct Publication {
    MqttMessage message;
    std::function<void(Published)> done;
  };

  void connect();
  using Established = Result<Done, ConnectionLoss>;
  [[nodiscard]] Established establish(Connection& connection);
  void established(const std::shared_ptr<Connection>& connection, const Established& outcome);
  void lost(std::uint64_t number, const ConnectionLoss& loss);
  void arrived(std::uint64_t number, MqttMessage message, std::function<void()> release);
  void acknowledged(std::uint64_t number, std::uint64_t publication, Published outcome);
  void pump();
  void drop_all();

  boost::asio::io_context& loop_;
  const MqttClientSettings settings_;
  Handlers handlers_;
  boost::asio::steady_timer timer_;
  std::mt19937 random_;
  std::chrono::milliseconds pause_;
  boost::asio::thread_pool worker_{1};

  std::shared_ptr<Connection> connection_;
  /// The last one that ended. It stays until the next attempt: Paho's thread may still be on its
  /// way out of the callback that told of the end, and touches the client after it.
  std::shared_ptr<Connection> retired_;
  std::uint64_t number_ = 0;
  bool connected_ = false;
  bool stopped_ = false;
  std::uint64_t last_publication_ = 0;
  std::map<std::uint64_t, std::function<void(Published)>> in_flight_;
  std::deque<Publication> waiting_;
};

struct MqttClient::Impl::Connection : mqtt::callback, mqtt::iaction_listener {
  Connection(std::weak_ptr<Impl> client, boost::asio::io_context& io,
             const MqttClientSettings& used, std::uint64_t its_number)
      : owner{std::move(client)},
        loop{io},
        settings{used},
        number{its_number},
        paho{mqtt_options::server_uri(used.broker), used.broker.client_id,
             mqtt::create_options{MQTTVERSION_5}, nullptr} {
    paho.set_callback(*this);
  }

  std::weak_ptr<Impl> owner;
  boost::asio::io_context& loop;
  const MqttClientSettings& settings;
  const std::uint64_t number;
  std::atomic<int> socket{-1};
  std::atomic<bool> message_waits{false};
  std::string tls_fault;  ///< what OpenSSL said last while connecting
  mqtt::async_client paho;

  template <typename Call>
  void on_loop(Call call) {
    boost::asio::post(loop, [owner = owner, call = std::move(call)]() mutable {
      if (const auto alive = owner.lock()) call(*alive);
    });
  }

  // ---- on Paho's thread: nothing here may throw or call Paho ------------------------------------
  void connection_lost(const std::string& cause) override {
    on_loop([number = number, why = cause.empty() ? std::string{"connection closed"} : cause](
                Impl& impl) { impl.lost(number, {why}); });
  }

  void message_arrived(mqtt::const_message_ptr arrived) override {
    if (!arrived) return;
    MqttMessage message = mqtt_options::from_paho(*arrived);
    const bool late = settings.acknowledge_late && settings.acknowledge_late(message.topic);
    const auto release = std::make_shared<Release>();
    on_loop([number = number, message = std::move(message), release](Impl& impl) mutable {
      impl.arrived(number, std::move(message), [release] { release->give(); });
    });
    if (!late) return;
    message_waits = true;
    // Past the limit the socket is cut before Paho can acknowledge: the broker keeps the message.
    if (!release->wait_for(settings.acknowledge_within) && socket >= 0) {
      mqtt_socket::cut(socket);
    }
    message_waits = false;
  }

  void on_success(const mqtt::token& token) override { finished(token, Published::Acknowledged); }
  void on_failure(const mqtt::token& token) override {
    // With a reason it is the broker's no; without one, the connection's end.
    const bool refused = static_cast<int>(token.get_reason_code()) >= kFirstFailureCode;
    finished(token, refused ? Published::Refused : Published::Lost);
  }
  void finished(const mqtt::token& token, Published outcome) {
    const auto publication = reinterpret_cast<std::uintptr_t>(token.get_user_context());
    on_loop([number = number, publication, outcome](Impl& impl) {
      impl.acknowledged(number, publication, outcome);
    });
  }
};

void MqttClient::Impl::connect() {
  if (stopped_) return;
  const std::uint64_t number = ++number_;
  // Paho's own clean-up takes its lock and its time: not on the loop.
  boost::asio::post(worker_, [self = shared_from_this(), number,
                              retired = std::exchange(retired_, nullptr)]() mutable {
    retired.reset();
    const auto connection =
        std::make_shared<Connection>(self, self->loop_, self->settings_, number);
    const Established outcome = [&]() -> Established {
      try {
        return self->establish(*connection);
      } catch (const mqtt::exception& error) {
        return failure(loss_of(error, connection->tls_fault));
      }
    }();
    boost::asio::post(self->loop_,
                      [self, connection, outcome] { self->established(connection, outcome); });
  });
}

MqttClient::Impl::Established MqttClient::Impl::establish(Connection& connection) {
  mqtt::connect_options options;
  if (const auto filled = mqtt_options::fill(options, settings_, connection.tls_fault); !filled) {
    return failure(ConnectionLoss{filled.error(), true});
  }
  {
    const std::lock_guard lock{connecting()};
    const auto before = mqtt_socket::connected_to_port(settings_.broker.port);
    const auto token = connection.paho.connect(options);
    if (!token->wait_for(settings_.connect_timeout)) {
      return failure(ConnectionLoss{"no answer to the connection request"});
    }
    for (const int socket : mqtt_socket::connected_to_port(settings_.broker.port)) {
      if (before.contains(socket)) continue;
      mqtt_socket::set_no_delay(socket);
      connection.socket = socket;
    }
  }
  // The broker is to tell of each message whether it was published as a retained one: the flag
  // would be cleared otherwise for a subscription that is there already (MQTT 5, 3.8.3.1).
  const mqtt::subscribe_options as_published{mqtt::subscribe_options::SUBSCRIBE_LOCAL,
                                             mqtt::byte{1}};
  for (const std::string& filter : settings_.subscriptions) {
    const auto token = connection.paho.subscribe(filter, 1, as_published);
    if (!token->wait_for(settings_.connect_timeout)) {
      return failure(ConnectionLoss{"no answer to the subscription"});
    }
    if (static_cast<int>(token->get_reason_code()) >= kFirstFailureCode) {
      return failure(ConnectionLoss{"the broker refuses the subscription to " + filter, true});
    }
  }
  return Done{};
}

void MqttClient::Impl::established(const std::shared_ptr<Connection>& connection,
                                   const Established& outcome) {
  if (stopped_ || connection->number != number_) return;
  if (!outcome) {
    connection_ = connection;
    return lost(connection->number, outcome.error());
  }
  connection_ = connection;
  connected_ = true;
  pause_ = settings_.broker.reconnect_min;
  if (handlers_.connected) handlers_.connected();
  pump();
}

void MqttClient::Impl::lost(std::uint64_t number, const ConnectionLoss& loss) {
  if (stopped_ || number != number_) return;
  ++number_;  // whatever the old connection still says is no longer heard
  connected_ = false;
  retired_ = std::exchange(connection_, nullptr);
  drop_all();
  // Ten thousand clients that lost the same broker must not come back in one instant.
  std::uniform_int_distribution<std::int64_t> jitter{pause_.count() / 2, pause_.count()};
  timer_.expires_after(std::chrono::milliseconds{jitter(random_)});
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled) self->connect();
  });
  pause_ = std::min(pause_ * 2, settings_.broker.reconnect_max);
  if (handlers_.lost) handlers_.lost(loss);
}

void MqttClient::Impl::arrived(std::uint64_t number, MqttMessage message,
                               std::function<void()> release) {
  // A message of a connection that is gone was not acknowledged and comes again.
  if (stopped_ || number < number_ || !handlers_.message) return;
  handlers_.message(std::move(message), std::move(release));
}

void MqttClient::Impl::publish(MqttMessage message, std::function<void(Published)> done) {
  if (!connected_ || stopped_) {
    boost::asio::post(loop_, [done = std::move(done)] { done(Published::Lost); });
    return;
  }
  waiting_.push_back({std::move(message), std::move(done)});
  pump();
}

void MqttClient::Impl::pump() {
  while (connected_ && !waiting_.empty() && in_flight_.size() < settings_.max_in_flight) {
    Publication next = std::move(waiting_.front());
    waiting_.pop_front();
    const std::uint64_t publication = ++last_publication_;
    in_flight_.emplace(publication, std::move(next.done));
    boost::asio::post(
        worker_, [connection = connection_, publication, message = std::move(next.message)] {
          try {
            connection->paho.publish(mqtt_options::to_paho(message),
                                     reinterpret_cast<void*>(publication), *connection);
          } catch (const mqtt::exception&) {
            connection->on_loop([number = connection->number, publication](Impl& impl) {
              impl.acknowledged(number, publication, Published::Lost);
            });
          }
        });
  }
}

void MqttClient::Impl::acknowledged(std::uint64_t number, std::uint64_t publication,
                                    Published outcome) {
  if (number != number_) return;
  const auto found = in_flight_.find(publication);
  if (found == in_flight_.end()) return;
  const auto done = std::move(found->second);
  in_flight_.erase(found);
  done(outcome);
  pump();
}

void MqttClient::Impl::drop_all() {
  const auto in_flight = std::exchange(in_flight_, {});
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [publication, done] : in_flight) done(Published::Lost);
  for (const Publication& publication : waiting) publication.done(Published::Lost);
}

void MqttClient::Impl::stop() {
  if (stopped_) return;
  stopped_ = true;
  timer_.cancel();
  in_flight_.clear();
  waiting_.clear();
  if (const auto connection = std::exchange(connection_, nullptr)) {
    if (connection->message_waits && connection->socket >= 0) mqtt_socket::cut(connection->socket);
    boost::asio::post(worker_, [connection, was_connected = connected_, this] {
      try {
        if (was_connected && settings_.will && !connection->message_waits) {
          connection->paho.publish(mqtt_options::to_paho(*settings_.will))->wait_for(kGoodbyeTime);
        }
        connection->paho.disconnect()->wait_for(kGoodbyeTime);
      } catch (const mqtt::exception&) {
        // The connection was gone already; the broker publishes the will.
      }
    });
  }
  connected_ = false;
  worker_.join();
}

MqttClient::MqttClient(boost::asio::io_context& loop, MqttClientSettings settings,
                       Handlers handlers)
    : impl_{std::make_shared<Impl>(loop, std::move(settings), std::move(handlers))} {}

MqttClient::~MqttClient() { stop(); }

void MqttClient::start() { impl_->start(); }
void MqttClient::stop() { impl_->stop(); }
bool MqttClient::connected() const { return impl_->connected(); }
void MqttClient::publish(MqttMessage message, std::function<void(Published)> done) {
  impl_->publish(std::move(message), std::move(done));
}
std::size_t MqttClient::unacknowledged() const { return impl_->unacknowledged(); }

}  // namespace metergate
