// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "gateway/sim/street/meter.hpp"

namespace metergate::sim {

class MqttModem;

/// Virtual meters with MQTT modems (docs/mqtt-meter-profile.md): each its own connection with its
/// own last will, answering requests and pushing what arises. A meter without power or set silent
/// is off the broker, as a real one would be; late and lost answers are drawn by its WireFaults.
///
/// All members are called on one thread.
class MqttMeters {
 public:
  MqttMeters(config::Broker broker, std::string root, std::string model);
  ~MqttMeters();  ///< stops
  MqttMeters(const MqttMeters&) = delete;
  MqttMeters& operator=(const MqttMeters&) = delete;

  /// `meter` must live until `stop`.
  void add(StreetMeter& meter);
  /// The first ones begin to connect; `tick` brings the rest, a bounded number at a time.
  void start();
  /// To be called a few times a second: comes, goes, pushes what is new.
  void tick();
  /// All say goodbye, in two seconds at most.
  void stop();

  [[nodiscard]] std::size_t connected() const;

 private:
  config::Broker broker_;
  std::string root_;
  std::string model_;
  std::mt19937 chance_;
  std::vector<std::unique_ptr<MqttModem>> modems_;
};

}  // namespace metergate::sim
