// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "gateway/links/mqtt_options.hpp"
#include "gateway/links/mqtt_socket.hpp"
#include "gateway/links/tcp_probe.hpp"
#include "gateway/links/tls_probe.hpp"

namespace metergate {
namespace {

constexpr std::chrono::seconds kGoodbyeTime{1};
constexpr std::chrono::milliseconds kLook{50};  // whether the connection is still there
constexpr std::chrono::milliseconds kLookForSocket{5};
constexpr std::size_t kEachMessage = 512;  // besides its own octets: a turn of the loop
constexpr int kFirstFailureCode = 0x80;    // MQTT 5: reason codes from here on are refusals

// In the place of a socket.
constexpr int kNotLookedFor = -1;
constexpr int kNotFound = -2;

/// MQTT 5 answers CONNECT with a reason; from 0x80 on the broker has said no for good. Paho hands
/// it on as the one or the other of its codes; its own faults are negative.
ConnectionLoss loss_of(const mqtt::exception& error) {
  const int reason = std::max(static_cast<int>(error.get_reason_code()), error.get_return_code());
  if (reason >= kFirstFailureCode) {
    const char* const words = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(reason));
    return {fmt::format("{} (MQTT reason 0x{:02x})", words == nullptr ? "Refused" : words, reason),
            true};
  }
  return {error.to_string()};
}

std::size_t octets_of(const MqttMessage& message) {
  return message.topic.size() + message.payload.size() + message.response_topic.size() +
         message.correlation_data.size() + message.content_type.size();
}

/// Two clients whose sockets are new at once could not tell them apart.
std::mutex& opening_sockets() {
  static std::mutex one_at_a_time;
  return one_at_a_time;
}

}  // namespace

MqttConnection::MqttConnection(std::weak_ptr<Owner> owner, boost::asio::io_context& loop,
                               std::shared_ptr<const MqttClientSettings> settings,
                               std::uint64_t number)
    : owner_{std::move(owner)},
      loop_{loop},
      settings_{std::move(settings)},
      number_{number},
      patience_{std::min(settings_->acknowledge_within,
                         std::chrono::milliseconds{settings_->broker.keep_alive} / 2)},
      intake_{std::make_shared<MqttIntake>(settings_->max_undelivered_octets)},
      socket_{kNotLookedFor},
      paho_{mqtt_options::server_uri(settings_->broker), settings_->broker.client_id,
            mqtt::create_options{MQTTVERSION_5}, nullptr} {
  paho_.set_callback(*this);
}

MqttConnection::~MqttConnection() {
  // A message that waits would hold up Paho, which is about to close the connection.
  static_cast<void>(close_intake());
}

Result<Done, ConnectionLoss> MqttConnection::establish() {
  auto outcome = connect();
  if (outcome) outcome = subscribe();
  return outcome;
}

Result<Done, ConnectionLoss> MqttConnection::connect() {
  mqtt::connect_options options;
  if (const auto filled = mqtt_options::fill(options, *settings_); !filled) {
    return failure(ConnectionLoss{filled.error(), true});
  }
  try {
    const auto until = std::chrono::steady_clock::now() + settings_->connect_timeout;
    const auto token = begin_to_connect(options, until);
    // A silent broker is waited for without the lock.
    if (!token->wait_until(until)) {
      return failure(ConnectionLoss{"no answer to the connection request"});
    }
  } catch (const mqtt::exception& error) {
    know_socket(kNotFound);
    ConnectionLoss loss = loss_of(error);
    if (!loss.refused && settings_->broker.tls) explain_tls(loss);
    return failure(std::move(loss));
  }
  return Done{};
}

void MqttConnection::explain_tls(ConnectionLoss& loss) const {
  // It must not be taken for the socket of another client that connects.
  const std::lock_guard lock{opening_sockets()};
  const auto reached = TcpProbe::open(settings_->broker.host, settings_->broker.port);
  if (!reached) return;
  const auto agreed = probe_tls(settings_->broker, *reached);
  if (agreed || agreed.error().cause == TlsFault::Cause::Silence) return;
  loss = {"TLS: " + agreed.error().why, true};
}

mqtt::token_ptr MqttConnection::begin_to_connect(const mqtt::connect_options& options,
                                                 std::chrono::steady_clock::time_point until) {
  const std::lock_guard lock{opening_sockets()};
  const auto before = mqtt_socket::connected_to_port(settings_->broker.port);
  const auto token = paho_.connect(options);
  for (;;) {
    const bool answered = token->wait_for(kLookForSocket);
    const auto found = find_socket(before);
    if (!found && !answered && std::chrono::steady_clock::now() < until) continue;
    // Also where nobody answered: that may still come, and messages after it.
    know_socket(found.value_or(kNotFound));
    return token;
  }
}

std::optional<int> MqttConnection::find_socket(const std::set<int>& before) const {
  for (const int socket : mqtt_socket::connected_to_port(settings_->broker.port)) {
    if (before.contains(socket)) continue;
    mqtt_socket::set_no_delay(socket);
    return socket;
  }
  return std::nullopt;
}

void MqttConnection::know_socket(int socket) {
  socket_ = socket;
  socket_.notify_all();
}

Result<Done, ConnectionLoss> MqttConnection::subscribe() {
  for (const std::string& filter : settings_->subscriptions) {
    if (auto outcome = subscribe_to(filter); !outcome) return outcome;
  }
  return Done{};
}

Result<Done, ConnectionLoss> MqttConnection::subscribe_to(const std::string& filter) try {
  // The broker is to tell of each message whether it was published as a retained one: the flag
  // would be cleared otherwise for a subscription that is there already (MQTT 5, 3.8.3.1).
  const mqtt::subscribe_options as_published{mqtt::subscribe_options::SUBSCRIBE_LOCAL,
                                             mqtt::byte{1}};
  const auto token = paho_.subscribe(filter, 1, as_published);
  const auto until = std::chrono::steady_clock::now() + settings_->connect_timeout;
  while (!token->wait_for(kLook)) {
    // Paho does not end what waits for an answer of a kept session.
    if (is_lost_) return failure(ConnectionLoss{"no connection to subscribe to " + filter + " on"});
    if (std::chrono::steady_clock::now() >= until) {
      return failure(ConnectionLoss{"no answer to the subscription to " + filter});
    }
  }
  return Done{};
} catch (const mqtt::exception& error) {
  ConnectionLoss loss = loss_of(error);
  const char* const what =
      loss.refused ? "the broker refuses the subscription to " : "no subscription to ";
  loss.why = what + filter + ": " + loss.why;
  return failure(std::move(loss));
}

void MqttConnection::say_goodbye(bool with_will) {
  try {
    if (with_will && settings_->will) {
      paho_.publish(mqtt_options::to_paho(*settings_->will))->wait_for(kGoodbyeTime);
    }
    paho_.disconnect()->wait_for(kGoodbyeTime);
  } catch (const mqtt::exception&) {
    // The connection was gone already; the broker publishes the will.
  }
}

// ---- on the loop --------------------------------------------------------------------------------

void MqttConnection::publish(std::vector<Outgoing> publications, MqttWorker& worker) {
  const std::lock_guard lock{mutex_};
  under_way_ += publications.size();
  std::ranges::move(publications, std::back_inserter(outgoing_));
  if (std::exchange(worker_comes_, true)) return;
  worker.post([self = shared_from_this()] { self->hand_over(); });
}

std::vector<MqttConnection::Outcome> MqttConnection::take_outcomes() {
  const std::lock_guard lock{mutex_};
  loop_comes_ = false;
  return std::exchange(outcomes_, {});
}

bool MqttConnection::close_intake() { return intake_->close(); }

// ---- on the worker ------------------------------------------------------------------------------

void MqttConnection::hand_over() {
  for (;;) {
    Outgoing next;
    {
      const std::lock_guard lock{mutex_};
      worker_comes_ = !outgoing_.empty();
      if (!worker_comes_) return;
      next = std::move(outgoing_.front());
      outgoing_.pop_front();
    }
    try {
      paho_.publish(mqtt_options::to_paho(next.message), reinterpret_cast<void*>(next.publication),
                    *this);
    } catch (const mqtt::exception&) {
      ended(next.publication, Published::Lost);
    }
  }
}

// ---- on Paho's threads: nothing here may throw or call Paho -------------------------------------

template <typename Call>
void MqttConnection::on_loop(Call call) {
  boost::asio::post(loop_, [owner = owner_, call = std::move(call)]() mutable {
    if (const auto alive = owner.lock()) call(*alive);
  });
}

void MqttConnection::connection_lost(const std::string& cause) {
  is_lost_ = true;
  on_loop([number = number_, why = cause.empty() ? std::string{"connection closed"} : cause](
              Owner& owner) { owner.lost(number, {why}); });
}

void MqttConnection::message_arrived(mqtt::const_message_ptr arrived) {
  if (!arrived) return;
  MqttMessage message = mqtt_options::from_paho(*arrived);
  const bool late = settings_->acknowledge_late && settings_->acknowledge_late(message.topic);
  const std::size_t octets = kEachMessage + octets_of(message);
  // Both waits together: Paho answers no ping meanwhile.
  const auto until = std::chrono::steady_clock::now() + patience_;
  const auto place = intake_->enter(octets, until);
  bool is_ours = place.has_value();
  if (is_ours) {
    on_loop([number = number_, message = std::move(message), intake = intake_, place = *place,
             octets](Owner& owner) mutable {
      intake->taken(octets);
      owner.arrived(number, std::move(message), [intake, place] { intake->release(place); });
    });
    if (late) is_ours = intake_->wait_for_release(*place, until);
  }
  // Before Paho can acknowledge: the broker keeps the message.
  if (!is_ours) cut();
}

void MqttConnection::cut() {
  // A message can follow the broker's consent at once. Whoever connects looks for the socket then,
  // and needs nothing of Paho's for that.
  socket_.wait(kNotLookedFor);
  if (socket_ >= 0) mqtt_socket::cut(socket_);
}

void MqttConnection::on_success(const mqtt::token& token) {
  ended(reinterpret_cast<std::uintptr_t>(token.get_user_context()), Published::Acknowledged);
}

void MqttConnection::on_failure(const mqtt::token& token) {
  // With a reason it is the broker's no; without one, the connection's end.
  const bool refused = static_cast<int>(token.get_reason_code()) >= kFirstFailureCode;
  ended(reinterpret_cast<std::uintptr_t>(token.get_user_context()),
        refused ? Published::Refused : Published::Lost);
}

/// Acknowledgements come one by one, and each would wake the loop: it hears of them when no other
/// is to come, or when half of what may be under way can be replaced.
void MqttConnection::ended(std::uint64_t publication, Published published) {
  {
    const std::lock_guard lock{mutex_};
    outcomes_.push_back({publication, published});
    --under_way_;
    const bool can_wait = published == Published::Acknowledged && under_way_ > 0 &&
                          outcomes_.size() * 2 < settings_->max_in_flight;
    if (can_wait || std::exchange(loop_comes_, true)) return;
  }
  on_loop([number = number_](Owner& owner) { owner.outcomes_wait(number); });
}

}  // namespace metergate
