// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_request.hpp"

#include <boost/json.hpp>

#include "meters/identity.hpp"

namespace metergate::runtime {
namespace json = boost::json;

Result<ControlCall, std::string> parse_control_line(std::string_view line) {
  if (line.size() > kMaxControlLineOctets) {
    return failure("a request is at most " + std::to_string(kMaxControlLineOctets) +
                   " octets long");
  }
  json::parse_options options;
  options.max_depth = kMaxControlDepth;
  boost::system::error_code failed;
  const json::value parsed = json::parse(line, failed, {}, options);
  if (failed || !parsed.is_object()) {
    return failure(
        std::string{"a request is one JSON object in UTF-8 on one line, nested at most "} +
        std::to_string(kMaxControlDepth) + " deep: {\"method\": \"...\", \"params\": {...}}");
  }
  ControlCall call;
  for (const auto& [key, value] : parsed.get_object()) {
    if (key == "method" && value.is_string() &&
        is_identifier(std::string_view{value.get_string()})) {
      call.method = value.get_string();
    } else if (key == "method") {
      return failure(
          std::string{"method: a word of letters, digits, `_`, `.` and `-` is expected"});
    } else if (key == "params" && value.is_object()) {
      call.params_json = json::serialize(value);
    } else if (key == "params") {
      return failure(std::string{"params: a JSON object is expected"});
    } else {
      return failure(std::string{"a request has the fields method and params, no others"});
    }
  }
  if (call.method.empty()) return failure(std::string{"method: is missing"});
  return call;
}

std::string control_reply_line(std::string_view object_json, bool is_last) {
  boost::system::error_code failed;
  json::value parsed = json::parse(object_json, failed);
  if (failed || !parsed.is_object()) {
    parsed = json::object{{"text", object_json}};
  }
  if (is_last) parsed.get_object()["end"] = true;
  return json::serialize(parsed) + '\n';
}

std::string control_error(std::string_view what) {
  return json::serialize(json::object{{"error", what}});
}

}  // namespace metergate::runtime
