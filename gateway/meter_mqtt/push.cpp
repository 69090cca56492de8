// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/push.hpp"

#include <array>

#include "gateway/journal/neutral_text.hpp"
#include "gateway/meter_mqtt/rows.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {
// In the order of Push.
constexpr std::array<std::string_view, 4> kWords{"registers", "profile", "daily", "events"};
}  // namespace

std::string_view push_word(const Push& push) { return kWords[push.index()]; }

std::string encode_push(const Push& push) {
  if (const auto* reading = std::get_if<RegisterReading>(&push)) {
    return json::serialize(write_registers(*reading));
  }
  if (const auto* intervals = std::get_if<std::vector<ProfileInterval>>(&push)) {
    return json::serialize(json::object{{"intervals", write_intervals(*intervals)}});
  }
  if (const auto* days = std::get_if<std::vector<DailySnapshot>>(&push)) {
    return json::serialize(json::object{{"days", write_days(*days)}});
  }
  return json::serialize(
      json::object{{"entries", write_entries(std::get<std::vector<LogEntry>>(push))}});
}

Result<Push, Nonsense> decode_push(std::string_view word, std::string_view payload,
                                   UtcTime read_at) {
  json::monotonic_resource memory;
  const auto object = parse_object(payload, memory);
  if (!object) return failure(object.error());
  FieldReader in{*object};
  Push push;
  if (word == kWords[0]) {
    push = read_registers(in, read_at);
  } else if (word == kWords[1]) {
    push = read_intervals(in);
  } else if (word == kWords[2]) {
    push = read_days(in);
  } else if (word == kWords[3]) {
    push = read_entries(in);
  } else {
    return failure(Nonsense{"push/" + journal::neutral(word, 32) +
                            " is no topic of the profile; expected registers, profile, daily or "
                            "events"});
  }
  if (in.mistake()) return failure(*in.mistake());
  return push;
}

}  // namespace metergate::meter_mqtt
