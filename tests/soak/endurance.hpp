// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace metergate::soak {

/// What a gateway that is not restarted for months holds: memory, descriptors, threads. Looked at
/// every hour; of a day only the quietest moment counts, since orders come and go.
class Endurance {
 public:
  struct Held {
    std::int64_t octets = 0;  ///< of the gateway alone, SQLite's included
    std::size_t descriptors = 0;
    std::size_t threads = 0;
  };
  [[nodiscard]] static Held held_now();

  /// `hours`: since it was started.
  void look(double hours, const Held& held);

  struct Verdict {
    std::size_t days = 0;  ///< whole ones that were judged
    std::int64_t first_octets = 0;
    std::int64_t last_octets = 0;
    double octets_a_day = 0;
    std::size_t most_descriptors = 0;
    std::size_t most_threads = 0;
    std::vector<std::string> grows{};  ///< what does, in words; empty: nothing
  };
  [[nodiscard]] Verdict verdict() const;

  /// 0.1 MB a month.
  static constexpr double kMostOctetsADay = 100'000.0 / 30;
  /// Until then it is still getting to know its meters; windows of a day have filled.
  static constexpr std::size_t kWarmUpDays = 2;
  /// Fewer say nothing about a slope.
  static constexpr std::size_t kLeastDays = 4;

 private:
  std::vector<Held> days_;  ///< the least memory of each, the most of the rest
};

}  // namespace metergate::soak
