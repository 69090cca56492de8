// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_identifier.hpp"

namespace metergate::sts {
namespace {

using std::chrono::minutes;

constexpr std::uint32_t kMinutesPerDay = 1'440;
constexpr std::uint32_t kSpecialMinute = 1;  // 00:01; base dates begin at 00:00

std::uint32_t minute_of_day(std::uint32_t tid) { return tid % kMinutesPerDay; }

}  // namespace

std::chrono::sys_days first_day(BaseDate base) {
  using namespace std::chrono_literals;
  switch (base) {
    case BaseDate::Y1993:
      return std::chrono::sys_days{1993y / 1 / 1};
    case BaseDate::Y2014:
      return std::chrono::sys_days{2014y / 1 / 1};
    case BaseDate::Y2035:
      break;
  }
  return std::chrono::sys_days{2035y / 1 / 1};
}

std::string_view base_date_code(BaseDate base) {
  switch (base) {
    case BaseDate::Y1993:
      return "93";
    case BaseDate::Y2014:
      return "14";
    case BaseDate::Y2035:
      break;
  }
  return "35";
}

std::optional<BaseDate> parse_base_date(std::string_view code) {
  for (const BaseDate base : {BaseDate::Y1993, BaseDate::Y2014, BaseDate::Y2035}) {
    if (code == base_date_code(base)) return base;
  }
  return std::nullopt;
}

Result<TokenIdentifier, FieldFault> token_identifier(UtcSeconds time, TokenClock clock,
                                                     TokenUse use) {
  const auto since = std::chrono::floor<minutes>(time + clock.local_offset - first_day(clock.base));
  if (since < minutes{0} || since > minutes{TokenIdentifier::kLast}) {
    return failure(FieldFault{"time", rfc3339::text(time),
                              "within 16777216 minutes after the base date of the key"});
  }
  auto tid = static_cast<std::uint32_t>(since.count());
  if (use == TokenUse::Special) {
    tid = tid - minute_of_day(tid) + kSpecialMinute;
  } else if (minute_of_day(tid) == kSpecialMinute) {
    ++tid;
  }
  return TokenIdentifier::from_minutes(tid);
}

UtcSeconds token_time(TokenIdentifier tid, TokenClock clock) {
  return first_day(clock.base) + minutes{tid.minutes()} - clock.local_offset;
}

std::optional<TokenIdentifier> next_token_identifier(TokenIdentifier clock,
                                                     std::optional<TokenIdentifier> last) {
  if (!last || clock > *last) return clock;
  std::uint32_t next = last->minutes() + 1;
  if (minute_of_day(next) == kSpecialMinute) ++next;
  if (next > TokenIdentifier::kLast) return std::nullopt;
  return TokenIdentifier::from_minutes(next);
}

}  // namespace metergate::sts
