// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "meters/time.hpp"
#include "tests/soak/endurance.hpp"

namespace metergate::soak {

/// A promise that did not hold.
struct Violation {
  std::string meter;
  UtcSeconds at;  ///< the town's time
  std::string promise;
  std::string expected;
  std::string found;
};

/// What a soak did, in numbers, and one number over everything that happened.
class Report {
 public:
  void act(std::string_view kind) { ++acts_[std::string{kind}]; }
  void fault(std::string_view kind) { ++faults_[std::string{kind}]; }
  void outcome(std::string_view word) { ++outcomes_[std::string{word}]; }
  void count(std::string_view what, std::uint64_t by) { counts_[std::string{what}] += by; }
  void violation(Violation violation) { violations_.push_back(std::move(violation)); }

  /// Adds to the digest (FNV-1a): two runs that did the same have the same one.
  void mix(std::string_view text);
  void mix(std::int64_t number) { mix(std::to_string(number)); }

  struct Frame {
    std::uint64_t seed = 0;
    double hours = 0;
    std::size_t meters = 0;
    double virtual_hours = 0;
    double wall_seconds = 0;
    std::optional<Endurance::Verdict> endurance{};  ///< of a steady one
  };
  void print(std::ostream& out, const Frame& frame) const;
  [[nodiscard]] std::string json(const Frame& frame) const;
  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }
  [[nodiscard]] std::string digest() const;

 private:
  using Counts = std::map<std::string, std::uint64_t>;
  static void print(std::ostream& out, std::string_view title, const Counts& counts);
  static void print(std::ostream& out, const Endurance::Verdict& held);

  Counts acts_;
  Counts faults_;
  Counts outcomes_;
  Counts counts_;
  std::vector<Violation> violations_;
  std::uint64_t digest_ = 0xCBF2'9CE4'8422'2325ULL;
};

}  // namespace metergate::soak
