// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace metergate::test {

/// One row of docs/reliability.md while it runs: how long, from which seed, and what went wrong. At
/// its end it prints itself for scripts/faults, and fails the test if anything did.
///
/// METERGATE_FAULTS_RUNS makes it longer or shorter, METERGATE_FAULTS_SEED draws otherwise.
class Row {
 public:
  Row(std::string number, std::string counted, std::uint64_t runs)
      : number_{std::move(number)},
        counted_{std::move(counted)},
        wanted_{setting("METERGATE_FAULTS_RUNS", runs)},
        seed_{setting("METERGATE_FAULTS_SEED", 20260301)} {}
  ~Row() {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    std::cout << "ROW {\"row\":\"" << number_ << "\",\"counted\":\"" << counted_
              << "\",\"runs\":" << runs_ << ",\"violations\":" << violations_
              << ",\"seed\":" << seed_ << ",\"seconds\":" << took.count() << "}" << std::endl;
    EXPECT_GT(runs_, 0U) << number_ << " counted nothing";
    EXPECT_EQ(violations_, 0U) << number_ << " with METERGATE_FAULTS_SEED=" << seed_ << words_;
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  [[nodiscard]] std::uint64_t wanted() const { return wanted_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  void ran(std::uint64_t times = 1) { runs_ += times; }
  void violation(const std::string& what) {
    if (++violations_ <= kShown) words_ += "\n  " + what;
  }
  void expect(bool holds, const std::string& what) {
    if (!holds) violation(what);
  }

 private:
  static constexpr std::uint64_t kShown = 10;
  static std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }

  std::string number_;
  std::string counted_;
  std::uint64_t wanted_;
  std::uint64_t seed_;
  std::uint64_t runs_ = 0;
  std::uint64_t violations_ = 0;
  std::string words_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace metergate::test
