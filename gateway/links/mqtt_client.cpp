// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "gateway/links/mqtt_connection.hpp"
#include "gateway/links/mqtt_intake.hpp"
#include "gateway/links/mqtt_worker.hpp"

namespace metergate {

/// Keeps a connection up, and counts what is under way on it.
class MqttClient::Impl : public MqttConnection::Owner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& loop, MqttClientSettings settings, Handlers handlers)
      : loop_{loop},
        settings_{std::make_shared<const MqttClientSettings>(std::move(settings))},
        handlers_{std::move(handlers)},
        timer_{loop},
        random_{std::random_device{}()},
        pause_{settings_->broker.reconnect_min} {}

  void start() { connect(); }
  void stop();
  [[nodiscard]] bool connected() const { return connected_; }
  void publish(MqttMessage message, std::function<void(Published)> done);

 private:
  struct Publication {
    MqttMessage message;
    std::function<void(Published)> done;
  };

  void connect();
  [[nodiscard]] Result<Done, ConnectionLoss> make(std::uint64_t number);
  [[nodiscard]] std::shared_ptr<MqttConnection> take_made();
  void established(std::uint64_t number, const Result<Done, ConnectionLoss>& outcome);
  void lost(std::uint64_t number, const ConnectionLoss& loss) override;
  void arrived(std::uint64_t number, MqttMessage message, std::function<void()> release) override;
  void outcomes_wait(std::uint64_t number) override;
  void pump();
  void drop_all();

  boost::asio::io_context& loop_;
  const std::shared_ptr<const MqttClientSettings> settings_;
  Handlers handlers_;
  boost::asio::steady_timer timer_;
  std::mt19937 random_;
  std::chrono::milliseconds pause_;
  const std::shared_ptr<MqttWorker> worker_ = MqttWorker::of_process();
  /// Runs while a connection is made; that may take as long as a broker stays silent.
  std::thread connecting_;

  // No connection ends on the loop, which Paho would hold up.
  std::shared_ptr<MqttConnection> connection_;
  /// The last one that ended. It stays until the next attempt: Paho's thread may still be on its
  /// way out of the callback that told of the end, and touches the client after it.
  std::shared_ptr<MqttConnection> retired_;
  std::mutex made_mutex_;
  /// By `connecting_`, and the loop has not heard of it; or it broke before that.
  std::shared_ptr<MqttConnection> made_;
  std::uint64_t number_ = 0;
  bool connected_ = false;
  bool stopped_ = false;
  std::uint64_t last_publication_ = 0;
  std::map<std::uint64_t, std::function<void(Published)>> in_flight_;
  std::deque<Publication> waiting_;
};

void MqttClient::Impl::connect() {
  if (stopped_) return;
  const std::uint64_t number = ++number_;
  // Paho's own clean-up takes its lock and its time: not on the loop.
  connecting_ = std::thread([self = shared_from_this(), number, before = std::move(connecting_),
                             retired = std::exchange(retired_, nullptr)]() mutable {
    if (before.joinable()) before.join();
    retired.reset();
    const auto outcome = self->make(number);
    boost::asio::post(self->loop_, [self, number, outcome] { self->established(number, outcome); });
  });
}

/// On `connecting_`. A connection that failed ends here, at once: a broker that refused one
/// subscription may have granted others, and each message of theirs, which nobody would take, would
/// keep Paho, and with it the other clients, for as long as a message may wait.
Result<Done, ConnectionLoss> MqttClient::Impl::make(std::uint64_t number) {
  take_made().reset();
  const auto connection =
      std::make_shared<MqttConnection>(weak_from_this(), loop_, settings_, number);
  auto outcome = connection->establish();
  if (outcome) {
    const std::lock_guard lock{made_mutex_};
    made_ = connection;
  }
  return outcome;
}

std::shared_ptr<MqttConnection> MqttClient::Impl::take_made() {
  const std::lock_guard lock{made_mutex_};
  return std::exchange(made_, nullptr);
}

void MqttClient::Impl::established(std::uint64_t number,
                                   const Result<Done, ConnectionLoss>& outcome) {
  // It broke before this came: the next attempt ends it, or the stop.
  if (stopped_ || number != number_) return;
  if (!outcome) return lost(number, outcome.error());
  connection_ = take_made();
  connected_ = true;
  pause_ = settings_->broker.reconnect_min;
  if (handlers_.connected) handlers_.connected();
  pump();
}

void MqttClient::Impl::lost(std::uint64_t number, const ConnectionLoss& loss) {
  if (stopped_ || number != number_) return;
  connected_ = false;
  // What the broker has acknowledged, and only waited for others to be told of, is not lost.
  outcomes_wait(number);
  if (stopped_) return;
  ++number_;  // whatever the old connection still says is no longer heard
  if (connection_) retired_ = std::exchange(connection_, nullptr);
  drop_all();
  // Ten thousand clients that lost the same broker must not come back in one instant.
  std::uniform_int_distribution<std::int64_t> jitter{pause_.count() / 2, pause_.count()};
  timer_.expires_after(std::chrono::milliseconds{jitter(random_)});
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled) self->connect();
  });
  pause_ = std::min(pause_ * 2, settings_->broker.reconnect_max);
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
  if (!connected_) return;
  std::vector<MqttConnection::Outgoing> next;
  while (!waiting_.empty() && in_flight_.size() < settings_->max_in_flight) {
    const std::uint64_t publication = ++last_publication_;
    in_flight_.emplace(publication, std::move(waiting_.front().done));
    next.push_back({publication, std::move(waiting_.front().message)});
    waiting_.pop_front();
  }
  if (!next.empty()) connection_->publish(std::move(next), *worker_);
}

void MqttClient::Impl::outcomes_wait(std::uint64_t number) {
  if (!connection_ || number != number_) return;
  for (const auto& [publication, published] : connection_->take_outcomes()) {
    // Whoever is told may stop us.
    if (stopped_) return;
    const auto found = in_flight_.find(publication);
    if (found == in_flight_.end()) continue;
    const auto done = std::move(found->second);
    in_flight_.erase(found);
    done(published);
  }
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
  const bool message_is_left = connection_ && connection_->close_intake();
  // Of no client: the loop takes and releases nothing until this returns.
  const MqttIntake::NobodyWaits meanwhile;
  if (connecting_.joinable()) connecting_.join();
  // Behind what the worker still has of it. They end there too: nothing of them is left when this
  // returns.
  std::promise<void> gone;
  worker_->post([&gone, connection = std::move(connection_), retired = std::move(retired_),
                 made = take_made(), with_will = connected_ && !message_is_left]() mutable {
    if (connection) connection->say_goodbye(with_will);
    connection.reset();
    retired.reset();
    made.reset();
    gone.set_value();
  });
  gone.get_future().wait();
  connected_ = false;
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

}  // namespace metergate
