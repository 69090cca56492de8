// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/cosem/obis_code.hpp"

/// Logical names that are the same in nearly every meter (Blue Book, 6.2). A meter's own list of
/// objects is the truth; a model file names what differs.
namespace metergate::cosem {

[[nodiscard]] constexpr ObisCode obis(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                                      std::uint8_t d, std::uint8_t e, std::uint8_t f = 255) {
  return ObisCode{{a, b, c, d, e, f}};
}

inline constexpr ObisCode kClock = obis(0, 0, 1, 0, 0);
inline constexpr ObisCode kLogicalDeviceName = obis(0, 0, 42, 0, 0);
inline constexpr ObisCode kDeviceId = obis(0, 0, 96, 1, 0);
inline constexpr ObisCode kFirmwareId = obis(1, 0, 0, 2, 0);
inline constexpr ObisCode kCurrentAssociation = obis(0, 0, 40, 0, 0);
inline constexpr ObisCode kSapAssignment = obis(0, 0, 41, 0, 0);
inline constexpr ObisCode kImageTransfer = obis(0, 0, 44, 0, 0);
inline constexpr ObisCode kLoadProfile = obis(1, 0, 99, 1, 0);
inline constexpr ObisCode kDailyProfile = obis(1, 0, 99, 2, 0);
inline constexpr ObisCode kBillingProfile = obis(0, 0, 98, 1, 0);
inline constexpr ObisCode kDisconnectControl = obis(0, 0, 96, 3, 10);
inline constexpr ObisCode kLimiter = obis(0, 0, 17, 0, 0);
inline constexpr ObisCode kActivityCalendar = obis(0, 0, 13, 0, 0);
inline constexpr ObisCode kPushSetup = obis(0, 0, 25, 9, 0);
inline constexpr ObisCode kAccount = obis(0, 0, 19, 0, 0);
inline constexpr ObisCode kTokenGateway = obis(0, 0, 19, 40, 0);
inline constexpr ObisCode kStsAttributes = obis(0, 0, 19, 60, 0);

/// Numbered ones.
[[nodiscard]] constexpr ObisCode security_setup_object(std::uint8_t number) {
  return obis(0, 0, 43, 0, number);
}
[[nodiscard]] constexpr ObisCode invocation_counter_object(std::uint8_t number) {
  return obis(0, 0, 43, 1, number);
}
[[nodiscard]] constexpr ObisCode event_log_object(std::uint8_t number) {
  return obis(0, 0, 99, 98, number);
}
[[nodiscard]] constexpr ObisCode event_code_object(std::uint8_t number) {
  return obis(0, 0, 96, 11, number);
}
[[nodiscard]] constexpr ObisCode profile_status_object(std::uint8_t number) {
  return obis(0, 0, 96, 10, number);
}
[[nodiscard]] constexpr ObisCode credit_object(std::uint8_t number) {
  return obis(0, 0, 19, 10, number);
}
[[nodiscard]] constexpr ObisCode charge_object(std::uint8_t number) {
  return obis(0, 0, 19, 20, number);
}

}  // namespace metergate::cosem
