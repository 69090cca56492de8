// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/north/topics.hpp"
#include "meters/command.hpp"
#include "meters/outcome.hpp"
#include "meters/time.hpp"
#include "protocols/result.hpp"

/// Requests from the north as commands, or the reason why not. Pure: the time comes in.
/// Whether the meter exists and can do it is not judged here.
namespace metergate::north {

struct Limits {
  std::size_t max_payload_octets = 65'536;
  std::size_t max_depth = 8;
  std::chrono::seconds max_issued_ahead{300};
};
/// No command waits longer than this for its turn.
inline constexpr std::chrono::days kLongestValidity{400};

/// A message as MQTT brought it.
struct Incoming {
  std::string topic;
  std::string payload;
  bool retained = false;
  std::string response_topic;
  std::string correlation_data;
  std::optional<std::chrono::seconds> message_expiry{};
};

/// A request turned away at the door. `command_id`, `meter` and `verb` hold what was usable, else
/// they are empty; `reply_to` is safe to publish to.
struct RefusedRequest {
  Refusal refusal;
  std::string command_id;
  std::string meter;
  std::string verb;
  ReplyTo reply_to;
};

/// `origin` of the command is `mqtt`. The message's own expiry can shorten `expires_at`.
[[nodiscard]] Result<Command, RefusedRequest> decode_command(const Incoming& incoming,
                                                             const Topics& topics, UtcTime now,
                                                             const Limits& limits);

/// The same body from elsewhere (the control socket); the caller fills in `origin`.
[[nodiscard]] Result<Command, RefusedRequest> decode_command_body(std::string_view meter,
                                                                  std::string_view verb,
                                                                  std::string_view json,
                                                                  UtcTime now, const Limits& limits,
                                                                  std::string_view site = {});

/// SHA-256 in hex over a canonical form of everything the caller meant: spelling, order of fields
/// and way of transport make no difference. Made from `stated_expires_at`, because the broker
/// counts a message's expiry down and a repeat must still be the same command.
[[nodiscard]] std::string body_digest(const Command& command);

}  // namespace metergate::north
