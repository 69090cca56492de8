// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <span>

#include "gateway/sim/wire/line.hpp"

/// What a thread that plays a line needs to be in time.
namespace metergate::sim {

/// On an exact line the thread is awake so long before anything is due, which is longer than most
/// wake-ups are late ...
constexpr WireDuration kAwakeBefore = std::chrono::microseconds{200};
/// ... and so long after the line is free, when whoever waits for it speaks.
constexpr WireDuration kAwakeAfter = std::chrono::milliseconds{1};

/// This thread's timers without slack, and real-time priority where it is allowed; whether it was.
bool go_before_others();

/// poll(2) until then, to the nanosecond; without a time until something comes.
void poll_until(std::span<pollfd> sources, std::optional<WireTime> until);

}  // namespace metergate::sim
