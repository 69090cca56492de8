// SPDX-License-Identifier: Apache-2.0
// Commands as they come from the broker. The first line of the input is the rest of the topic below
// the site, the second the response topic, all after it the payload.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/north/reply.hpp"
#include "gateway/north/request.hpp"

using namespace metergate;

namespace {

std::string_view line_of(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const north::Topics topics{"metergate", *SiteId::parse("site-1")};
  static const UtcTime now = *rfc3339::parse("2026-03-01T10:17:00Z");
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  north::Incoming incoming;
  incoming.topic = "metergate/v1/site-1/" + std::string{line_of(rest)};
  incoming.response_topic = line_of(rest);
  incoming.payload = rest;
  const auto command = north::decode_command(incoming, topics, now, {});
  if (!command) {
    const north::RefusedRequest& refused = command.error();
    check(refused.refusal.reason != Reason::None);
    for (const std::string& name : {refused.meter, refused.verb, refused.command_id})
      check(name.empty() || is_identifier(name));
    check(!north::reply_topic(topics, refused).empty());
    static_cast<void>(north::encode_refusal(topics.site(), refused, now));
    return 0;
  }
  check(command->expires_at > now && command->stated_expires_at >= command->expires_at);
  check(!north::reply_topic(topics, *command).empty());
  // The same bytes are the same command.
  const auto again = north::decode_command(incoming, topics, now, {});
  check(again.has_value() && north::body_digest(*again) == north::body_digest(*command));
  return 0;
}
