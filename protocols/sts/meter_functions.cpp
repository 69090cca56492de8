// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/meter_functions.hpp"

#include <algorithm>
#include <utility>

#include "protocols/overloaded.hpp"

namespace metergate::sts {
namespace {

constexpr std::uint16_t kCurrencyRegisters = 4;
constexpr std::uint16_t kRegisters = 8;
constexpr std::uint16_t kControlIndex = 0;  // STS 202-5
constexpr std::uint16_t kFlagIndex = 63;
constexpr unsigned kIndexShift = 10;
constexpr std::uint16_t kValueMask = 0x3FF;

std::size_t at(Commodity commodity) { return static_cast<std::size_t>(commodity); }

}  // namespace

bool MeterAbilities::measures(Commodity commodity) const {
  switch (commodity) {
    case Commodity::Electricity:
      return electricity;
    case Commodity::Water:
      return water;
    case Commodity::Gas:
      return gas;
    case Commodity::Time:
      break;
  }
  return time;
}

TokenResult MeterFunctions::execute(const TokenContent& content) {
  return std::visit(Overloaded{[this](const UnitCredit& token) { return run(token); },
                               [this](const CurrencyCredit& token) { return run(token); },
                               [this](const InitiateMeterTest& token) { return run(token); },
                               [this](const ManagementToken& token) { return run(token); },
                               [](const auto&) { return TokenResult::FunctionError; }},
                    content);
}

TokenResult MeterFunctions::run(const UnitCredit& token) {
  if (!abilities_.measures(token.commodity)) return TokenResult::FunctionError;
  std::uint64_t& credit = units_[at(token.commodity)];
  if (token.amount.units() > abilities_.most_units - credit) return TokenResult::OverflowError;
  credit += token.amount.units();
  return TokenResult::Accept;
}

TokenResult MeterFunctions::run(const CurrencyCredit& token) {
  if (!abilities_.currency || !abilities_.measures(token.commodity)) {
    return TokenResult::FunctionError;
  }
  const HundredThousandths amount = token.amount.units();
  std::int64_t& credit = currency_[at(token.commodity)];
  const auto most = static_cast<Uint128>(abilities_.most_currency);
  if (amount.magnitude > 2 * most) return TokenResult::OverflowError;
  const auto magnitude = static_cast<std::int64_t>(amount.magnitude);
  const std::int64_t sum = amount.sign == Sign::Negative ? credit - magnitude : credit + magnitude;
  if (sum > abilities_.most_currency || sum < -abilities_.most_currency) {
    return TokenResult::OverflowError;
  }
  credit = sum;
  return TokenResult::Accept;
}

TokenResult MeterFunctions::run(const InitiateMeterTest& token) {
  // "Test 0" sets every bit, known or not, and means all there are.
  const std::uint64_t known = token.control & abilities_.tests;
  if (known == 0) return TokenResult::FunctionError;
  tests_ = known;
  return TokenResult::Accept;
}

TokenResult MeterFunctions::run(const ManagementToken& token) {
  switch (token.management) {
    case Management::SetMaximumPowerLimit: {
      const auto watts = limit_of(token.value);
      if (!watts) return TokenResult::RangeError;
      power_limit_w_ = watts;
      return TokenResult::Accept;
    }
    case Management::SetMaximumPhasePowerUnbalanceLimit: {
      if (!abilities_.polyphase) return TokenResult::FunctionError;
      const auto watts = limit_of(token.value);
      if (!watts) return TokenResult::RangeError;
      unbalance_limit_w_ = watts;
      return TokenResult::Accept;
    }
    case Management::ClearCredit:
      return clear_credit(token.value);
    case Management::SetTariffRate:
      tariff_rate_ = token.value;
      return TokenResult::Accept;
    case Management::SetWaterMeterFactor:
      if (!abilities_.water) return TokenResult::FunctionError;
      water_factor_ = token.value;
      return TokenResult::Accept;
    case Management::ClearTamperCondition:
      tampered_ = false;
      return TokenResult::Accept;
    case Management::ExtendedSet:
      break;
  }
  return set_extended(token.value);
}

TokenResult MeterFunctions::clear_credit(std::uint16_t number) {
  if (number == kAllCreditRegisters) {
    units_.fill(0);
    currency_.fill(0);
    return TokenResult::Accept;
  }
  if (number >= kRegisters) return TokenResult::RangeError;
  const auto commodity = static_cast<Commodity>(number % kCurrencyRegisters);
  const bool money = number >= kCurrencyRegisters;
  if (!abilities_.measures(commodity) || (money && !abilities_.currency)) {
    return TokenResult::RangeError;
  }
  if (money) {
    currency_[at(commodity)] = 0;
  } else {
    units_[at(commodity)] = 0;
  }
  return TokenResult::Accept;
}

TokenResult MeterFunctions::set_extended(std::uint16_t value) {
  const auto index = static_cast<std::uint16_t>(value >> kIndexShift);
  const auto content = static_cast<std::uint16_t>(value & kValueMask);
  if (index == kControlIndex) {
    control_value_ = content;
    return TokenResult::Accept;
  }
  const auto number = static_cast<std::uint16_t>(content >> 1U);
  if (index != kFlagIndex || number >= kFlags) return TokenResult::RangeError;
  const auto bit = static_cast<std::uint16_t>(1U << number);
  flags_ = static_cast<std::uint16_t>((content & 1U) != 0 ? flags_ | bit : flags_ & ~bit);
  return TokenResult::Accept;
}

std::optional<std::uint64_t> MeterFunctions::limit_of(std::uint16_t code) const {
  const std::uint64_t watts = TransferAmount::from_code(code).units();
  if (watts > abilities_.most_watts) return std::nullopt;
  return watts;
}

std::uint64_t MeterFunctions::credit_units(Commodity commodity) const {
  return units_[at(commodity)];
}

std::int64_t MeterFunctions::credit_currency(Commodity commodity) const {
  return currency_[at(commodity)];
}

void MeterFunctions::consume(Commodity commodity, std::uint64_t units) {
  std::uint64_t& credit = units_[at(commodity)];
  credit -= std::min(credit, units);
}

void MeterFunctions::consume_currency(Commodity commodity, std::int64_t hundred_thousandths) {
  std::int64_t& credit = currency_[at(commodity)];
  credit = std::max<std::int64_t>(std::min<std::int64_t>(credit, 0), credit - hundred_thousandths);
}

bool MeterFunctions::flag(std::uint16_t number) const {
  return number < kFlags && ((flags_ >> number) & 1U) != 0;
}

std::uint64_t MeterFunctions::take_tests() { return std::exchange(tests_, 0); }

}  // namespace metergate::sts
