// SPDX-License-Identifier: Apache-2.0
#include "gateway/links/turn_round.hpp"

#include <algorithm>

namespace metergate {

std::optional<TurnRound::Time> TurnRound::expected() const {
  return alike_ >= kEnough ? std::optional{time_} : std::nullopt;
}

void TurnRound::began_after(Time time, Time character) {
  alike_ = alike_ > 0 && std::chrono::abs(time - time_) <= character ? alike_ + 1 : 1;
  // The earliest of them: to look too early costs a wake-up, too late the line's time.
  time_ = alike_ == 1 ? time : std::min(time_, time);
}

void TurnRound::was_there() { time_ = std::max(time_ - kBack, Time{0}); }

void TurnRound::was_early(Time rest, Time character) {
  if (rest > 2 * character) return fell_silent();  // not as steady as it seemed
  time_ += kOn;
}

}  // namespace metergate
