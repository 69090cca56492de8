// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace metergate {

/// A named moment at which a test may stop the process as a power cut would: with
/// `METERGATE_CRASH_AT=name` (or `name:n` for the n-th passage) in the environment it ends by
/// SIGKILL here. Builds without METERGATE_CRASH_POINTS have nothing in this place.
#ifdef METERGATE_CRASH_POINTS
void crash_point(std::string_view name);
/// A test within this process is told of each passage instead; it may throw, and the caller of the
/// gateway then throws the gateway away. Empty: nobody is told any more.
void watch_crash_points(std::function<void(std::string_view name)> watcher);
#else
inline void crash_point(std::string_view) {}
inline void watch_crash_points(const std::function<void(std::string_view)>&) {}
#endif

}  // namespace metergate
