// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/runtime/gateway.hpp"
#include "gateway/sim/dlms/server.hpp"
#include "gateway/sim/modbus/slave.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "tests/support/manual_clock.hpp"

namespace metergate::test {

/// What can happen to a request on its way.
enum class Wire : std::uint8_t {
  Healthy,
  Silent,          ///< the meter hears nothing
  AnswersAreLost,  ///< the meter acts and nobody hears of it
  NotThere,        ///< the device is missing: nothing leaves
  GoneAfter,       ///< the exchange succeeds, and then the device is missing
};

/// Thrown by a hook: the gateway ends here as kill -9 would end it, and is started again.
struct GatewayKilled {};

/// A meter's end of DLMS: what it is set up with, the counters it has seen, its open association.
struct DlmsEnd {
  sim::DlmsSetup setup;
  sim::DlmsCounters counters;
  std::unique_ptr<sim::DlmsServer> server;
};

/// Where a virtual meter hangs, and the way to it.
struct Place {
  std::string id;    ///< of the meter in the gateway; on MQTT also its topic name
  std::string line;  ///< empty: the meters' broker
  std::uint16_t address = 0;
  std::optional<virtual_meter::VirtualMeter> meter;
  std::unique_ptr<sim::ModbusSlave> slave;  ///< none on MQTT and with DLMS
  std::unique_ptr<DlmsEnd> dlms;
  Wire wire = Wire::Healthy;

  [[nodiscard]] bool on_mqtt() const { return line.empty(); }

  // Of the modem of a meter on MQTT.
  struct PushOnItsWay {
    Instant arrives;
    virtual_meter::Pushes news;
  };
  bool told_online = false;
  std::deque<PushOnItsWay> pushes{};
};

/// A gateway over a real ledger file, any number of virtual meters on lines and on MQTT, a broker
/// that takes everything: in one thread, on time that is moved by hand. The payloads of the wires
/// are the true ones; framing, sockets and Paho are left to the contract and street tests.
///
/// The town's own time runs steadily; the box's wall clock may be stepped away from it.
class Town {
 public:
  struct Hooks {
    /// What becomes of a request; empty: what the place's `wire` says. May throw GatewayKilled.
    std::function<Wire(Place&, const WireRequest&)> fate{};
    /// The meter has acted on a request, and its answer is not back yet. May throw GatewayKilled.
    std::function<void(Place&)> acted{};
    /// The gateway has worked off an answer or its absence. May throw GatewayKilled.
    std::function<void(Place&)> worked_off{};
    /// Whatever the broker was given.
    std::function<void(const MqttMessage&)> published{};
    /// What the broker says to a publication it is given; empty: it takes it.
    std::function<Published(const MqttMessage&)> answer{};
  };
  struct Plan {
    std::filesystem::path directory;  ///< of the ledger, and what the configuration is relative to
    std::string configuration;        ///< TOML
    config::ModelCatalogue models;
    UtcTime start;
    keys::VendingKeys* keys = nullptr;
    std::FILE* journal = nullptr;  ///< null: nowhere
  };

  Town(Plan plan, Hooks hooks);
  ~Town();
  Town(const Town&) = delete;
  Town& operator=(const Town&) = delete;

  /// Before `start`.
  Place& hang(const std::string& id, const std::string& line, std::uint16_t address,
              const std::string& model, virtual_meter::Settings settings);
  void start();

  void advance(Duration by);
  /// As kill -9 and another start over the same file: what was not committed is gone.
  void restart();
  /// The configuration becomes this one, as with SIGHUP, and stays so over restarts.
  void reload(std::string configuration);
  /// The same as of the next start.
  void configure(std::string configuration) { plan_.configuration = std::move(configuration); }
  /// The same with an empty ledger: another box.
  void new_box();
  /// The box's wall clock alone moves.
  void step_wall_clock(std::chrono::milliseconds by) { clock_.step_wall_clock(by); }
  void broker(bool connected);
  void meters_broker(bool connected);
  /// To the gateway; while it is away from its broker, as soon as it is back.
  void publish(MqttMessage message);
  /// Without its broker: the gateway is told as if nothing stood between.
  void hand_over(const MqttMessage& message);

  [[nodiscard]] UtcTime true_now() const;
  [[nodiscard]] UtcSeconds true_now_s() const {
    return std::chrono::floor<std::chrono::seconds>(true_now());
  }
  [[nodiscard]] Now box_now() const { return clock_.now(); }
  [[nodiscard]] std::deque<Place>& places() { return places_; }
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] runtime::Gateway& gateway() { return *gateway_; }
  [[nodiscard]] bool broker_connected() const { return broker_connected_; }
  [[nodiscard]] std::size_t restarts() const { return restarts_; }
  [[nodiscard]] std::uint64_t exchanges() const { return exchanges_; }

 private:
  class Line;
  class DlmsLine;
  class Modems;

  [[nodiscard]] config::Configuration configuration() const;
  void bring_up();
  void tear_down();
  void run_to(Instant end);
  /// Whatever it makes the gateway do, that may be killed in the middle of it.
  void surviving(const std::function<void()>& act);
  void deliver_waiting();
  /// What the meter answers; nothing when it stays silent.
  using Serve = std::function<std::optional<Octets>(Place&, const WireRequest&)>;
  [[nodiscard]] Place* place_at(const std::string& line, std::uint16_t address);
  [[nodiscard]] WireResult exchange(Place& place, const WireRequest& request, const Serve& serve);
  [[nodiscard]] std::optional<Octets> served(Place& place, const WireRequest& request);
  void transact(Place* place, const WireRequest& request, Link::Completion done,
                const Serve& serve);
  // town_dlms.cpp
  [[nodiscard]] std::unique_ptr<DlmsMeterLink> make_dlms_line(const std::string& name,
                                                              DlmsMeterLink::Hooks hooks);
  [[nodiscard]] static runtime::DlmsMeters::ReadSecrets secrets_of(const std::deque<Place>& places);
  // town_modems.cpp
  void tick();
  void tend(Place& place);
  void tell_presence(Place& place, bool online);

  Plan plan_;
  Hooks hooks_;
  ManualClock clock_;
  Instant began_;
  std::deque<Place> places_;
  bool broker_connected_ = true;
  bool meters_broker_connected_ = true;
  std::optional<Instant> next_tick_;
  std::deque<MqttMessage> waiting_;  ///< the broker keeps them for the gateway
  std::size_t restarts_ = 0;
  std::uint64_t exchanges_ = 0;
  std::FILE* nowhere_;
  // Ends in this order backwards: the gateway first.
  std::unique_ptr<runtime::Agenda> agenda_;
  std::optional<Ledger> ledger_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<runtime::Gateway> gateway_;
};

}  // namespace metergate::test
