// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/sts_facts.hpp"

#include <array>
#include <cstdio>

#include "gateway/cli/terminal/decimal.hpp"

namespace metergate::cli {
namespace {

using sts::Management;

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::string_view unit_of(sts::Commodity commodity) {
  switch (commodity) {
    case sts::Commodity::Electricity:
      return "kWh";
    case sts::Commodity::Water:
    case sts::Commodity::Gas:
      return "m3";
    case sts::Commodity::Time:
      break;
  }
  return "min";
}

std::string register_name(std::uint16_t number) {
  if (number == sts::kAllCreditRegisters) return "all registers";
  if (number > 7) return "register " + std::to_string(number) + ", which is not defined";
  const auto commodity = static_cast<sts::Commodity>(number % 4);
  return std::string{sts::commodity_word(commodity)} + (number < 4 ? " units" : " currency");
}

/// One fact after the other, in the words of one token.
class Facts {
 public:
  explicit Facts(const config::StsKeyConfig* keys) : keys_{keys} {}

  void name(std::string text) { add("name", "token", text, text); }
  void add(std::string key, std::string label, std::string text, decltype(TokenFact::value) value) {
    facts_.push_back({std::move(key), std::move(label), std::move(text), std::move(value)});
  }
  void number(std::string key, std::string label, std::uint64_t value) {
    add(std::move(key), std::move(label), std::to_string(value), static_cast<std::int64_t>(value));
  }
  void random(sts::RandomNumber value) { number("random", "RND", value); }
  void tid(sts::TokenIdentifier tid);

  void operator()(const sts::UnitCredit& token);
  void operator()(const sts::CurrencyCredit& token);
  void operator()(const sts::InitiateMeterTest& token);
  void operator()(const sts::ExtendedRead& token);
  void operator()(const sts::ManagementToken& token);
  void operator()(const sts::SetFirstSectionDecoderKey& token);
  void operator()(const sts::SetSecondSectionDecoderKey& token);
  void operator()(const sts::SetThirdSectionDecoderKey& token);
  void operator()(const sts::SetFourthSectionDecoderKey& token);
  void operator()(const sts::OtherToken& token);

  [[nodiscard]] std::vector<TokenFact> take() { return std::move(facts_); }

 private:
  const config::StsKeyConfig* keys_;
  std::vector<TokenFact> facts_;
};

void Facts::tid(sts::TokenIdentifier tid) {
  number("tid", "TID", tid.minutes());
  const auto offset = keys_ != nullptr ? keys_->local_offset : std::chrono::minutes{0};
  const auto time_under = [&](sts::BaseDate base) {
    return rfc3339::text(sts::token_time(tid, {.base = base, .local_offset = offset}));
  };
  if (keys_ != nullptr && keys_->base_date) {
    const std::string time = time_under(*keys_->base_date);
    add("time", "time",
        time + " (base date " + std::string{sts::base_date_code(*keys_->base_date)} + ")", time);
  } else {
    for (const auto base : {sts::BaseDate::Y1993, sts::BaseDate::Y2014, sts::BaseDate::Y2035}) {
      const std::string code{sts::base_date_code(base)};
      add("time_" + code, "time, base " + code, time_under(base), time_under(base));
    }
  }
  if (keys_ != nullptr) {
    const bool past = sts::expired(tid, keys_->key_expiry);
    add("key_expired", "KEN",
        std::to_string(keys_->key_expiry.value) +
            (past ? ": the key had expired" : ": the key was good"),
        past);
  }
}

void Facts::operator()(const sts::UnitCredit& token) {
  name(std::string{sts::commodity_word(token.commodity)} + " credit");
  const std::string amount = decimal_shown(token.amount.units(), 1);
  const std::string unit{unit_of(token.commodity)};
  add("amount", "amount", amount + ' ' + unit, amount);
  add("unit", "", "", unit);
  number("units", "", token.amount.units());
  tid(token.tid);
  random(token.random);
}

void Facts::operator()(const sts::CurrencyCredit& token) {
  name(std::string{sts::commodity_word(token.commodity)} + " credit in currency");
  const std::string amount = token.amount.units().text();
  add("amount", "amount", amount + " of the currency", amount);
  add("unit", "", "", std::string{"currency"});
  tid(token.tid);
}

void Facts::operator()(const sts::InitiateMeterTest& token) {
  name("initiate meter test or display");
  add("control", "control", "0x" + hexadecimal(token.control), hexadecimal(token.control));
  std::vector<std::string> tests;
  std::string shown;
  if (token.control == sts::all_tests(token.form)) {
    tests = {"all"};
    shown = "all tests";
  } else {
    for (std::size_t bit = 0; bit < sts::kMeterTests; ++bit) {
      const auto test = static_cast<sts::MeterTest>(bit);
      if ((token.control & sts::control_bit(test)) == 0) continue;
      tests.emplace_back(sts::meter_test_word(test));
      shown += (shown.empty() ? "" : ", ") + tests.back();
    }
    if ((token.control & ~sts::kKnownTestBits) != 0) shown += " and reserved bits";
  }
  add("tests", "tests", shown.empty() ? "none" : shown, std::move(tests));
  const bool two = token.form == sts::ManufacturerForm::TwoDigits;
  add("manufacturer", "for meters of",
      token.manufacturer == 0 ? "every manufacturer"
                              : "manufacturer " + std::to_string(token.manufacturer),
      static_cast<std::int64_t>(token.manufacturer));
  add("manufacturer_digits", "", "", std::int64_t{two ? 2 : 4});
}

void Facts::operator()(const sts::ExtendedRead& token) {
  name("extended read (STS 202-5)");
  add("selector", "selector",
      "0x" + hexadecimal(token.selector) +
          (token.selector == 0                    ? ": control value"
           : token.selector == sts::kReadFlagZero ? ": flag 0"
                                                  : ""),
      hexadecimal(token.selector));
}

void Facts::operator()(const sts::ManagementToken& token) {
  name(std::string{sts::management_word(token.management)});
  switch (token.management) {
    case Management::SetMaximumPowerLimit:
    case Management::SetMaximumPhasePowerUnbalanceLimit: {
      const auto watts = sts::TransferAmount::from_code(token.value).units();
      add("watts", "limit", std::to_string(watts) + " W", static_cast<std::int64_t>(watts));
      break;
    }
    case Management::ClearCredit:
      add("register", "clears", register_name(token.value), static_cast<std::int64_t>(token.value));
      break;
    case Management::ExtendedSet:
      number("index", "index", token.value >> 10U);
      number("value", "value", token.value & 0x3FFU);
      break;
    case Management::SetTariffRate:
    case Management::SetWaterMeterFactor:
    case Management::ClearTamperCondition:
      number("value", "value", token.value);
      break;
  }
  tid(token.tid);
  random(token.random);
}

void Facts::operator()(const sts::SetFirstSectionDecoderKey& token) {
  name("key change, first section");
  number("key_revision", "new KRN", token.key_revision);
  const auto type = static_cast<sts::KeyType>(token.key_type);
  add("key_type", "new KT",
      std::to_string(token.key_type) + " (" + std::string{sts::key_type_word(type)} + ')',
      static_cast<std::int64_t>(token.key_type));
  number("key_expiry_high", "KEN, upper half", token.key_expiry_high);
  add("rollover", "rollover", token.rollover ? "yes: the TID store is cleared" : "no",
      token.rollover);
  add("third_token", "third token", token.third_token ? "yes (3KCT)" : "no", token.third_token);
}

void Facts::operator()(const sts::SetSecondSectionDecoderKey& token) {
  name("key change, second section");
  number("tariff_index", "new TI", token.tariff_index);
  number("key_expiry_low", "KEN, lower half", token.key_expiry_low);
}

void Facts::operator()(const sts::SetThirdSectionDecoderKey& token) {
  name("key change, third section");
  if (keys_ != nullptr && keys_->algorithm == sts::EncryptionAlgorithm::Misty1) {
    return number("supply_group_low", "new SGC, lower half", token.upper);
  }
  number("supply_group", "new SGC", token.supply_group());
}

void Facts::operator()(const sts::SetFourthSectionDecoderKey& token) {
  name("key change, fourth section");
  number("supply_group_high", "new SGC, upper half", token.supply_group_high);
}

void Facts::operator()(const sts::OtherToken& token) {
  name("reserved or a manufacturer's own");
  add("data", "data", "0x" + hexadecimal(token.data), hexadecimal(token.data));
}

}  // namespace

std::string_view token_class_word(sts::TokenClass token_class) {
  switch (token_class) {
    case sts::TokenClass::Credit:
      return "credit";
    case sts::TokenClass::Test:
      return "test";
    case sts::TokenClass::Management:
      return "management";
    case sts::TokenClass::Reserved:
      break;
  }
  return "reserved";
}

std::vector<TokenFact> facts_of(const sts::TokenContent& content,
                                const config::StsKeyConfig* keys) {
  Facts facts{keys};
  std::visit([&facts](const auto& token) { facts(token); }, content);
  return facts.take();
}

}  // namespace metergate::cli
