// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>

#include "protocols/octets/octets.hpp"

namespace metergate::sim {

/// What can be wrong between a meter and the line. The chances are per mille of answers.
struct FaultSettings {
  bool silent = false;                ///< hears nothing, answers nothing
  unsigned ignore_next = 0;           ///< so many requests never reach the meter
  unsigned drop_next = 0;             ///< so many answers get lost after the meter acted
  std::chrono::milliseconds late{0};  ///< on top of the turn-round ...
  unsigned late_per_mille = 1000;     ///< ... of so many answers
  unsigned corrupt_per_mille = 0;     ///< one bit flipped
  unsigned truncate_per_mille = 0;    ///< the end is missing
  unsigned lose_per_mille = 0;        ///< no answer at all
  unsigned babble_per_mille = 0;      ///< noise of `babble_octets` comes before the answer
  unsigned babble_octets = 300;
};

/// The faults of one meter: set by a person or a test, drawn from a seed. Safe from any thread.
class WireFaults {
 public:
  explicit WireFaults(std::uint64_t seed) : chance_{seed} {}

  void set(const FaultSettings& settings);
  [[nodiscard]] FaultSettings settings() const;

  /// Whether the next request reaches the meter; counts `ignore_next` down.
  [[nodiscard]] bool request_arrives();

  struct Delivery {
    Octets octets;
    std::chrono::milliseconds late{0};
    bool damaged = false;
  };
  /// What becomes of an answer on its way; nothing when it is lost.
  [[nodiscard]] std::optional<Delivery> deliver(Octets answer);

 private:
  [[nodiscard]] bool happens(unsigned per_mille);
  [[nodiscard]] std::size_t below(std::size_t bound);

  mutable std::mutex mutex_;
  FaultSettings settings_;
  std::mt19937_64 chance_;
};

}  // namespace metergate::sim
