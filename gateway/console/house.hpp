// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/metrics/figures.hpp"
#include "gateway/north/reply.hpp"
#include "gateway/north/request.hpp"
#include "meters/models/meter_model.hpp"
#include "meters/time.hpp"
#include "storage/ledger.hpp"

namespace metergate::console {

/// What the running gateway knows of a meter at this moment.
struct LiveMeter {
  StoredMeter stored;
  std::string link;
  std::string state;   ///< of its session
  std::string reason;  ///< why it is there; may be empty
  std::uint32_t failures = 0;
  std::chrono::milliseconds timeout{0};
  std::optional<UtcTime> last_contact{};
  std::optional<UtcTime> next_attempt{};
  std::size_t live_commands = 0;
  bool clock_drifts = false;
};

/// What only it knows of one.
struct MeterDetails {
  LiveMeter live;
  std::string state_json;  ///< as it is published (docs/schemas/north-meter-state.json)
  std::vector<model::Channel> profile_channels;
  std::vector<model::Channel> daily_channels;
  std::map<std::string, std::string> register_names;  ///< by OBIS code, as the model has them
  CapturePeriod capture_period{30};
};

/// What became of a command at the gateway's door.
struct CommandAnswer {
  bool is_taken = false;
  std::string json;  ///< the step it stands at, or the refusal (docs/schemas/north-result.json)
};

/// The gateway as the console sees it. Commands go through the same door as everybody's.
struct House {
  SiteId site;
  std::function<std::vector<LiveMeter>()> meters;
  std::function<std::optional<MeterDetails>(const MeterId&)> meter;
  /// `user`: who is logged in; the command names their operator.
  std::function<CommandAnswer(Command command, const std::string& user)> submit;
  std::function<CommandAnswer(const north::RefusedRequest&)> refused;
  std::function<bool(const MeterId&, const std::string& user)> probe;
  std::function<metrics::Figures()> figures;
  std::function<std::string()> state_json;  ///< of the box, as it is published
  std::function<north::Limits()> limits;
  std::function<bool(const std::string&)> is_operator;
};

}  // namespace metergate::console
