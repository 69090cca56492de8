// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace metergate::modbus {

/// What things cost on a serial line (MODBUS over Serial Line V1.02, 2.5.1). RTU characters have 11
/// bits: start, eight data, parity and one stop bit, or two stop bits without parity.
class LineTiming {
 public:
  using Time = std::chrono::nanoseconds;
  static constexpr std::uint32_t kFixedAbove = 19'200;  ///< baud; beyond, the silences are fixed
  static constexpr std::uint32_t kBitsPerCharacter = 11;

  explicit constexpr LineTiming(std::uint32_t baud) : baud_{baud} {}

  [[nodiscard]] constexpr Time characters(std::size_t count) const {
    return Time{static_cast<std::int64_t>(count * kBitsPerCharacter * 1'000'000'000U / baud_)};
  }
  /// Between two frames: 3.5 characters.
  [[nodiscard]] constexpr Time silence() const {
    if (baud_ > kFixedAbove) return std::chrono::microseconds{1'750};
    return characters(7) / 2;
  }
  /// The longest pause within a frame: 1.5 characters.
  [[nodiscard]] constexpr Time longest_gap() const {
    if (baud_ > kFixedAbove) return std::chrono::microseconds{750};
    return characters(3) / 2;
  }
  /// From a request's first bit until the next request may start: both frames with CRC, what the
  /// slave takes (the silence at least) and the silence after the answer.
  [[nodiscard]] constexpr Time exchange(std::size_t request_octets, Time turn_round,
                                        std::size_t answer_octets) const {
    const Time between = turn_round > silence() ? turn_round : silence();
    return characters(request_octets) + between + characters(answer_octets) + silence();
  }

 private:
  std::uint32_t baud_;
};

}  // namespace metergate::modbus
