// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/topics.hpp"

#include <algorithm>

#include "meters/command.hpp"

namespace metergate::north {

Topics::Topics(std::string_view root, const SiteId& site)
    : site_{site}, root_{std::string{root} + '/'}, prefix_{root_ + "v1/" + site.text() + '/'} {}

std::vector<std::string> Topics::command_filters() const {
  return {prefix_ + "meter/+/command/+", prefix_ + "command/+"};
}

std::optional<CommandTopic> Topics::parse_command_topic(std::string_view topic) const {
  constexpr std::string_view kMeter = "meter/";
  constexpr std::string_view kCommand = "command/";
  if (!topic.starts_with(prefix_)) return std::nullopt;
  topic.remove_prefix(prefix_.size());
  CommandTopic out;
  if (topic.starts_with(kMeter)) {
    topic.remove_prefix(kMeter.size());
    const auto slash = topic.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    out.meter = std::string{topic.substr(0, slash)};
    topic.remove_prefix(slash + 1);
  }
  if (!topic.starts_with(kCommand)) return std::nullopt;
  topic.remove_prefix(kCommand.size());
  if (topic.find('/') != std::string_view::npos) return std::nullopt;
  out.verb = std::string{topic};
  return out;
}

std::string Topics::of_meter(const MeterId& meter, std::string_view leaf) const {
  return prefix_ + "meter/" + meter.text() + '/' + std::string{leaf};
}

std::string Topics::result(const MeterId& meter, const CommandId& command) const {
  if (meter == box_id()) return prefix_ + "result/" + command.text();
  return of_meter(meter, "result/") + command.text();
}
std::string Topics::refused() const { return prefix_ + "refused"; }
std::string Topics::state(const MeterId& meter) const { return of_meter(meter, "state"); }
std::string Topics::data(const MeterId& meter, std::string_view leaf) const {
  return of_meter(meter, leaf);
}
std::string Topics::tenancy(const MeterId& meter) const { return of_meter(meter, "tenancy"); }
std::string Topics::sealed(const MeterId& meter, std::int64_t epoch, std::string_view leaf) const {
  return of_meter(meter, "sealed/" + std::to_string(epoch) + '/' + std::string{leaf});
}
std::string Topics::issue(const MeterId& meter) const { return of_meter(meter, "issue"); }

std::string Topics::token(const MeterId& meter, std::string_view channel) const {
  return of_meter(meter, "token/" + std::string{channel});
}
std::string Topics::gateway_state() const { return prefix_ + "state"; }
std::string Topics::alarm() const { return prefix_ + "alarm"; }
std::string Topics::audit() const { return prefix_ + "audit"; }

bool Topics::may_answer_on(std::string_view response_topic) const {
  constexpr std::size_t kLongest = 256;
  if (response_topic.empty() || response_topic.size() > kLongest) return false;
  if (response_topic.front() == '$' || response_topic.starts_with(root_)) return false;
  return std::ranges::none_of(response_topic, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return c == '+' || c == '#' || octet < 0x20 || octet == 0x7F;
  });
}

}  // namespace metergate::north
