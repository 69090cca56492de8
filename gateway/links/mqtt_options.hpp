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
/// Fills `options`, or says why the password file cannot be read. In place, and to be given to Paho
/// from where they are: Paho C++ 1.2 moves options without the pointer to their MQTT 5 properties,
/// and without those the broker keeps no session for a gateway that is away.
[[nodiscard]] Result<Done, std::string> fill(mqtt::connect_options& options,
                                             const MqttClientSettings& settings);
[[nodiscard]] mqtt::message_ptr to_paho(const MqttMessage& message);
[[nodiscard]] MqttMessage from_paho(const mqtt::message& message);

}  // namespace metergate::mqtt_options
