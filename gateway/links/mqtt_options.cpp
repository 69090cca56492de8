// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/mqtt_options.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <system_error>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/crypto/tls_defaults.hpp"

namespace metergate::mqtt_options {
namespace {

std::string text_of(const mqtt::properties& properties, mqtt::property::code code) {
  return properties.contains(code) ? mqtt::get<std::string>(properties, code) : std::string{};
}

void wipe(std::span<char> text) {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

/// The password, overwritten when Paho lets go of it: its C++ half keeps what it was given, not a
/// copy. Nothing where the file cannot be read.
std::shared_ptr<const std::string> first_line_of(const std::filesystem::path& path) {
  std::array<char, 512> buffer{};
  std::ifstream file;
  file.rdbuf()->pubsetbuf(buffer.data(), buffer.size());
  file.open(path);
  const std::shared_ptr<std::string> line{new std::string, [](std::string* text) {
                                            wipe(*text);
                                            delete text;
                                          }};
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  // At once: a string that grows leaves its beginning behind.
  if (!unknown) line->reserve(size);
  const bool is_read = std::getline(file, *line) || !line->empty();
  wipe(buffer);
  if (!is_read) return nullptr;
  return line;
}

}  // namespace

std::string server_uri(const config::Broker& broker) {
  return (broker.tls ? "ssl://" : "tcp://") + broker.host + ':' + std::to_string(broker.port);
}

Result<Done, std::string> fill(mqtt::connect_options& options, const MqttClientSettings& settings) {
  const config::Broker& broker = settings.broker;
  options.set_mqtt_version(MQTTVERSION_5);
  // Without an id of ours there is nothing the broker could keep a session under.
  options.set_clean_start(broker.client_id.empty());
  options.set_keep_alive_interval(static_cast<int>(broker.keep_alive.count()));
  options.set_connect_timeout(
      std::chrono::duration_cast<std::chrono::seconds>(settings.connect_timeout));
  options.set_automatic_reconnect(false);
  options.set_max_inflight(static_cast<int>(settings.max_in_flight) + 10);
  mqtt::properties properties;
  if (!broker.client_id.empty()) {
    properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL,
                    static_cast<std::int32_t>(settings.session_expiry.count())});
  }
  properties.add(
      {mqtt::property::MAXIMUM_PACKET_SIZE, static_cast<std::int32_t>(settings.max_packet_octets)});
  options.set_properties(std::move(properties));
  if (!broker.username.empty()) options.set_user_name(broker.username);
  if (!broker.password_file.empty()) {
    const auto password = first_line_of(broker.password_file);
    if (!password) {
      return failure("cannot read the password file " + broker.password_file.string());
    }
    options.set_password(mqtt::binary_ref{password});
  }
  if (broker.tls) {
    crypto::set_tls_defaults();
    if (broker.check_revoked) crypto::refuse_revoked_servers();
    mqtt::ssl_options ssl;
    if (!broker.tls->ca_file.empty()) ssl.set_trust_store(broker.tls->ca_file.string());
    if (!broker.tls->certificate_file.empty()) {
      ssl.set_key_store(broker.tls->certificate_file.string());
      ssl.set_private_key(broker.tls->key_file.string());
    }
    ssl.set_enable_server_cert_auth(true);
    ssl.set_verify(true);
    ssl.set_ssl_version(MQTT_SSL_VERSION_TLS_1_2);
    options.set_ssl(std::move(ssl));
  }
  if (settings.will) options.set_will_message(to_paho(*settings.will));
  return Done{};
}

mqtt::message_ptr to_paho(const MqttMessage& message) {
  mqtt::properties properties;
  if (!message.response_topic.empty()) {
    properties.add({mqtt::property::RESPONSE_TOPIC, message.response_topic});
  }
  if (!message.correlation_data.empty()) {
    properties.add({mqtt::property::CORRELATION_DATA, message.correlation_data});
  }
  if (!message.content_type.empty()) {
    properties.add({mqtt::property::CONTENT_TYPE, message.content_type});
  }
  if (message.expiry) {
    properties.add({mqtt::property::MESSAGE_EXPIRY_INTERVAL,
                    static_cast<std::int32_t>(message.expiry->count())});
  }
  auto paho = mqtt::make_message(message.topic, message.payload, message.qos, message.retained);
  paho->set_properties(std::move(properties));
  return paho;
}

MqttMessage from_paho(const mqtt::message& paho) {
  MqttMessage message;
  message.topic = paho.get_topic();
  message.payload = paho.get_payload_str();
  message.qos = paho.get_qos();
  message.retained = paho.is_retained();
  const mqtt::properties& properties = paho.get_properties();
  message.response_topic = text_of(properties, mqtt::property::RESPONSE_TOPIC);
  message.correlation_data = text_of(properties, mqtt::property::CORRELATION_DATA);
  message.content_type = text_of(properties, mqtt::property::CONTENT_TYPE);
  if (properties.contains(mqtt::property::MESSAGE_EXPIRY_INTERVAL)) {
    message.expiry = std::chrono::seconds{
        mqtt::get<std::uint32_t>(properties, mqtt::property::MESSAGE_EXPIRY_INTERVAL)};
  }
  return message;
}

}  // namespace metergate::mqtt_options
