// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/dlms_mqtt.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <map>
#include <utility>

#include "gateway/links/dlms_line.hpp"
#include "gateway/links/mqtt_client.hpp"
#include "protocols/dlms/wrapper.hpp"

namespace metergate {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLongestPdu = dlms::kWrapperOctets + dlms::kMaxWrapperApdu;
constexpr std::string_view kResponse = "/response";

MqttClientSettings client_settings(const config::MqttMeters& broker, const std::string& prefix) {
  MqttClientSettings out;
  out.broker = broker.broker;
  // A kept session would bring yesterday's answers.
  out.broker.client_id.clear();
  out.subscriptions = {prefix + '+' + std::string{kResponse}};
  out.max_in_flight = broker.max_in_flight;
  out.max_packet_octets = kLongestPdu + 1'024;
  return out;
}

/// Exactly one PDU, or it is dropped here: half of one would be taken for the beginning of the
/// next message.
bool is_one_pdu(OctetView octets) {
  dlms::WrapperStream stream;
  return stream.take(octets).size() == 1 && !stream.within_pdu() && !stream.fault();
}

}  // namespace

class DlmsMqtt::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(asio::io_context& loop, const config::MqttMeters& broker,
           const config::MqttTopics& topics, Hooks hooks)
      : loop_{loop},
        prefix_{topics.root + "/v1/"},
        hooks_{std::move(hooks)},
        client_{loop,
                client_settings(broker, prefix_),
                {[this] { connected(); }, [this](const ConnectionLoss& loss) { lost(loss.why); },
                 [this](const MqttMessage& message, const std::function<void()>& release) {
                   release();
                   arrived(message);
                 }}} {}

  void start() { client_.start(); }

  void name_meter(std::uint16_t number, DlmsMeterName name) {
    numbers_[name.topic] = number;
    topics_[number] = std::move(name.topic);
  }

  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
    Hooks hooks = hooks_;
    // The broker's connection is the line that is there or not.
    hooks.state_changed = [](bool, const std::string&) {};
    Seat& seat = seats_[number];
    seat.expiry = std::chrono::ceil<std::chrono::seconds>(settings.answer_timeout);
    seat.line = std::make_unique<DlmsLine>(
        loop_, "the meters' broker", DlmsLine::Idle::Keep,
        [](const DlmsWire::Handlers&) { return std::unique_ptr<DlmsWire>{}; }, std::move(hooks));
    seat.line->add_meter(number, settings);
    if (client_.connected()) seat.connect(*this, number);
  }

  void transact(WireRequest request, Completion done) {
    const auto seat = seats_.find(request.to.number);
    if (!stopped_ && seat != seats_.end()) {
      return seat->second.line->transact(std::move(request), std::move(done));
    }
    asio::post(loop_, [done = std::move(done)] {
      done(failure(LinkFault{LinkFault::Reason::NotSent, "the link is being closed"}));
    });
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    for (const auto& [number, seat] : seats_) seat.line->stop();
    client_.stop();
  }

 private:
  /// One meter's two topics, as a wire.
  class Topics : public DlmsWire {
   public:
    Topics(Exchange& exchange, std::uint16_t number) : exchange_{exchange}, number_{number} {}
    ~Topics() override { exchange_.seats_.at(number_).wire = nullptr; }
    void open() override {}
    void write(Octets octets) override { exchange_.publish(number_, octets); }
    void hand_over(Handlers handlers) override { handlers_ = std::move(handlers); }
    void close() override {}

    void received(OctetView octets) const { handlers_.received(octets); }
    void lost(const std::string& why) const {
      // The line lets go of this wire while it is told.
      const auto lost = handlers_.lost;
      lost(why);
    }

   private:
    Exchange& exchange_;
    const std::uint16_t number_;
    Handlers handlers_;
  };

  struct Seat {
    std::chrono::seconds expiry{10};
    Topics* wire = nullptr;  ///< the line's, while the broker is there
    std::unique_ptr<DlmsLine> line;

    void connect(Exchange& exchange, std::uint16_t number) {
      auto topics = std::make_unique<Topics>(exchange, number);
      Topics* const kept = topics.get();
      line->adopt(std::move(topics));
      wire = kept;
    }
  };

  void connected() {
    for (auto& [number, seat] : seats_) seat.connect(*this, number);
    hooks_.state_changed(true, "the meters' broker is connected");
  }

  void lost(const std::string& why) {
    for (auto& [number, seat] : seats_) {
      if (seat.wire != nullptr) seat.wire->lost(why);
    }
    if (std::exchange(trouble_, why) != why) hooks_.state_changed(false, why);
  }

  void publish(std::uint16_t number, const Octets& pdu) {
    MqttMessage message;
    message.topic = prefix_ + topics_[number] + "/request";
    message.payload.assign(pdu.begin(), pdu.end());
    message.content_type = "application/octet-stream";
    // What reaches the meter when nobody waits any more would be done unseen.
    message.expiry = seats_.at(number).expiry;
    client_.publish(std::move(message), [](Published) {});
  }

  void arrived(const MqttMessage& message) {
    const std::string_view topic = message.topic;
    const bool ours = topic.size() > prefix_.size() + kResponse.size() &&
                      topic.starts_with(prefix_) && topic.ends_with(kResponse);
    // One that was retained is an answer to somebody before us.
    if (stopped_ || !ours || message.retained) return;
    const std::string name{
        topic.substr(prefix_.size(), topic.size() - prefix_.size() - kResponse.size())};
    const auto known = numbers_.find(name);
    const auto seat = known == numbers_.end() ? seats_.end() : seats_.find(known->second);
    if (seat == seats_.end()) return hooks_.stranger(name, "no meter has this topic");
    const OctetView octets{reinterpret_cast<const std::uint8_t*>(message.payload.data()),
                           message.payload.size()};
    if (!is_one_pdu(octets)) {
      return hooks_.stranger(name, "a message of " + std::to_string(octets.size()) +
                                       " octets that is not one PDU of the wrapper");
    }
    if (seat->second.wire != nullptr) seat->second.wire->received(octets);
  }

  asio::io_context& loop_;
  const std::string prefix_;
  Hooks hooks_;
  std::map<std::string, std::uint16_t> numbers_;
  std::map<std::uint16_t, std::string> topics_;
  std::map<std::uint16_t, Seat> seats_;
  MqttClient client_;
  std::string trouble_;
  bool stopped_ = false;
};

DlmsMqtt::DlmsMqtt(asio::io_context& loop, const config::MqttMeters& broker,
                   const config::MqttTopics& topics, Hooks hooks)
    : exchange_{std::make_shared<Exchange>(loop, broker, topics, std::move(hooks))} {
  exchange_->start();
}

DlmsMqtt::~DlmsMqtt() { stop(); }

void DlmsMqtt::name_meter(std::uint16_t number, DlmsMeterName name) {
  exchange_->name_meter(number, std::move(name));
}
void DlmsMqtt::add_meter(std::uint16_t number, const dlms::SessionSettings& settings) {
  exchange_->add_meter(number, settings);
}
void DlmsMqtt::transact(WireRequest request, Completion done) {
  exchange_->transact(std::move(request), std::move(done));
}
void DlmsMqtt::stop() { exchange_->stop(); }

}  // namespace metergate
