// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/cosem/obis_code.hpp"

namespace metergate {

/// What the meter marked on a value; kept as given for as long as the value is kept (promise 9).
/// Bits, because several can hold at once.
struct IntervalMarks {
  std::uint16_t bits = 0;

  static constexpr std::uint16_t kPowerDown = 1U << 0;   ///< no supply for part of the interval
  static constexpr std::uint16_t kClockSet = 1U << 1;    ///< the meter's clock was set inside it
  static constexpr std::uint16_t kIncomplete = 1U << 2;  ///< shorter than the capture period
  static constexpr std::uint16_t kEstimated = 1U << 3;   ///< not measured
  static constexpr std::uint16_t kDaylightSaving = 1U << 4;  ///< summer time was active
  static constexpr std::uint16_t kDoubtful = 1U << 5;        ///< the meter does not vouch for it

  /// The words of the marks, for JSON and the terminal: `power-down`, `clock-set`, ...
  [[nodiscard]] std::vector<std::string> words() const;

  friend constexpr bool operator==(IntervalMarks, IntervalMarks) = default;
};

/// The words in the order in which they are listed.
struct IntervalMarkWord {
  std::uint16_t bit;
  std::string_view word;
};
inline constexpr std::array<IntervalMarkWord, 6> kIntervalMarkWords{{
    {IntervalMarks::kPowerDown, "power-down"},
    {IntervalMarks::kClockSet, "clock-set"},
    {IntervalMarks::kIncomplete, "incomplete"},
    {IntervalMarks::kEstimated, "estimated"},
    {IntervalMarks::kDaylightSaving, "daylight-saving"},
    {IntervalMarks::kDoubtful, "doubtful"},
}};

/// A channel of a load profile or of a daily snapshot: what is captured, in which step.
/// Values are integers in 10^scale of the unit the model names for the code.
struct IntervalValue {
  cosem::ObisCode channel;
  std::int64_t value = 0;
  IntervalMarks marks;

  friend bool operator==(const IntervalValue&, const IntervalValue&) = default;
};

/// The values of one interval or day, each channel once. A month has 1,440 intervals of mostly one
/// or two channels, so that many lie in place: a piece of the heap for each interval took a third
/// of the time in which a month is read. With more of them all lie on the heap.
class IntervalValues {
 public:
  static constexpr std::size_t kInPlace = 2;

  using value_type = IntervalValue;
  using size_type = std::size_t;
  using iterator = IntervalValue*;
  using const_iterator = const IntervalValue*;

  IntervalValues() = default;
  IntervalValues(std::initializer_list<IntervalValue> values) {
    for (const IntervalValue& value : values) push_back(value);
  }

  void push_back(const IntervalValue& value) {
    if (heap_.empty() && count_ < kInPlace) {
      in_place_[count_++] = value;
      return;
    }
    if (heap_.empty())
      heap_.assign(in_place_.begin(), in_place_.begin() + std::exchange(count_, 0));
    heap_.push_back(value);
  }

  [[nodiscard]] std::size_t size() const { return heap_.empty() ? count_ : heap_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] iterator begin() { return heap_.empty() ? in_place_.data() : heap_.data(); }
  [[nodiscard]] iterator end() { return begin() + size(); }
  [[nodiscard]] const_iterator begin() const {
    return heap_.empty() ? in_place_.data() : heap_.data();
  }
  [[nodiscard]] const_iterator end() const { return begin() + size(); }
  [[nodiscard]] const IntervalValue& operator[](std::size_t index) const { return begin()[index]; }
  [[nodiscard]] const IntervalValue& front() const { return *begin(); }
  [[nodiscard]] const IntervalValue& back() const { return *(end() - 1); }

  friend bool operator==(const IntervalValues& a, const IntervalValues& b) {
    return std::ranges::equal(a, b);
  }

 private:
  std::vector<IntervalValue> heap_;  ///< all of them, or none
  std::size_t count_ = 0;            ///< of those in place
  std::array<IntervalValue, kInPlace> in_place_{};
};

}  // namespace metergate
