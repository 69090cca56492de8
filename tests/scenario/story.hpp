// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/keys/file_key_store.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/town.hpp"

namespace metergate::test {

/// What the meter of a story speaks.
enum class Speech : std::uint8_t { Modbus, Dlms };

/// How a story is told: straight or with the gateway killed in the middle, over one wire or the
/// other.
struct Version {
  bool restarted = false;
  Speech speech = Speech::Modbus;
};
inline const auto kVersions =
    testing::Values(Version{false, Speech::Modbus}, Version{true, Speech::Modbus},
                    Version{false, Speech::Dlms}, Version{true, Speech::Dlms});
inline std::string version_name(const testing::TestParamInfo<Version>& info) {
  return std::string{info.param.restarted ? "WithRestart" : "Straight"} +
         (info.param.speech == Speech::Dlms ? "OverDlms" : "");
}

/// What a story may want otherwise.
struct Setting {
  std::chrono::days history{3};  ///< of the meter, before the story begins
  double clock_drift_ppm = 0.0;
  std::string schedule{};  ///< further lines of `[[schedule]]`
  std::string north{};     ///< further lines of `[north]`
  bool with_keys = false;  ///< the meter decides by its keys, and tokens for it can be made
  std::vector<Capability> without{};  ///< what the meter's model is said not to be able to do
  Speech speech = Speech::Modbus;
  std::string access{};  ///< `[access]`, `[[role]]`, `[[operator]]`; empty: `vending` may all
};

/// A town of one meter, told about: a gateway, one virtual meter on a line, a broker that takes
/// everything. `restart()` ends the gateway as kill -9 would (what was not committed is gone) and
/// starts it again over the same file.
class Story {
 public:
  explicit Story(Setting setting = {});
  ~Story();
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  void advance(Duration by) { town_->advance(by); }
  void restart() { town_->restart(); }
  /// Who may what becomes this, as with SIGHUP; of a story with keys.
  void change_access(std::string access);
  /// ... by a restart.
  void restart_with_access(std::string access);
  /// The configuration names another meter than `m1` since.
  void restart_without_meter();
  /// Another box in front of the same meter: the ledger begins empty.
  void new_box() { town_->new_box(); }
  /// The wall clock alone moves.
  void step_wall_clock(std::chrono::milliseconds by) { town_->step_wall_clock(by); }

  /// Publishes a command for meter `m1`; `body` are its fields besides id and times.
  void command(const std::string& verb, const std::string& id, const std::string& body,
               std::chrono::seconds valid_for = std::chrono::minutes{10});
  void raw_command(const std::string& topic, const std::string& payload, bool retained = false,
                   const std::string& response_topic = {});

  void wire(Wire state) { place().wire = state; }
  void broker(bool connected) { town_->broker(connected); }
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

  [[nodiscard]] virtual_meter::VirtualMeter& meter() { return *place().meter; }
  [[nodiscard]] Ledger& ledger() { return town_->ledger(); }
  [[nodiscard]] runtime::Gateway& gateway() { return town_->gateway(); }
  [[nodiscard]] Town& town() { return *town_; }
  [[nodiscard]] StoredMeter stored() const;
  [[nodiscard]] UtcTime now() const { return town_->box_now().utc; }
  [[nodiscard]] UtcSeconds now_s() const { return std::chrono::floor<std::chrono::seconds>(now()); }
  /// Tokens the meter has seen since it was made.
  [[nodiscard]] std::size_t tokens_seen() const;

  /// Told of each exchange with the meter; may throw GatewayKilled.
  struct Observer {
    /// Before it, and what then becomes of it; nothing: as the wire is.
    std::function<std::optional<Wire>()> before{};
    std::function<void()> acted{};       ///< the meter has acted, the answer is on its way
    std::function<void()> worked_off{};  ///< the gateway has done what the answer led to
  };
  void observe(Observer observer) { observer_ = std::move(observer); }

 private:
  struct Message {
    std::string topic;
    std::string payload;
  };

  [[nodiscard]] Place& place() { return town_->places().front(); }
  [[nodiscard]] Town::Hooks hooks();
  [[nodiscard]] Wire fate(const WireRequest& request);

  Setting setting_;
  TemporaryDirectory temporary_;
  std::optional<virtual_meter::VirtualMeter> other_meter_;
  std::optional<Wire> next_write_;
  std::string forbidden_;
  std::vector<Message> messages_;
  Observer observer_;
  std::unique_ptr<keys::KeyStore> keys_;
  std::unique_ptr<Town> town_;  ///< last, so that it goes first
};

/// A story that is told as each of `kVersions`.
class ToldStory : public testing::TestWithParam<Version> {
 protected:
  explicit ToldStory(Setting setting = {}) : story{spoken(std::move(setting))} {}

  void perhaps_restart() {
    if (GetParam().restarted) story.restart();
  }

  Story story;

 private:
  [[nodiscard]] static Setting spoken(Setting setting) {
    setting.speech = GetParam().speech;
    return setting;
  }
};

// 10 currency units, class 1 value class; published by the DCC's reference test data.
inline constexpr const char* kToken = R"("params":{"token":"7394 6144 3320 4021 7315"})";
inline constexpr const char* kOtherToken = R"("params":{"token":"73948959061972833313"})";

}  // namespace metergate::test
