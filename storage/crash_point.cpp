// SPDX-License-Identifier: Apache-2.0
#include "storage/crash_point.hpp"

#ifdef METERGATE_CRASH_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace metergate {
namespace {

/// Whether the environment names this point; which passage of it is meant goes into `wanted`.
bool is_named(std::string_view name, std::uint64_t& wanted) {
  const char* text = std::getenv("METERGATE_CRASH_AT");
  if (text == nullptr) return false;
  const std::string_view at{text};
  const auto colon = at.find(':');
  if (at.substr(0, colon) != name) return false;
  if (colon != std::string_view::npos) {
    std::from_chars(at.data() + colon + 1, at.data() + at.size(), wanted);
  }
  return true;
}

std::function<void(std::string_view)>& watcher() {
  static std::function<void(std::string_view)> one;
  return one;
}

}  // namespace

void watch_crash_points(std::function<void(std::string_view)> told) { watcher() = std::move(told); }

void crash_point(std::string_view name) {
  if (watcher()) return watcher()(name);
  static std::atomic<std::uint64_t> passages{0};
  std::uint64_t wanted = 1;
  if (is_named(name, wanted) && ++passages == wanted) std::raise(SIGKILL);
}

}  // namespace metergate

#endif
