// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/terminal/time_option.hpp"

#include <charconv>
#include <string>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::int64_t kMostDays = 36'500;
  if (text.size() < 2) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || number < 0) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's':
      unit = 1;
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3'600;
      break;
    case 'd':
      unit = 86'400;
      break;
    default:
      return std::nullopt;
  }
  if (number > kMostDays * 86'400 / unit) return std::nullopt;
  return std::chrono::seconds{number * unit};
}

std::optional<UtcTime> parse_time(std::string_view text, UtcTime now) {
  if (text == "now") return now;
  if (const auto time = rfc3339::parse(text)) return time;
  if (const auto day = rfc3339::parse_date(text)) return UtcTime{*day};
  if (const auto ago = parse_duration(text)) return now - *ago;
  return std::nullopt;
}

CliResult<UtcTime> time_argument(const std::string& text, std::string_view option, UtcTime now,
                                 UtcTime otherwise) {
  const auto time = text.empty() ? std::optional{otherwise} : parse_time(text, now);
  if (time) return *time;
  return failure(CliError{
      kUsage, std::string{option} + " " + text + ": allowed are " + std::string{kTimeForms}});
}

UtcTime utc_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string ago_text(UtcTime then, UtcTime now) {
  using namespace std::chrono;
  const auto passed = duration_cast<seconds>(now - then);
  if (passed < 0s) return "just now";
  if (passed < 2min) return std::to_string(passed.count()) + " s";
  if (passed < 2h) return std::to_string(duration_cast<minutes>(passed).count()) + " min";
  if (passed < days{2}) return std::to_string(duration_cast<hours>(passed).count()) + " h";
  return std::to_string(duration_cast<days>(passed).count()) + " d";
}

}  // namespace metergate::cli
