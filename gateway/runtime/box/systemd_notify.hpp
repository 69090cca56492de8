// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What the service tells systemd (sd_notify(3)): one datagram to `$NOTIFY_SOCKET`, no library
/// needed. Outside systemd, where the variable is not set, all of it does nothing.
namespace metergate::runtime {

enum class Told : std::uint8_t { Yes, NoOneListens };

Told notify_ready(std::string_view status);
/// The service is reloading; `notify_ready` ends it.
Told notify_reloading();
Told notify_stopping();
/// One line for `systemctl status`.
Told notify_status(std::string_view status);
/// To be sent more often than `watchdog_limit()`, and only by a loop that is alive.
Told notify_watchdog();

/// After how long without `notify_watchdog` systemd restarts the service; nothing: it does not.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_limit();

}  // namespace metergate::runtime
