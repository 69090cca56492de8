// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "protocols/iso8601/rfc3339.hpp"
#include "protocols/octets/octets.hpp"

/// Dates and times of the Blue Book, 4.1.6.1. Any field may be "not specified".
namespace metergate::dlms {

struct Date {
  static constexpr std::size_t kOctets = 5;
  static constexpr std::uint16_t kAnyYear = 0xFFFF;
  static constexpr std::uint8_t kAny = 0xFF;
  static constexpr std::uint8_t kDaylightEnds = 0xFD;    ///< as month
  static constexpr std::uint8_t kDaylightBegins = 0xFE;  ///< as month
  static constexpr std::uint8_t kLastDay = 0xFE;         ///< as day: of the month
  static constexpr std::uint8_t kLastButOneDay = 0xFD;

  std::uint16_t year = kAnyYear;
  std::uint8_t month = kAny;
  std::uint8_t day = kAny;
  std::uint8_t weekday = kAny;  ///< 1 is Monday; meters get it wrong, so it is never believed

  friend constexpr bool operator==(const Date&, const Date&) = default;
};

struct Time {
  static constexpr std::size_t kOctets = 4;
  static constexpr std::uint8_t kAny = 0xFF;

  std::uint8_t hour = kAny;
  std::uint8_t minute = kAny;
  std::uint8_t second = kAny;
  std::uint8_t hundredths = kAny;

  friend constexpr bool operator==(const Time&, const Time&) = default;
};

/// Bits of the clock status.
namespace clock_status {
inline constexpr std::uint8_t kInvalidValue = 0x01;
inline constexpr std::uint8_t kDoubtfulValue = 0x02;
inline constexpr std::uint8_t kDifferentBase = 0x04;
inline constexpr std::uint8_t kInvalidStatus = 0x08;
inline constexpr std::uint8_t kDaylightSaving = 0x80;
inline constexpr std::uint8_t kNotSpecified = 0xFF;
}  // namespace clock_status

struct DateTime {
  static constexpr std::size_t kOctets = 12;
  static constexpr std::int16_t kNoDeviation = -0x8000;

  Date date;
  Time time;
  std::int16_t deviation =
      kNoDeviation;  ///< minutes from local time to UTC: -60 in Berlin's winter
  std::uint8_t status = clock_status::kNotSpecified;

  friend constexpr bool operator==(const DateTime&, const DateTime&) = default;

  [[nodiscard]] constexpr bool has_deviation() const { return deviation != kNoDeviation; }
  [[nodiscard]] constexpr bool daylight_saving() const {
    return status != clock_status::kNotSpecified && (status & clock_status::kDaylightSaving) != 0;
  }
  /// Whether the meter itself calls its time invalid or doubtful.
  [[nodiscard]] constexpr bool doubted() const {
    constexpr auto kDoubts =
        clock_status::kInvalidValue | clock_status::kDoubtfulValue | clock_status::kInvalidStatus;
    return status != clock_status::kNotSpecified && (status & kDoubts) != 0;
  }
};

/// How to read a time whose deviation is not given: the minutes from its standard time to UTC, and
/// what daylight saving adds to local time when the status says it is on.
struct MeterZone {
  std::chrono::minutes to_utc{0};
  std::chrono::minutes daylight_saving{0};

  friend bool operator==(const MeterZone&, const MeterZone&) = default;
};

[[nodiscard]] Octets encode(const Date& date);
[[nodiscard]] Octets encode(const Time& time);
[[nodiscard]] Octets encode(const DateTime& date_time);

/// Nothing for another number of octets, and for fields that are neither in range nor special.
[[nodiscard]] std::optional<Date> decode_date(OctetView octets);
[[nodiscard]] std::optional<Time> decode_time(OctetView octets);
[[nodiscard]] std::optional<DateTime> decode_date_time(OctetView octets);

/// The moment it names; nothing when year, month, day, hour or minute are not specified. Seconds
/// not specified count as zero.
[[nodiscard]] std::optional<UtcTime> to_utc(const DateTime& date_time, const MeterZone& zone = {});

/// A moment in UTC, deviation 0 and status 0, weekday set.
[[nodiscard]] DateTime utc_date_time(UtcSeconds time);
/// As most meters take a bound or a time: local to the zone, weekday not specified, hundredths 0,
/// deviation as asked, status 0.
[[nodiscard]] DateTime local_date_time(UtcSeconds time, const MeterZone& zone,
                                       std::int16_t deviation);

}  // namespace metergate::dlms
