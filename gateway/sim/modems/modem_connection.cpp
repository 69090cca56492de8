// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modems/modem_connection.hpp"

#include <MQTTAsync.h>

#include <stdexcept>
#include <utility>

namespace metergate::sim {

/// What Paho calls; `context` is the connection.
struct ModemConnection::Callbacks {
  static ModemConnection& from(void* context) { return *static_cast<ModemConnection*>(context); }

  static void connected(void* context, char*) { from(context).handlers_.connected(); }
  static void attempt_succeeded(void* context, MQTTAsync_successData5*) {
    from(context).connecting_ = false;
  }
  static void attempt_failed(void* context, MQTTAsync_failureData5*) {
    from(context).connecting_ = false;
  }
  static int message(void* context, char* topic, int, MQTTAsync_message* message) {
    if (message->retained == 0) {
      from(context).handlers_.message({static_cast<const char*>(message->payload),
                                       static_cast<std::size_t>(message->payloadlen)});
    }
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
  }
  // A broker that refuses a push has answered too: it would refuse it again.
  static void published(void* flight, MQTTAsync_successData5*) {
    ++static_cast<Flight*>(flight)->answered;
  }
  static void refused(void* flight, MQTTAsync_failureData5*) {
    ++static_cast<Flight*>(flight)->answered;
  }
  /// Paho wants one; `is_connected` is asked instead.
  static void lost(void*, char*) {}
};

ModemConnection::ModemConnection(const config::Broker& broker, const std::string& client_id,
                                 Handlers handlers)
    : handlers_{std::move(handlers)}, keep_alive_{broker.keep_alive} {
  const std::string uri = "tcp://" + broker.host + ':' + std::to_string(broker.port);
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
  const int failed = MQTTAsync_createWithOptions(&client_, uri.c_str(), client_id.c_str(),
                                                 MQTTCLIENT_PERSISTENCE_NONE, nullptr, &options);
  if (failed != MQTTASYNC_SUCCESS) throw std::runtime_error("no MQTT client for " + uri);
  MQTTAsync_setCallbacks(client_, this, &Callbacks::lost, &Callbacks::message, nullptr);
  MQTTAsync_setConnected(client_, this, &Callbacks::connected);
}

ModemConnection::~ModemConnection() { MQTTAsync_destroy(&client_); }

void ModemConnection::connect(const Will& will, std::chrono::seconds timeout) {
  MQTTAsync_willOptions last_will = MQTTAsync_willOptions_initializer;
  last_will.topicName = will.topic.c_str();
  last_will.message = will.payload.c_str();
  last_will.qos = 1;
  last_will.retained = 1;
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
  options.will = &last_will;
  // Nothing of before: a request that the broker kept has nobody waiting for its answer.
  options.cleanstart = 1;
  options.keepAliveInterval = static_cast<int>(keep_alive_.count());
  options.connectTimeout = static_cast<int>(timeout.count());
  options.onSuccess5 = &Callbacks::attempt_succeeded;
  options.onFailure5 = &Callbacks::attempt_failed;
  options.context = this;
  connecting_ = true;
  flights_.emplace_back();
  if (MQTTAsync_connect(client_, &options) != MQTTASYNC_SUCCESS) connecting_ = false;
}

bool ModemConnection::is_connected() const { return MQTTAsync_isConnected(client_) != 0; }

void ModemConnection::disconnect(Goodbye goodbye) {
  MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer5;
  options.reasonCode = goodbye == Goodbye::Death ? MQTTREASONCODE_DISCONNECT_WITH_WILL_MESSAGE
                                                 : MQTTREASONCODE_NORMAL_DISCONNECTION;
  static_cast<void>(MQTTAsync_disconnect(client_, &options));
  connecting_ = false;
}

void ModemConnection::subscribe(const std::string& topic) {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  static_cast<void>(MQTTAsync_subscribe(client_, topic.c_str(), 1, &options));
}

void ModemConnection::publish(const std::string& topic, std::string_view payload, Retain retain) {
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  static_cast<void>(MQTTAsync_send(client_, topic.c_str(), static_cast<int>(payload.size()),
                                   payload.data(), 1, retain == Retain::Yes ? 1 : 0, &options));
}

std::size_t ModemConnection::waiting() const {
  return flights_.empty() ? 0 : flights_.back().sent - flights_.back().answered;
}

void ModemConnection::publish_counted(const std::string& topic, std::string_view payload) {
  if (flights_.empty()) return;
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  options.onSuccess5 = &Callbacks::published;
  options.onFailure5 = &Callbacks::refused;
  options.context = &flights_.back();
  ++flights_.back().sent;
  static_cast<void>(MQTTAsync_send(client_, topic.c_str(), static_cast<int>(payload.size()),
                                   payload.data(), 1, 0, &options));
}

}  // namespace metergate::sim
