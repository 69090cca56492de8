// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// How the origin of a command begins that did not come over the broker; a name follows.
namespace metergate::runtime {

inline constexpr std::string_view kLocalOrigin = "local:";      ///< user of the control socket
inline constexpr std::string_view kConsoleOrigin = "console:";  ///< login of the web console
inline constexpr std::string_view kIssueOrigin = "issue:";  ///< the issue whose token is delivered

inline constexpr std::string_view kScheduleOrigin = "schedule";  ///< the box's own clock orders

/// Part of a change of tenancy that was judged when it was accepted; the change's own origin
/// follows.
inline constexpr std::string_view kChangeOrigin = "change:";

}  // namespace metergate::runtime
