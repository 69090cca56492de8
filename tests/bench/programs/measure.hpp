// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// What product and yardsticks of the bench share: clocks, counters of the operating system and the
/// values both of them store. Each program prints one JSON object, which tests/bench/rows reads.
namespace metergate::bench {

using Clock = std::chrono::steady_clock;

/// Octets this process has handed to the kernel: what wears flash out.
inline std::uint64_t octets_written() {
  std::ifstream io{"/proc/self/io"};
  std::string word;
  std::uint64_t count = 0;
  while (io >> word >> count) {
    if (word == "wchar:") return count;
  }
  return 0;
}

inline double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Adds up the time between `go` and `stop`, so that making the values to store does not count.
class Stopwatch {
 public:
  void go() { begin_ = Clock::now(); }
  void stop() { total_ += Clock::now() - begin_; }
  [[nodiscard]] double seconds() const { return std::chrono::duration<double>(total_).count(); }

 private:
  Clock::duration total_{0};
  Clock::time_point begin_;
};

/// One half-hour: 0 to 1,499 Wh, one of two hundred with a mark of the meter.
struct Sample {
  std::int64_t value;
  bool marked;
};

class Samples {
 public:
  explicit Samples(unsigned seed) : random_{seed} {}
  [[nodiscard]] Sample next() {
    const auto value = static_cast<std::int64_t>(random_() % 1'500);
    return {value, random_() % 200 == 0};
  }
  [[nodiscard]] std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(random_() % bound);
  }

 private:
  std::mt19937 random_;
};

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// `{"a": 1, "b": 2.5}`
class Report {
 public:
  ~Report() { std::printf("{%s}\n", text_.c_str()); }
  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void add(std::string_view name, double value) {
    char number[40];
    std::snprintf(number, sizeof number, "%.9g", value);
    text_ += (text_.empty() ? "\"" : ", \"") + std::string{name} + "\": " + number;
  }

 private:
  std::string text_;
};

[[noreturn]] inline void give_up(std::string_view why) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

inline constexpr int kHalvesOfDay = 48;
inline constexpr int kDaysOfMonth = 30;
inline constexpr int kMonthReads = 400;

}  // namespace metergate::bench
