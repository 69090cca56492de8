// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/fields.hpp"
#include "meters/identifier_rule.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {
constexpr std::size_t kMostNameOctets = 64;
}  // namespace

std::string encode_presence(const Presence& presence) {
  if (!presence.online) return json::serialize(json::object{{"state", "offline"}});
  json::object out{{"state", "online"},
                   {"serial", presence.serial},
                   {"model", presence.model},
                   {"firmware", presence.firmware},
                   {"boot", presence.boot}};
  if (presence.time) out["time"] = rfc3339::text(*presence.time);
  return json::serialize(out);
}

Result<Presence, Nonsense> decode_presence(std::string_view payload) {
  json::monotonic_resource memory;
  const auto object = parse_object(payload, memory);
  if (!object) return failure(object.error());
  FieldReader in{*object};
  Presence presence;
  const std::string state = in.text("state");
  presence.online = state == "online";
  if (!presence.online && state != "offline") in.wrong("state", "online or offline");
  if (presence.online) {
    presence.serial = in.text("serial");
    if (!SerialNumber::parse(presence.serial)) in.wrong("serial", kIdentifierRule);
    presence.model = in.remark("model", kMostNameOctets);
    presence.firmware = in.remark("firmware", kMostNameOctets);
    if (in.has("boot")) presence.boot = in.number<std::uint32_t>("boot");
    if (in.has("time")) presence.time = in.time("time");
  }
  if (in.mistake()) return failure(*in.mistake());
  return presence;
}

}  // namespace metergate::meter_mqtt
