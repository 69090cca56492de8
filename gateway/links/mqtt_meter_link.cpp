// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_meter_link.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <random>
#include <utility>

namespace metergate {
namespace {

constexpr std::string_view kPush = "push/";

MqttClientSettings client_settings(const config::MqttMeters& settings) {
  MqttClientSettings client;
  client.broker = settings.broker;
  // A kept session would bring yesterday's answers. What was pushed while we were away is read from
  // the meters' memories.
  client.broker.client_id.clear();
  const std::string prefix = settings.root + "/v1/+/";
  client.subscriptions = {prefix + "presence", prefix + "response", prefix + "push/+"};
  client.max_in_flight = settings.max_in_flight;
  client.max_packet_octets = meter_mqtt::kMaxPayload + 1'024;
  return client;
}

/// An earlier run's ids, or another gateway's, must not be ours: they begin somewhere at random,
/// and below 2^53, so that a meter which takes them for numbers does no harm.
std::uint64_t first_id() {
  std::random_device random;
  return std::uint64_t{random() & 0xFFFFFFFU} << 24U;
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc{} || next != end) return std::nullopt;
  return id;
}

}  // namespace

MqttMeterLink::MqttMeterLink(boost::asio::io_context& loop, config::MqttMeters settings,
                             UtcNow utc_now, Handlers handlers)
    : loop_{loop},
      settings_{std::move(settings)},
      utc_now_{std::move(utc_now)},
      handlers_{std::move(handlers)},
      prefix_{settings_.root + "/v1/"},
      client_{loop,
              client_settings(settings_),
              {[this] { handlers_.connected(); },
               [this](const ConnectionLoss& loss) {
                 cut_all("the connection to the meters' broker broke: " + loss.why);
                 handlers_.lost(loss);
               },
               [this](const MqttMessage& message, const std::function<void()>& release) {
                 release();
                 arrived(message);
               }}},
      timer_{loop},
      last_id_{first_id()},
      self_{std::make_shared<MqttMeterLink*>(this)} {}

MqttMeterLink::~MqttMeterLink() {
  self_.reset();
  timer_.cancel();
  client_.stop();
}

void MqttMeterLink::start() { client_.start(); }

void MqttMeterLink::stop() {
  if (std::exchange(stopped_, true)) return;
  timer_.cancel();
  cut_all("the gateway is stopping");
  client_.stop();
}

void MqttMeterLink::transact(WireRequest request, Completion done) {
  if (stopped_ || !client_.connected()) {
    boost::asio::post(loop_, [done = std::move(done)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, "the meters' broker is not connected"}));
    });
    return;
  }
  const std::uint64_t id = ++last_id_;
  const Instant now = std::chrono::steady_clock::now();
  MqttMessage message;
  message.topic = prefix_ + request.to.name + "/request";
  message.payload = meter_mqtt::with_id(
      std::to_string(id),
      {reinterpret_cast<const char*>(request.octets.data()), request.octets.size()});
  message.content_type = "application/json";
  // A request that reached its meter after we stopped waiting would be carried out unseen.
  message.expiry = std::chrono::ceil<std::chrono::seconds>(request.timeout);
  pending_.emplace(
      id, Pending{std::move(request.to.name), std::move(done), now, now + request.timeout});
  client_.publish(std::move(message), [alive = std::weak_ptr{self_}, id](Published outcome) {
    const auto link = alive.lock();
    if (link && outcome != Published::Acknowledged)
      (*link)->cut(id, "the meters' broker did not take the request");
  });
  arm();
}

void MqttMeterLink::arrived(const MqttMessage& message) {
  const std::string_view topic = message.topic;
  if (stopped_ || !topic.starts_with(prefix_)) return;
  const auto slash = topic.find('/', prefix_.size());
  if (slash == std::string_view::npos) return;
  const std::string name{topic.substr(prefix_.size(), slash - prefix_.size())};
  if (!is_identifier(name)) {
    ++counters_.unknown_meters;
    return;
  }
  const std::string_view leaf = topic.substr(slash + 1);
  if (leaf == "response") return response(name, message);
  if (leaf.starts_with(kPush)) return push(name, leaf.substr(kPush.size()), message);
  // An empty retained message is how a broker is made to forget a meter.
  if (message.payload.empty()) return;
  const auto presence = meter_mqtt::decode_presence(message.payload);
  if (!presence) return nonsense(name, "presence: " + presence.error());
  handlers_.presence(name, *presence);
}

void MqttMeterLink::push(const std::string& name, std::string_view word,
                         const MqttMessage& message) {
  if (handlers_.knows && !handlers_.knows(name)) {
    ++counters_.unknown_meters;
    return;
  }
  const std::string what = std::string{kPush} + std::string{word} + ": ";
  // The broker would hand it out as new for ever.
  if (message.retained) return nonsense(name, what + "the message is retained; expected not to be");
  const auto push = meter_mqtt::decode_push(word, message.payload, utc_now_());
  if (!push) return nonsense(name, what + push.error());
  handlers_.push(name, *push);
}

void MqttMeterLink::response(const std::string& name, const MqttMessage& message) {
  const bool is_awaited =
      std::ranges::any_of(pending_, [&](const auto& entry) { return entry.second.name == name; });
  if (!is_awaited || message.retained) {
    ++counters_.late_answers;
    return;
  }
  const auto id_text = meter_mqtt::response_id(message.payload);
  if (!id_text) return nonsense(name, "response: it is no JSON object with an id");
  const auto id = parse_id(*id_text);
  const auto found = id ? pending_.find(*id) : pending_.end();
  // An earlier question's, or somebody else's under our id: never credited.
  if (found == pending_.end() || found->second.name != name) {
    ++counters_.late_answers;
    return;
  }
  const auto round_trip = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - found->second.sent);
  finish(*id, WireAnswer{{message.payload.begin(), message.payload.end()}, round_trip});
}

void MqttMeterLink::nonsense(const std::string& name, const std::string& what) {
  ++counters_.nonsense;
  handlers_.nonsense(name, what);
}

void MqttMeterLink::finish(std::uint64_t id, WireResult result) {
  const auto found = pending_.find(id);
  const Completion done = std::move(found->second.done);
  pending_.erase(found);
  done(std::move(result));
}

void MqttMeterLink::cut(std::uint64_t id, const std::string& why) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  // Later, as the contract says: the caller may be in the middle of something.
  boost::asio::post(loop_, [alive = std::weak_ptr{self_}, done = std::move(found->second.done),
                            fault = LinkFault{LinkFault::Reason::Cut, why}] {
    if (alive.lock()) done(failure(fault));
  });
  pending_.erase(found);
}

void MqttMeterLink::cut_all(const std::string& why) {
  while (!pending_.empty()) cut(pending_.begin()->first, why);
}

void MqttMeterLink::arm() {
  if (pending_.empty() || stopped_) return;
  const auto next = std::ranges::min_element(
      pending_, {}, [](const auto& entry) { return entry.second.deadline; });
  const Instant deadline = next->second.deadline;
  if (armed_for_ && *armed_for_ <= deadline) return;
  armed_for_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([alive = std::weak_ptr{self_}](const boost::system::error_code& cancelled) {
    const auto link = alive.lock();
    if (link && !cancelled) (*link)->expire();
  });
}

void MqttMeterLink::expire() {
  armed_for_.reset();
  const Instant now = std::chrono::steady_clock::now();
  std::vector<std::uint64_t> due;
  for (const auto& [id, pending] : pending_) {
    if (pending.deadline <= now) due.push_back(id);
  }
  for (const std::uint64_t id : due) {
    if (!pending_.contains(id)) continue;
    finish(id, failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer in time"}));
  }
  arm();
}

}  // namespace metergate
