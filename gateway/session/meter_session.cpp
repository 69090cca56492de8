// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/meter_session.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace metergate::session {

namespace {

/// A busy box wakes late: a margin below this would make silence out of its own delay.
constexpr std::chrono::microseconds kLeastMargin{60'000};

/// Which probes of a silent meter wait for a slow one, by the failures before them: rarely, so that
/// the dead cost the living little, and the first one sooner, since a meter that has only now been
/// connected may be slow as well.
bool waits_for_a_slow_one(std::uint32_t failures) {
  constexpr std::uint32_t kFirst = 16;
  constexpr std::uint32_t kPeriod = 32;
  return failures == kFirst || failures % kPeriod == 0;
}

}  // namespace

std::string_view state_word(State state) {
  constexpr std::array<std::string_view, 6> kWords{"unknown", "online",      "suspect",
                                                   "silent",  "wrong-meter", "offline"};
  return kWords[static_cast<std::size_t>(state)];
}

MeterSession::MeterSession(const Policy& policy, Instant now)
    : policy_{policy}, next_attempt_{now} {}

std::optional<Change> MeterSession::become(State next) {
  if (next == state_) return std::nullopt;
  const Change change{state_, next};
  state_ = next;
  return change;
}

std::optional<Change> MeterSession::answered(std::chrono::microseconds round_trip, Now now) {
  failures_ = 0;
  probed_by_hand_ = false;
  pause_ = Duration{0};
  next_attempt_ = now.instant;
  last_contact_ = now.utc;
  if (same_until_ && now.instant - heard_at_ <= policy_.no_time_to_exchange) {
    same_until_ = now.instant + policy_.no_time_to_exchange;
  } else {
    same_until_.reset();
  }
  heard_at_ = now.instant;
  if (round_trip.count() > 0) {
    const std::int64_t sample = round_trip.count();
    if (smoothed_us_ == 0) {
      smoothed_us_ = sample;
      deviation_us_ = sample / 2;
    } else {
      deviation_us_ = (3 * deviation_us_ + std::abs(smoothed_us_ - sample)) / 4;
      smoothed_us_ = (7 * smoothed_us_ + sample) / 8;
    }
  }
  // A wrong meter stays wrong however well it answers, until the right serial number is read.
  if (state_ == State::WrongMeter) return std::nullopt;
  return become(State::Online);
}

std::optional<Change> MeterSession::failed(Failure how, Now now) {
  ++failures_;
  probed_by_hand_ = false;
  if (how == Failure::Silence) same_until_.reset();
  if (failures_ < policy_.failures_to_silent) {
    // Its late answer may still come; the same meter is left alone until that is over.
    next_attempt_ = now.instant + policy_.timeout_ceiling;
    return state_ == State::Online || state_ == State::Unknown ? become(State::Suspect)
                                                               : std::nullopt;
  }
  pause_ = std::clamp(pause_ * 2, policy_.probe_min, policy_.probe_max);
  next_attempt_ = now.instant + pause_;
  // Whoever answers after a silence may be another meter.
  identified_at_.reset();
  return become(State::Silent);
}

std::optional<Change> MeterSession::identified(bool is_expected, Now now) {
  if (is_expected) {
    identified_at_ = heard_at_ = now.instant;
    same_until_ = now.instant + policy_.no_time_to_exchange;
    return become(State::Online);
  }
  identified_at_.reset();
  same_until_.reset();
  pause_ = std::clamp(pause_ * 2, policy_.probe_min, policy_.probe_max);
  next_attempt_ = now.instant + pause_;
  return become(State::WrongMeter);
}

std::optional<Change> MeterSession::presence(bool online, Now now) {
  identified_at_.reset();
  same_until_.reset();
  failures_ = 0;
  pause_ = Duration{0};
  next_attempt_ = now.instant;
  if (!online) return become(State::Offline);
  last_contact_ = now.utc;
  return become(State::Online);
}

void MeterSession::probe() {
  pause_ = Duration{0};
  next_attempt_ = Instant{};
  probed_by_hand_ = true;
}

std::optional<Instant> MeterSession::next_attempt() const {
  if (state_ == State::Offline) return std::nullopt;
  return next_attempt_;
}

bool MeterSession::may_be_asked(Instant now) const {
  return state_ != State::Offline && next_attempt_ <= now;
}

std::chrono::milliseconds MeterSession::timeout() const {
  // A meter that failed lately is given the full time: what was learned may no longer hold. One
  // that is silent is probed briefly.
  const bool failed_lately = failures_ > 0 && failures_ < policy_.failures_to_silent;
  const bool never_heard = smoothed_us_ == 0;
  const bool unknown = never_heard && state_ != State::Silent;
  // Of one that was never heard the first request waits for a slow meter, and the last before it is
  // set aside; those between are for a fast one whose answer was hurt.
  const bool only_again =
      never_heard && failures_ > 0 && failures_ + 1 < policy_.failures_to_silent;
  if (probed_by_hand_ || (!only_again && (failed_lately || unknown)) ||
      (failures_ > 0 && waits_for_a_slow_one(failures_))) {
    return policy_.timeout_ceiling;
  }
  const auto learned = std::chrono::milliseconds{
      (smoothed_us_ + std::max<std::int64_t>(4 * deviation_us_, kLeastMargin.count())) / 1000};
  return std::clamp(learned, policy_.timeout_floor, policy_.timeout_ceiling);
}

bool MeterSession::identity_is_due(Instant now) const {
  if (!identified_at_) return true;
  const Duration age = now - *identified_at_;
  const bool is_same = same_until_ && now <= *same_until_ && age <= policy_.identity_lasts_at_most;
  return age > policy_.identity_lasts && !is_same;
}

}  // namespace metergate::session
