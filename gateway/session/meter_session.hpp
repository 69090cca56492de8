// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "meters/identity.hpp"
#include "meters/time.hpp"

namespace metergate::session {

/// How a meter stands with us.
enum class State : std::uint8_t {
  Unknown,     ///< never heard of since the gateway started
  Online,      ///< its last exchange ended well
  Suspect,     ///< its last exchange failed; still asked at full rate
  Silent,      ///< set aside with growing pauses
  WrongMeter,  ///< another serial number answers at its address: nothing is stored or written
  Offline,     ///< its own last will says so (MQTT)
};

[[nodiscard]] std::string_view state_word(State state);

struct Policy {
  std::uint32_t failures_to_silent = 3;
  Duration probe_min = std::chrono::seconds{5};
  Duration probe_max = std::chrono::seconds{50};
  std::chrono::milliseconds timeout_floor{50};
  std::chrono::milliseconds timeout_ceiling{500};
  /// How long a proof of identity serves for routine reads: for those of one round, so that what a
  /// swapped meter says is not stored under the old one's name.
  Duration identity_lasts = std::chrono::seconds{30};
  /// A meter that goes on answering, with no silence and no longer pause than this, was not
  /// exchanged meanwhile: nobody fits another one in that time. A damaged answer shows that
  /// somebody is there, and counts for nothing else.
  Duration no_time_to_exchange = std::chrono::seconds{10};
  /// But so often it names itself all the same.
  Duration identity_lasts_at_most = std::chrono::minutes{15};
};

/// How a request came to nothing.
enum class Failure : std::uint8_t {
  Silence,
  Damaged,  ///< an answer came, and could not be read
};

/// What a change of state is worth telling; the runtime journals it.
struct Change {
  State from;
  State to;
};

/// One meter's session: whether it may be asked now, how long to wait for it, whether it is who it
/// should be. A value machine: inputs carry the time, nothing here waits.
class MeterSession {
 public:
  MeterSession(const Policy& policy, Instant now);

  // ---- inputs -----------------------------------------------------------------------------------
  /// A well-formed answer came. `round_trip`: request's end to answer's begin, zero if unknown.
  std::optional<Change> answered(std::chrono::microseconds round_trip, Now now);
  /// No answer, or a damaged one.
  std::optional<Change> failed(Failure how, Now now);
  /// The meter named itself; `expected` is who it must be.
  std::optional<Change> identified(bool is_expected, Now now);
  /// Birth or last will of an MQTT meter. A birth ends every pause.
  std::optional<Change> presence(bool online, Now now);
  /// An engineer wants it tried at once, and given its full time.
  void probe();

  // ---- what follows from them -------------------------------------------------------------------
  [[nodiscard]] State state() const { return state_; }
  /// The earliest time a request may go out; in the past when it may go now. Nothing for a meter
  /// whose last will says it is away: it will announce itself.
  [[nodiscard]] std::optional<Instant> next_attempt() const;
  [[nodiscard]] bool may_be_asked(Instant now) const;
  /// Between two probes of a silent meter, at the most.
  [[nodiscard]] Duration longest_pause() const { return policy_.probe_max; }
  /// How long to wait for the answer's first octet: learned, between floor and ceiling.
  [[nodiscard]] std::chrono::milliseconds timeout() const;
  /// Whether the identity has to be read before anything is stored. Orders read it always.
  [[nodiscard]] bool identity_is_due(Instant now) const;
  [[nodiscard]] std::optional<UtcTime> last_contact() const { return last_contact_; }
  [[nodiscard]] std::uint32_t failures() const { return failures_; }

 private:
  std::optional<Change> become(State next);

  Policy policy_;
  State state_ = State::Unknown;
  std::uint32_t failures_ = 0;
  bool probed_by_hand_ = false;
  Duration pause_{0};
  Instant next_attempt_;
  std::optional<Instant> identified_at_;
  std::optional<Instant> same_until_;  ///< identified, and answering without a break since
  Instant heard_at_{};
  std::optional<UtcTime> last_contact_;
  // Smoothed round trip and its deviation as in RFC 6298, microseconds; zero until learned.
  std::int64_t smoothed_us_ = 0;
  std::int64_t deviation_us_ = 0;
};

}  // namespace metergate::session
