// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Characters with a meaning of their own (IEC 62056-21, 6.3.2).
namespace metergate::iec62056_21 {

inline constexpr std::uint8_t kStx = 0x02;
inline constexpr std::uint8_t kEtx = 0x03;
inline constexpr std::uint8_t kAck = 0x06;
inline constexpr std::uint8_t kCr = 0x0D;
inline constexpr std::uint8_t kLf = 0x0A;

[[nodiscard]] constexpr bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(std::uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_printable(std::uint8_t c) { return c >= 0x20 && c <= 0x7E; }

}  // namespace metergate::iec62056_21
