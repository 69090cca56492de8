// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "config/schema.hpp"
#include "gateway/cli/send/send_body.hpp"
#include "gateway/cli/send/step_printer.hpp"
#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// Whether the sender stays until the command has ended.
enum class Waiting : unsigned char { UntilEnd, UntilAccepted };

struct MqttSending {
  config::North north;
  std::string site;
  std::string meter;  ///< empty for the box
  std::string verb;
  Waiting waiting = Waiting::UntilEnd;
  std::chrono::seconds wait_limit{0};
};

/// Sends the command the way a vending system does: published to the configured broker, answered on
/// a response topic of its own (`metergate-cli/{site}/{command id}`). Returns the exit code.
int send_over_mqtt(Console& console, const MqttSending& sending, const CommandBody& command,
                   StepPrinter& printer);

}  // namespace metergate::cli
