// SPDX-License-Identifier: Apache-2.0
// Lines of the control socket: whatever comes in, a reply is one line of JSON.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/journal/neutral_text.hpp"
#include "gateway/runtime/control/control_request.hpp"

using namespace metergate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line{reinterpret_cast<const char*>(data), size};
  const auto call = runtime::parse_control_line(line);
  const std::string reply = runtime::control_reply_line(
      call ? call->params_json : runtime::control_error(call.error()), true);
  if (std::ranges::count(reply, '\n') != 1 || !reply.ends_with("\"end\":true}\n")) std::abort();

  const std::string shown = journal::neutral(line);
  if (shown.size() > journal::kMaxValueOctets) std::abort();
  if (std::ranges::any_of(shown, [](char c) { return static_cast<std::uint8_t>(c) < 0x20; })) {
    std::abort();
  }
  return 0;
}
