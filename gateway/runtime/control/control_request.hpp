// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocols/result.hpp"

/// The lines of the control socket (docs/operations.md, "Control socket").
namespace metergate::runtime {

inline constexpr std::size_t kMaxControlLineOctets = 65'536;
inline constexpr std::size_t kMaxControlDepth = 16;

/// `{"method": "meters", "params": {...}}`, taken apart. `params` may be left out.
struct ControlCall {
  std::string method;
  std::string params_json = "{}";  ///< a JSON object
};

/// The error is a sentence that says what was wrong and what would be right.
[[nodiscard]] Result<ControlCall, std::string> parse_control_line(std::string_view line);

/// A reply as it goes on the wire: `object_json` with `"end": true` added when it is the last one,
/// and a line feed. Text that is no JSON object is wrapped as `{"text": ...}`.
[[nodiscard]] std::string control_reply_line(std::string_view object_json, bool is_last);

/// `{"error": "..."}`
[[nodiscard]] std::string control_error(std::string_view what);

}  // namespace metergate::runtime
