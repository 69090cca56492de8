// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/send_mqtt.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "gateway/links/mqtt_client.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
constexpr std::chrono::seconds kConnectWithin{10};

/// One command on its way through the broker; lives for one run of the loop.
class Exchange {
 public:
  Exchange(boost::asio::io_context& loop, const MqttSending& sending, const CommandBody& command,
           StepPrinter& printer)
      : loop_{loop},
        sending_{sending},
        command_{command},
        printer_{printer},
        response_topic_{"metergate-cli/" + sending.site + "/" + command.id},
        client_{loop, settings(), handlers()},
        limit_{loop} {}

  int run(Console& console) {
    client_.start();
    limit_.expires_after(kConnectWithin);
    wait();
    loop_.run();
    client_.stop();
    if (printer_.exit_code()) return *printer_.exit_code();
    if (printer_.accepted() && sending_.waiting == Waiting::UntilAccepted) return kOk;
    if (is_published_) return printer_.gave_up(command_.id);
    const config::Broker& broker = sending_.north.broker;
    return complain(console, {kUnavailable,
                              "broker " + broker.host + ":" + std::to_string(broker.port) + ": " +
                                  (why_.empty() ? "no connection within " +
                                                      std::to_string(kConnectWithin.count()) + " s"
                                                : journal::neutral(why_))});
  }

 private:
  [[nodiscard]] MqttClientSettings settings() const {
    MqttClientSettings out;
    out.broker = sending_.north.broker;
    out.broker.client_id.clear();  // one of our own would push the gateway off the broker
    out.subscriptions = {response_topic_};
    return out;
  }

  [[nodiscard]] MqttClient::Handlers handlers() {
    return {.connected = [this] { publish(); },
            .lost = [this](const ConnectionLoss& loss) { why_ = loss.why; },
            .message =
                [this](const MqttMessage& message, const std::function<void()>& release) {
                  release();
                  answered(message);
                }};
  }

  void publish() {
    if (is_published_) return;
    is_published_ = true;
    limit_.expires_after(sending_.wait_limit);
    wait();
    MqttMessage message;
    message.topic = sending_.north.root + "/v1/" + sending_.site +
                    (sending_.meter.empty() ? "" : "/meter/" + sending_.meter) + "/command/" +
                    sending_.verb;
    message.payload = json::serialize(command_.body);
    message.response_topic = response_topic_;
    message.correlation_data = command_.id;
    message.expiry = command_.valid_for;
    message.content_type = "application/json";
    client_.publish(std::move(message), [this](Published outcome) {
      // Not acknowledged: it may have arrived. The same id is safe to publish again.
      if (outcome == Published::Lost) is_published_ = false;
      if (outcome == Published::Refused)
        why_ = "the broker does not let this user publish commands";
    });
  }

  void answered(const MqttMessage& message) {
    if (message.topic != response_topic_) return;
    boost::system::error_code failed;
    const json::value payload = json::parse(message.payload, failed);
    if (failed || !payload.is_object()) return;
    printer_.show(payload.get_object());
    const bool is_enough = printer_.exit_code().has_value() ||
                           (printer_.accepted() && sending_.waiting == Waiting::UntilAccepted);
    if (is_enough) loop_.stop();
  }

  void wait() {
    limit_.async_wait([this](boost::system::error_code moved) {
      if (!moved) loop_.stop();
    });
  }

  boost::asio::io_context& loop_;
  const MqttSending& sending_;
  const CommandBody& command_;
  StepPrinter& printer_;
  std::string response_topic_;
  std::string why_;
  bool is_published_ = false;
  MqttClient client_;
  boost::asio::steady_timer limit_;
};

}  // namespace

int send_over_mqtt(Console& console, const MqttSending& sending, const CommandBody& command,
                   StepPrinter& printer) {
  boost::asio::io_context loop{1};
  return Exchange{loop, sending, command, printer}.run(console);
}

}  // namespace metergate::cli
