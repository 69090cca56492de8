// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/keys/file_key_store.hpp"
#include "gateway/runtime/gateway.hpp"
#include "gateway/sim/modbus_slave.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::test {

/// What can happen to a request on the story's line.
enum class Wire : std::uint8_t {
  Healthy,
  Silent,          ///< the meter hears nothing
  AnswersAreLost,  ///< the meter acts and nobody hears of it
  NotThere,        ///< the device is missing: nothing leaves
  GoneAfter,       ///< the exchange succeeds, and then the device is missing
};

/// What a story may want otherwise.
struct Setting {
  std::chrono::days history{3};  ///< of the meter, before the story begins
  double clock_drift_ppm = 0.0;
  std::string schedule{};  ///< further lines of `[[schedule]]`
  std::string north{};     ///< further lines of `[north]`
  bool with_keys = false;  ///< the meter decides by its keys, and tokens for it can be made
  std::string access{};    ///< `[access]`, `[[role]]`, `[[operator]]`; empty: `vending` may all
};

/// A gateway, one virtual meter on a line, a broker that takes everything: in one thread, on time
/// that is moved by hand, over a real ledger file. `restart()` ends the gateway as kill -9 would
/// (what was not committed is gone) and starts it again over the same file.
class Story {
 public:
  explicit Story(Setting setting = {});
  ~Story();
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  void advance(Duration by);
  void restart();
  /// Another box in front of the same meter: the ledger begins empty.
  void new_box();
  /// The wall clock alone moves.
  void step_wall_clock(std::chrono::milliseconds by) { clock_.step_wall_clock(by); }

  /// Publishes a command for meter `m1`; `body` are its fields besides id and times.
  void command(const std::string& verb, const std::string& id, const std::string& body,
               std::chrono::seconds valid_for = std::chrono::minutes{10});
  void raw_command(const std::string& topic, const std::string& payload, bool retained = false,
                   const std::string& response_topic = {});

  void wire(Wire state) { wire_ = state; }
  void broker(bool connected);
  /// The broker's access list: nothing may be published on this topic.
  void forbid_topic(std::string topic) { forbidden_ = std::move(topic); }
  /// The next requests that write are treated like this, whatever the wire is.
  void next_write(Wire state) { next_write_ = state; }
  void swap_meter();

  /// The states published for a command, in order: `accepted scheduled sending succeeded`.
  [[nodiscard]] std::string states_of(const std::string& id) const;
  /// The last payload published for it.
  [[nodiscard]] std::string last_of(const std::string& id) const;
  [[nodiscard]] std::string last_on(const std::string& topic_end) const;
  [[nodiscard]] std::size_t published_on(const std::string& topic_part) const;

  [[nodiscard]] virtual_meter::VirtualMeter& meter() { return *meter_; }
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] runtime::Gateway& gateway() { return *gateway_; }
  [[nodiscard]] StoredMeter stored() const;
  [[nodiscard]] UtcTime now() const { return clock_.now().utc; }
  [[nodiscard]] UtcSeconds now_s() const {
    return std::chrono::floor<std::chrono::seconds>(clock_.now().utc);
  }
  /// Tokens the meter has seen since it was made.
  [[nodiscard]] std::size_t tokens_seen() const;

 private:
  class Line;
  struct Message {
    std::string topic;
    std::string payload;
  };

  void start();
  [[nodiscard]] WireResult exchange(const WireRequest& request);

  Setting setting_;
  TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_.path();
  ManualClock clock_;
  config::ModelCatalogue models_;
  std::optional<virtual_meter::VirtualMeter> meter_;
  std::optional<virtual_meter::VirtualMeter> other_meter_;
  std::unique_ptr<sim::ModbusSlave> slave_;
  Wire wire_ = Wire::Healthy;
  std::optional<Wire> next_write_;
  bool broker_connected_ = true;
  std::string forbidden_;
  std::vector<Message> messages_;
  // Ends in this order backwards: the gateway first.
  std::unique_ptr<runtime::Agenda> agenda_;
  std::optional<Ledger> ledger_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<keys::KeyStore> keys_;
  std::unique_ptr<runtime::Gateway> gateway_;
};

}  // namespace metergate::test
