// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace metergate {

/// A named moment at which a test may stop the process as a power cut would: with
/// `METERGATE_CRASH_AT=name` (or `name:n` for the n-th passage) in the environment it ends by
/// SIGKILL here. Builds without METERGATE_CRASH_POINTS have nothing in this place.
#ifdef METERGATE_CRASH_POINTS
void crash_point(std::string_view name);
#else
inline void crash_point(std::string_view) {}
#endif

}  // namespace metergate
