// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modems/mqtt_meters.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "gateway/links/mqtt_socket.hpp"
#include "gateway/sim/modems/mqtt_modem.hpp"

namespace metergate::sim {
namespace {

/// Fewer than a listening socket's queue holds (100 in mosquitto): beyond it, connections wait for
/// TCP's own retries.
constexpr std::ptrdiff_t kConnectAtOnce = 90;
constexpr std::chrono::seconds kGoodbyeTime{2};
constexpr std::chrono::milliseconds kGoodbyeStep{5};

}  // namespace

MqttMeters::MqttMeters(config::Broker broker, std::string root, std::string model)
    : broker_{std::move(broker)},
      root_{std::move(root)},
      model_{std::move(model)},
      chance_{std::random_device{}()} {}

MqttMeters::~MqttMeters() { stop(); }

void MqttMeters::add(StreetMeter& meter) {
  modems_.push_back(std::make_unique<MqttModem>(meter, broker_, root_, model_));
}

void MqttMeters::start() { tick(); }

void MqttMeters::tick() {
  const auto now = std::chrono::steady_clock::now();
  auto connecting =
      std::ranges::count_if(modems_, [](const auto& modem) { return modem->is_connecting(); });
  bool has_new_connection = false;
  for (const auto& modem : modems_) {
    const bool was_connecting = modem->is_connecting();
    modem->tick(now, connecting < kConnectAtOnce, chance_);
    connecting += int{modem->is_connecting()} - int{was_connecting};
    has_new_connection |= was_connecting && !modem->is_connecting();
  }
  if (!has_new_connection) return;
  // As any modem of today: an answer must not wait for the acknowledgement of the one before.
  for (const int socket : mqtt_socket::connected_to_port(broker_.port)) {
    mqtt_socket::set_no_delay(socket);
  }
}

void MqttMeters::stop() {
  for (const auto& modem : modems_) modem->leave();
  const auto deadline = std::chrono::steady_clock::now() + kGoodbyeTime;
  while (connected() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kGoodbyeStep);
  }
  modems_.clear();
}

std::size_t MqttMeters::connected() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(modems_, [](const auto& modem) { return modem->is_connected(); }));
}

}  // namespace metergate::sim
