// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/date_time.hpp"

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::dlms {
namespace {

constexpr bool in_range(unsigned value, unsigned least, unsigned most) {
  return value >= least && value <= most;
}

bool sound(const Date& date) {
  return (in_range(date.month, 1, 12) || date.month >= Date::kDaylightEnds) &&
         (in_range(date.day, 1, 31) || date.day >= Date::kLastButOneDay) &&
         // Some meters write 0 where they know no weekday.
         (date.weekday <= 7 || date.weekday == Date::kAny);
}

bool sound(const Time& time) {
  const auto holds = [](unsigned value, unsigned most) {
    return value <= most || value == Time::kAny;
  };
  // A leap second may show as 60.
  return holds(time.hour, 23) && holds(time.minute, 59) && holds(time.second, 60) &&
         holds(time.hundredths, 99);
}

void write(ByteWriter& out, const Date& date) {
  out.u16(date.year);
  out.u8(date.month);
  out.u8(date.day);
  out.u8(date.weekday);
}

void write(ByteWriter& out, const Time& time) {
  out.u8(time.hour);
  out.u8(time.minute);
  out.u8(time.second);
  out.u8(time.hundredths);
}

Date read_date(ByteReader& in) {
  Date date;
  date.year = in.u16();
  date.month = in.u8();
  date.day = in.u8();
  date.weekday = in.u8();
  return date;
}

Time read_time(ByteReader& in) {
  Time time;
  time.hour = in.u8();
  time.minute = in.u8();
  time.second = in.u8();
  time.hundredths = in.u8();
  return time;
}

DateTime civil(std::chrono::sys_seconds local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{local - day};
  DateTime out;
  out.date.year = static_cast<std::uint16_t>(static_cast<int>(date.year()));
  out.date.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
  out.date.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
  out.time.hour = static_cast<std::uint8_t>(time.hours().count());
  out.time.minute = static_cast<std::uint8_t>(time.minutes().count());
  out.time.second = static_cast<std::uint8_t>(time.seconds().count());
  out.time.hundredths = 0;
  out.status = 0;
  return out;
}

}  // namespace

Octets encode(const Date& date) {
  ByteWriter out;
  write(out, date);
  return out.take();
}

Octets encode(const Time& time) {
  ByteWriter out;
  write(out, time);
  return out.take();
}

Octets encode(const DateTime& date_time) {
  ByteWriter out;
  write(out, date_time.date);
  write(out, date_time.time);
  out.u16(static_cast<std::uint16_t>(date_time.deviation));
  out.u8(date_time.status);
  return out.take();
}

std::optional<Date> decode_date(OctetView octets) {
  if (octets.size() != Date::kOctets) return std::nullopt;
  ByteReader in{octets};
  const Date date = read_date(in);
  if (!sound(date)) return std::nullopt;
  return date;
}

std::optional<Time> decode_time(OctetView octets) {
  if (octets.size() != Time::kOctets) return std::nullopt;
  ByteReader in{octets};
  const Time time = read_time(in);
  if (!sound(time)) return std::nullopt;
  return time;
}

std::optional<DateTime> decode_date_time(OctetView octets) {
  if (octets.size() != DateTime::kOctets) return std::nullopt;
  ByteReader in{octets};
  DateTime out;
  out.date = read_date(in);
  out.time = read_time(in);
  out.deviation = static_cast<std::int16_t>(in.u16());
  out.status = in.u8();
  // Half a day and the widest zones beyond it: 840 minutes.
  const bool deviates =
      !out.has_deviation() || in_range(static_cast<unsigned>(out.deviation + 840), 0, 1680);
  if (!sound(out.date) || !sound(out.time) || !deviates) return std::nullopt;
  return out;
}

std::optional<UtcTime> to_utc(const DateTime& date_time, const MeterZone& zone) {
  const Date& date = date_time.date;
  const Time& time = date_time.time;
  if (date.year == Date::kAnyYear || time.hour == Time::kAny || time.minute == Time::kAny) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{std::chrono::year{date.year},
                                        std::chrono::month{date.month}, std::chrono::day{date.day}};
  if (!day.ok()) return std::nullopt;
  UtcTime local = std::chrono::sys_days{day} + std::chrono::hours{time.hour} +
                  std::chrono::minutes{time.minute};
  if (time.second != Time::kAny) local += std::chrono::seconds{time.second};
  if (time.hundredths != Time::kAny) local += std::chrono::milliseconds{10 * time.hundredths};
  if (date_time.has_deviation()) return local + std::chrono::minutes{date_time.deviation};
  local += zone.to_utc;
  if (date_time.daylight_saving()) local -= zone.daylight_saving;
  return local;
}

DateTime utc_date_time(UtcSeconds time) {
  DateTime out = civil(time);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  out.date.weekday = static_cast<std::uint8_t>(std::chrono::weekday{day}.iso_encoding());
  out.deviation = 0;
  return out;
}

DateTime local_date_time(UtcSeconds time, const MeterZone& zone, std::int16_t deviation) {
  DateTime out = civil(time - zone.to_utc);
  out.deviation = deviation;
  return out;
}

}  // namespace metergate::dlms
