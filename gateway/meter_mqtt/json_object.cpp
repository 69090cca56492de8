// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/meter_mqtt/fields.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxDepth = 8;

/// Names of members as written, in text that is known to be JSON: one colon each, outside strings.
std::size_t names_written(std::string_view text) {
  std::size_t names = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        in_string = false;
      }
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == ':') {
      ++names;
    }
  }
  return names;
}

std::size_t names_kept(const json::value& value) {
  std::size_t names = 0;
  if (const json::object* object = value.if_object()) {
    names = object->size();
    for (const auto& member : *object) names += names_kept(member.value());
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) names += names_kept(element);
  }
  return names;
}

}  // namespace

Result<json::object, Nonsense> parse_object(std::string_view payload,
                                            json::monotonic_resource& memory) {
  if (payload.size() > kMaxPayload) {
    return failure(Nonsense{"the message has " + std::to_string(payload.size()) +
                            " octets; expected at most " + std::to_string(kMaxPayload)});
  }
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  json::value value = json::parse({payload.data(), payload.size()}, error, &memory, options);
  if (error) {
    return failure(Nonsense{"the message is not JSON (" + error.message() +
                            "); expected one JSON object in UTF-8"});
  }
  if (!value.is_object()) {
    return failure(Nonsense{"the message is not a JSON object; expected one"});
  }
  // Boost.JSON keeps the last of two equal names without a word, and nobody can say which of the
  // two was meant.
  if (names_written(payload) != names_kept(value)) {
    return failure(Nonsense{"the message names a field twice; expected each name once"});
  }
  return std::move(value.get_object());
}

}  // namespace metergate::meter_mqtt
