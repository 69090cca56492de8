// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/load_curve.hpp"

#include <array>

namespace metergate::virtual_meter {
namespace {

using HourShape = std::array<std::uint16_t, 24>;

// Watts at the full hour, joined by straight lines.
constexpr HourShape kWeekday{180, 160, 150, 150, 160, 220, 480, 720,  560, 340, 300, 320,
                             420, 360, 300, 320, 420, 720, 980, 1040, 900, 680, 420, 260};
constexpr HourShape kWeekend{240, 190, 160, 150, 150, 160, 240, 420, 640, 760, 720, 700,
                             860, 760, 620, 580, 620, 760, 920, 980, 880, 720, 520, 340};

constexpr std::uint64_t kRefrigeratorCycle = 42;  // minutes
constexpr std::uint64_t kRefrigeratorRun = 15;
constexpr unsigned kRefrigeratorWatts = 95;
constexpr unsigned kKettleWatts = 2000;
constexpr std::uint64_t kKettleSlot = 20;  // one chance each, minutes
constexpr std::uint64_t kKettleRun = 3;

enum Purpose : std::uint64_t { Household = 1, Refrigerator, Kettle, Noise };

bool meal_time(std::uint64_t hour) {
  return (hour >= 6 && hour < 9) || (hour >= 12 && hour < 14) || (hour >= 18 && hour < 21);
}

}  // namespace

std::uint64_t mixed(std::uint64_t seed, std::uint64_t index) {
  // splitmix64: passes the usual test batteries and is five lines.
  std::uint64_t z = seed + (index + 1) * 0x9E37'79B9'7F4A'7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
  return z ^ (z >> 31U);
}

unsigned load_w(std::uint64_t seed, UtcSeconds time) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const auto minute = static_cast<std::uint64_t>(floor<minutes>(time.time_since_epoch()).count());
  const auto minute_of_day = static_cast<std::uint64_t>(floor<minutes>(time - day).count());
  const std::uint64_t hour = minute_of_day / 60;
  const unsigned weekday_number = weekday{day}.iso_encoding();
  const HourShape& shape = weekday_number >= 6 ? kWeekend : kWeekday;

  const std::uint64_t past = minute_of_day % 60;
  const std::uint64_t line = shape[hour] * (60 - past) + shape[(hour + 1) % 24] * past;
  // 60 to 150 % of the shape, so that neighbours differ.
  const std::uint64_t household = 60 + mixed(seed, Household) % 91;
  // 80 to 120 %, anew every minute.
  const std::uint64_t noise = 80 + mixed(seed ^ (Noise << 32U), minute) % 41;
  auto watts = static_cast<unsigned>(line * household * noise / 60 / 10'000);

  if ((minute + mixed(seed, Refrigerator) % kRefrigeratorCycle) % kRefrigeratorCycle <
      kRefrigeratorRun) {
    watts += kRefrigeratorWatts;
  }
  const std::uint64_t chance = mixed(seed ^ (Kettle << 32U), minute / kKettleSlot);
  if (meal_time(hour) && chance % 4 == 0 &&
      minute % kKettleSlot - (chance >> 8U) % (kKettleSlot - kKettleRun) < kKettleRun) {
    watts += kKettleWatts;
  }
  return watts;
}

}  // namespace metergate::virtual_meter
