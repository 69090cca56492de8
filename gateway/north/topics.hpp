// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/identity.hpp"

namespace metergate::north {

/// What a command's topic says, not yet judged. `meter` is absent for the box itself.
struct CommandTopic {
  std::optional<std::string> meter;
  std::string verb;
};

/// The topic tree `{root}/v1/{site}/…` (docs/mqtt-api.md). Only validated ids are ever put into a
/// topic, so no wildcard or slash can come from a name.
class Topics {
 public:
  Topics(std::string_view root, const SiteId& site);

  [[nodiscard]] const SiteId& site() const { return site_; }

  /// The two filters to subscribe to: commands for meters and commands for the box.
  [[nodiscard]] std::vector<std::string> command_filters() const;
  /// `…/meter/{meter}/command/{verb}` or `…/command/{verb}`; nothing for any other topic.
  [[nodiscard]] std::optional<CommandTopic> parse_command_topic(std::string_view topic) const;

  /// For commands to the box `…/result/{command}`.
  [[nodiscard]] std::string result(const MeterId& meter, const CommandId& command) const;
  /// Where refusals go that name no usable meter or command id.
  [[nodiscard]] std::string refused() const;

  [[nodiscard]] std::string state(const MeterId& meter) const;
  /// `registers`, `daily`, `profile`, `event` of the open tenancy.
  [[nodiscard]] std::string data(const MeterId& meter, std::string_view leaf) const;
  [[nodiscard]] std::string tenancy(const MeterId& meter) const;
  /// `…/meter/{meter}/sealed/{epoch}/{leaf}`: what comes late of a tenancy that has ended, apart
  /// from the open one's topics so that the broker's access list can keep it apart too (promise 6).
  [[nodiscard]] std::string sealed(const MeterId& meter, std::int64_t epoch,
                                   std::string_view leaf) const;
  /// What became of tokens that were made here.
  [[nodiscard]] std::string issue(const MeterId& meter) const;
  /// Where tokens are handed over: `…/meter/{meter}/token/{channel}`.
  [[nodiscard]] std::string token(const MeterId& meter, std::string_view channel) const;

  [[nodiscard]] std::string gateway_state() const;
  [[nodiscard]] std::string alarm() const;
  /// How far the audit trail goes.
  [[nodiscard]] std::string audit() const;

  /// Whether answers may be sent there: a topic without wildcards or control characters, at most
  /// 256 octets, outside `$…` and outside `{root}/`, so that no request can make the gateway
  /// publish in its own or a meter's name.
  [[nodiscard]] bool may_answer_on(std::string_view response_topic) const;

 private:
  [[nodiscard]] std::string of_meter(const MeterId& meter, std::string_view leaf) const;

  SiteId site_;
  std::string root_;    ///< `{root}/`
  std::string prefix_;  ///< `{root}/v1/{site}/`
};

}  // namespace metergate::north
