// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/token_rules.hpp"

#include <string>

#include "protocols/sts/sts_token.hpp"
#include "protocols/utrn/utrn.hpp"

namespace metergate::virtual_meter {
namespace {

using operation::MeterRefusal;

// PPTD = PTUT + this (utrn-and-premier.md 2.1).
constexpr std::uint64_t kPptdOffset = 7'394'156'990'786'306'048U;
constexpr std::uint32_t kRefusingMac = 0xFFFF'0000U;
constexpr std::uint64_t kRefusingStsBits = 0xFFFFU << 11U;  // bits 26..11
constexpr std::uint64_t kStsReasonMask = (1U << 11U) - 1;
constexpr std::uint64_t kWattHoursPerStep = 100;
constexpr std::uint64_t kStsSteps = 500;

Verdict refused_by_number(std::uint64_t number) {
  if (number == 0 || number > kRefusals) return MeterRefusal::Other;
  return static_cast<MeterRefusal>(number - 1);
}

Verdict judge_utrn(const TokenDigits& digits) {
  const auto values = digits.values();
  std::uint64_t pptd = 0;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) pptd = pptd * 10 + values[i];
  const std::uint64_t ptut = pptd - kPptdOffset;
  const auto mac = static_cast<std::uint32_t>(ptut);
  if (mac >= kRefusingMac && (mac & 0xFFFFU) <= kRefusals && (mac & 0xFFFFU) != 0) {
    return refused_by_number(mac & 0xFFFFU);
  }
  const std::uint64_t value = (ptut >> 32U) & 0x1FFFU;
  switch ((ptut >> 45U) & 3U) {
    case 0:
      return Credits{static_cast<std::int64_t>(value)};
    case 1:
      return Credits{static_cast<std::int64_t>(value * 100)};
    default:
      return MeterRefusal::Malformed;
  }
}

Verdict judge_sts(const TokenDigits& digits) {
  const auto bits = sts::token_bits(digits);
  if (!bits) return MeterRefusal::Malformed;
  if ((bits->low & kRefusingStsBits) == kRefusingStsBits) {
    return refused_by_number(bits->low & kStsReasonMask);
  }
  switch (sts::token_class(*bits)) {
    case sts::TokenClass::Credit: {
      const std::uint64_t n = (bits->low >> 29U) | (std::uint64_t{bits->high} << 35U);
      return Credits{static_cast<std::int64_t>((n % kStsSteps + 1) * kWattHoursPerStep)};
    }
    case sts::TokenClass::Test:
    case sts::TokenClass::Management:
      return CreditsNothing{};
    case sts::TokenClass::Reserved:
      break;
  }
  return MeterRefusal::NotSupported;
}

std::string padded(std::uint64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return std::string(width - text.size(), '0') + text;
}

Token utrn(std::uint64_t ptut) {
  const std::string first = padded(ptut + kPptdOffset, 19);
  const auto unchecked = TokenDigits::parse(first + "0");
  const auto check = static_cast<char>('0' + utrn::check_digit(*unchecked));
  return Token{*TokenDigits::parse(first + check), TokenKind::Utrn};
}

Token sts_token(std::uint64_t low) {
  return Token{*TokenDigits::parse(padded(low, 20)), TokenKind::Sts};
}

std::uint64_t counter_bits(std::uint16_t counter) {
  return static_cast<std::uint64_t>(counter & 0x3FFU) << 47U;
}

}  // namespace

Verdict judge(const Token& token) {
  return token.kind == TokenKind::Utrn ? judge_utrn(token.digits) : judge_sts(token.digits);
}

Token utrn_credit(std::uint16_t counter, std::uint16_t minor, std::uint32_t mac) {
  if (mac >= kRefusingMac) mac &= 0x7FFF'FFFFU;
  return utrn(counter_bits(counter) | (static_cast<std::uint64_t>(minor & 0x1FFFU) << 32U) | mac);
}

Token sts_credit(std::uint64_t n) { return sts_token(n << 29U); }

Token utrn_refused(MeterRefusal refusal, std::uint16_t counter) {
  return utrn(counter_bits(counter) | kRefusingMac | refusal_number(refusal));
}

Token sts_refused(MeterRefusal refusal, std::uint64_t n) {
  return sts_token((n << 29U) | kRefusingStsBits | refusal_number(refusal));
}

}  // namespace metergate::virtual_meter
