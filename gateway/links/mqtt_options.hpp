// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mqtt/connect_options.h>
#include <mqtt/message.h>

#include <string>

#include "gateway/links/mqtt_client.hpp"
#include "protocols/result.hpp"

/// Our values as Paho's and back.
namespace metergate::mqtt_options {

/// `mqtt://host:port` or `mqtts://host:port`
[[nodiscard]] std::string server_uri(const config::Broker& broker);
/// An error text when the password file cannot be read.
[[nodiscard]] Result<mqtt::connect_options, std::string> connect_options(
    const MqttClientSettings& settings);
[[nodiscard]] mqtt::message_ptr to_paho(const MqttMessage& message);
[[nodiscard]] MqttMessage from_paho(const mqtt::message& message);

}  // namespace metergate::mqtt_options
