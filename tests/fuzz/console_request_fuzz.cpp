// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "gateway/console/console_user.hpp"
#include "gateway/console/event_frame.hpp"
#include "gateway/console/guard.hpp"
#include "gateway/console/target.hpp"
#include "gateway/console/time_range.hpp"

/// Whatever a browser, or somebody who is none, writes into the parts of a request that are ours to
/// read: the first octet says which, in the corpus a digit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace metergate;
  constexpr std::chrono::days kUsual{1};
  constexpr std::chrono::days kLongest{62};
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  switch ((data[0] - std::uint32_t{'0'}) % 5) {
    case 0:
      if (const auto target = console::parse_target(text)) {
        for (const std::string& segment : target->path) {
          const bool leads_elsewhere = segment.empty() || segment == "." || segment == ".." ||
                                       segment.find('/') != std::string::npos;
          if (leads_elsewhere) std::abort();
        }
        const auto range = console::time_range(*target, UtcTime{}, kUsual, kLongest);
        if (range && (range->to <= range->from || range->to - range->from > kLongest)) std::abort();
      }
      break;
    case 1:
      static_cast<void>(console::cookie(text, console::kSessionCookie));
      break;
    case 2:
      if (console::is_own_host(text) && text.size() > 16) std::abort();
      break;
    case 3:
      static_cast<void>(console::parse_event_id(text));
      break;
    default:
      if (const auto users = console::parse_users(text)) {
        const auto again = console::parse_users(console::users_text(*users));
        if (!again || again->size() != users->size()) std::abort();
      }
      break;
  }
  return 0;
}
