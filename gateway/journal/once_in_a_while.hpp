// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "meters/time.hpp"

namespace metergate::journal {

/// Keeps one talkative source from filling the journal: lets a key's first message through, and
/// then one in an interval with the number of those it held back.
class OnceInAWhile {
 public:
  explicit OnceInAWhile(Duration interval) : interval_{interval} {}

  /// How many were held back since the last one that passed; nothing when this one is held back.
  [[nodiscard]] std::optional<std::uint64_t> pass(const std::string& key, Instant now);

 private:
  struct Seen {
    Instant told;
    std::uint64_t held_back = 0;
  };
  Duration interval_;
  std::map<std::string, Seen> seen_;
};

}  // namespace metergate::journal
