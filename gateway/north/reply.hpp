// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/north/request.hpp"
#include "gateway/north/topics.hpp"
#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/models/meter_model.hpp"
#include "meters/outcome.hpp"
#include "meters/reading.hpp"
#include "meters/time.hpp"
#include "storage/ledger.hpp"

/// The payloads the gateway publishes, each described by a schema in docs/schemas. Numbers are
/// written from integers, so no binary fraction ever shows.
namespace metergate::north {

// ---- answers to commands ------------------------------------------------------------------------

/// The requester's response topic if it named one, else the meter's result topic.
[[nodiscard]] std::string reply_topic(const Topics& topics, const Command& command);
/// ... else `refused()` when the request had no usable meter or id.
[[nodiscard]] std::string reply_topic(const Topics& topics, const RefusedRequest& refused);

/// The result topic of the meter and command that an answer names, or `refused()` where it names no
/// such; nothing for a payload that is no answer.
[[nodiscard]] std::optional<std::string> own_result_topic(const Topics& topics,
                                                          std::string_view payload);

[[nodiscard]] std::string encode_step(const SiteId& site, const Command& command, const Step& step);
[[nodiscard]] std::string encode_refusal(const SiteId& site, const RefusedRequest& refused,
                                         UtcTime at);

// ---- data ---------------------------------------------------------------------------------------

/// Whose data it is. One message never holds two tenancies (promise 6).
struct DataOrigin {
  SiteId site;
  MeterId meter;
  Epoch epoch = 1;
};

/// The times that belong to the message; the meter's own times stand beside the values (promise 9).
struct DataTimes {
  UtcTime published_at;
  std::optional<UtcTime> read_at{};  ///< of the newest row on the wire, where it is known
};

[[nodiscard]] std::string encode_registers(const DataOrigin& origin,
                                           const std::vector<RegisterReading>& readings,
                                           const DataTimes& times);
/// One meter-day of the load profile. `channels` give order, unit and scale; a channel that only
/// the intervals know is appended with a null unit.
[[nodiscard]] std::string encode_profile(const DataOrigin& origin, std::chrono::sys_days day,
                                         CapturePeriod period,
                                         const std::vector<model::Channel>& channels,
                                         const std::vector<ProfileInterval>& intervals,
                                         const DataTimes& times);
[[nodiscard]] std::string encode_daily(const DataOrigin& origin,
                                       const std::vector<model::Channel>& channels,
                                       const std::vector<DailySnapshot>& snapshots,
                                       const DataTimes& times);
[[nodiscard]] std::string encode_events(const DataOrigin& origin,
                                        const std::vector<LogEntry>& entries,
                                        const DataTimes& times);

// ---- states (retained) and alarms ---------------------------------------------------------------

/// What can be asked of a meter, in the words of the requests.
struct MeterAbilities {
  std::vector<std::string_view> verbs;
  std::vector<std::string_view> reads;
  std::vector<std::string_view> relay_states;
  std::vector<std::string_view> token_kinds;      ///< that it takes
  std::vector<std::string_view> token_functions;  ///< of tokens that are made here
};

struct MeterState {
  StoredMeter meter;
  std::string session_reason;         ///< why the session is where it is; may be empty
  std::optional<UtcTime> next_try{};  ///< of a meter that is set aside
  std::size_t live_commands = 0;
  std::size_t holes = 0;  ///< stretches of the profile known to be missing
  MeterAbilities can{};
  registry::Standing standing{};
};
[[nodiscard]] std::string encode_meter_state(const SiteId& site, const MeterState& state,
                                             UtcTime at);

struct GatewayState {
  std::string version;
  UtcTime started_at;
  std::size_t meters = 0;
  std::size_t meters_reachable = 0;
  std::size_t live_commands = 0;
  std::size_t outbox_messages = 0;
  std::size_t outbox_data_days = 0;
};
[[nodiscard]] std::string encode_gateway_state(const SiteId& site, const GatewayState& state,
                                               UtcTime at);
/// The last will, and the goodbye: it is made before the connection, so it holds no time.
[[nodiscard]] std::string encode_gateway_offline(const SiteId& site);

/// How far the audit trail goes: for whoever keeps that where nobody on the box can write.
[[nodiscard]] std::string encode_audit_head(const SiteId& site, const AuditHead& head, UtcTime at);

struct Alarm {
  UtcTime at;
  std::string event;  ///< catalogue id: `MG0101`
  std::string level;  ///< `warning`, `error`
  std::optional<MeterId> meter{};
  std::string text;
  std::string fields_json;  ///< a JSON object, or empty
};
[[nodiscard]] std::string encode_alarm(const SiteId& site, const Alarm& alarm);

}  // namespace metergate::north
