// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/tokens/token_make.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/decimal.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "protocols/sts/key_change.hpp"
#include "protocols/sts/token_codec.hpp"

namespace metergate::cli {
namespace {

using sts::Management;
using Tokens = CliResult<std::vector<TokenDigits>>;

constexpr std::array kManagement{
    Management::SetMaximumPowerLimit,
    Management::ClearCredit,
    Management::SetTariffRate,
    Management::ClearTamperCondition,
    Management::SetMaximumPhasePowerUnbalanceLimit,
    Management::SetWaterMeterFactor,
    Management::ExtendedSet,
};

CliResult<sts::Commodity> commodity_of(const std::string& word) {
  for (unsigned number = 0; number < 4; ++number) {
    const auto commodity = static_cast<sts::Commodity>(number);
    if (word == sts::commodity_word(commodity)) return commodity;
  }
  return failure(
      usage_error("--commodity " + word + ": allowed are electricity, water, gas and time"));
}

CliResult<ScaledDecimal> amount_of(const TokenOrder& order, unsigned decimals) {
  if (order.amount.empty()) return failure(usage_error(order.kind + " needs --amount"));
  const auto amount = parse_decimal(order.amount, decimals);
  if (!amount)
    return failure(usage_error("--amount " + order.amount + ": must be a number like 25.6"));
  return *amount;
}

CliResult<sts::TransferAmount> units_of(const TokenOrder& order, unsigned decimals) {
  const auto amount = amount_of(order, decimals);
  if (!amount) return failure(amount.error());
  if (amount->sign == sts::Sign::Negative || amount->magnitude > sts::TransferAmount::kMaxUnits) {
    return failure(usage_error("--amount " + order.amount + ": must be 0 to " +
                               decimal_shown(sts::TransferAmount::kMaxUnits, decimals)));
  }
  const auto units = sts::TransferAmount::from_units(static_cast<std::uint64_t>(amount->magnitude));
  if (!units) return failure(usage_error(units.error().text()));
  return *units;
}

CliResult<sts::TokenIdentifier> tid_of(const TokenOrder& order, const config::StsKeyConfig& keys,
                                       UtcTime now) {
  const auto time = time_argument(order.time, "--time", now, now);
  if (!time) return failure(time.error());
  const auto tid = sts::token_identifier(
      std::chrono::floor<std::chrono::seconds>(*time),
      {.base = keys.base_date.value_or(sts::BaseDate::Y2014), .local_offset = keys.local_offset},
      order.special ? sts::TokenUse::Special : sts::TokenUse::Ordinary);
  if (!tid) return failure(usage_error(tid.error().text()));
  if (sts::expired(*tid, keys.key_expiry)) {
    return failure(CliError{kRefused, "the key had expired at that time (KEN " +
                                          std::to_string(keys.key_expiry.value) + ')'});
  }
  return *tid;
}

/// Four bits of a millisecond counter, as the standard has it.
sts::RandomNumber random_of(const TokenOrder& order, UtcTime now) {
  const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  return static_cast<sts::RandomNumber>(order.random.value_or(milliseconds & 0xFU));
}

CliResult<sts::TokenContent> credit(const TokenOrder& order, sts::TokenIdentifier tid,
                                    UtcTime now) {
  const auto commodity = commodity_of(order.commodity);
  if (!commodity) return failure(commodity.error());
  if (!order.currency) {
    const auto units = units_of(order, 1);
    if (!units) return failure(units.error());
    return sts::TokenContent{sts::UnitCredit{*commodity, random_of(order, now), tid, *units}};
  }
  const auto amount = amount_of(order, 5);
  if (!amount) return failure(amount.error());
  const auto money = sts::CurrencyAmount::from_units({amount->sign, amount->magnitude});
  if (!money) return failure(usage_error(money.error().text()));
  return sts::TokenContent{sts::CurrencyCredit{*commodity, tid, *money}};
}

CliResult<std::uint16_t> management_value(const TokenOrder& order, Management management) {
  switch (management) {
    case Management::SetMaximumPowerLimit:
    case Management::SetMaximumPhasePowerUnbalanceLimit: {
      const auto watts = units_of(order, 0);
      if (!watts) return failure(watts.error());
      return watts->code();
    }
    case Management::ClearCredit: {
      if (order.all_registers) return sts::kAllCreditRegisters;
      const auto commodity = commodity_of(order.commodity);
      if (!commodity) return failure(commodity.error());
      return order.currency ? sts::currency_register(*commodity) : sts::unit_register(*commodity);
    }
    case Management::ClearTamperCondition:
      return std::uint16_t{0};
    case Management::SetTariffRate:
    case Management::SetWaterMeterFactor:
    case Management::ExtendedSet:
      break;
  }
  const bool indexed = management == Management::ExtendedSet;
  if (!order.value || (indexed && !order.index)) {
    return failure(
        usage_error(order.kind + (indexed ? " needs --index and --value" : " needs --value")));
  }
  if (*order.value > (indexed ? 0x3FFU : 0xFFFFU) || order.index.value_or(0) > 63) {
    return failure(
        usage_error("--index must be 0 to 63; --value 0 to 1023 with it, else 0 to 65535"));
  }
  return static_cast<std::uint16_t>((indexed ? *order.index << 10U : 0U) | *order.value);
}

Tokens meter_test(const TokenOrder& order) {
  const bool two = order.manufacturer.size() == 2;
  unsigned manufacturer = 0;
  const char* const end = order.manufacturer.data() + order.manufacturer.size();
  const auto [stopped, error] = std::from_chars(order.manufacturer.data(), end, manufacturer);
  if (error != std::errc{} || stopped != end || (!two && order.manufacturer.size() != 4)) {
    return failure(
        usage_error("--manufacturer " + order.manufacturer +
                    ": must be 2 or 4 digits; 00 and 0000 are for every maker's meters"));
  }
  sts::InitiateMeterTest token{
      two ? sts::ManufacturerForm::TwoDigits : sts::ManufacturerForm::FourDigits, 0,
      static_cast<std::uint16_t>(manufacturer)};
  for (const std::string& word : order.tests) {
    const auto test = sts::parse_meter_test(word);
    if (word == "all") {
      token.control = sts::all_tests(token.form);
    } else if (test) {
      token.control |= sts::control_bit(*test);
    } else {
      std::string wrong = "--test " + word + ": allowed are all";
      for (std::size_t bit = 0; bit < sts::kMeterTests; ++bit) {
        wrong += ", " + std::string{sts::meter_test_word(static_cast<sts::MeterTest>(bit))};
      }
      return failure(usage_error(std::move(wrong)));
    }
  }
  if (token.control == 0) return failure(usage_error("meter-test needs --test"));
  const auto digits = sts::encode_clear_token(token);
  if (!digits) return failure(usage_error(digits.error().text()));
  return std::vector{*digits};
}

Tokens key_change(const TokenOrder& order, const config::StsKeyConfig& from) {
  if (!order.to || !order.to->derivation) {
    return failure(
        usage_error("key-change needs --to with the new key's configuration: pan, sgc, ti, "
                    "krn, base_date, dkga, ea and vending_key"));
  }
  const config::StsKeyConfig& to = *order.to;
  if (to.algorithm != from.algorithm) {
    return failure(
        usage_error("the new key has another ea than the old one; no token changes that"));
  }
  const bool rolls_over = from.base_date && to.base_date && *from.base_date != *to.base_date;
  const sts::KeyChange change{.key = to.decoder_key,
                              .key_type = to.derivation->key_type,
                              .key_revision = to.derivation->key_revision,
                              .tariff_index = to.derivation->tariff_index,
                              .key_expiry = to.key_expiry,
                              .supply_group = to.derivation->supply_group,
                              .rollover = rolls_over ? sts::Rollover::Yes : sts::Rollover::No};
  std::vector<TokenDigits> set;
  const sts::TokenCipher cipher = from.cipher();
  const auto third =
      order.without_supply_group ? sts::SupplyGroupToken::Without : sts::SupplyGroupToken::With;
  for (const auto& section : sts::key_change_sections(change, third)) {
    const auto digits = sts::encode_token(section, cipher);
    if (!digits) return failure(usage_error(digits.error().text()));
    set.push_back(*digits);
  }
  return set;
}

Tokens top_up(const TokenOrder& order, const config::KeyConfig& keys) {
  if (!keys.utrn) return failure(usage_error("utrn needs a [utrn] table in --key-config"));
  if (!keys.utrn->secret) return failure(usage_error(std::string{kSupplierKeyIsElsewhere}));
  if (!order.counter) return failure(usage_error("utrn needs --counter"));
  const auto amount = amount_of(order, 2);
  if (!amount) return failure(amount.error());
  const bool fits = amount->sign == sts::Sign::Positive && amount->magnitude <= 819'100;
  const auto value = utrn::TopUpValue::from_minor_units(
      fits ? static_cast<std::uint64_t>(amount->magnitude) : 819'101);
  if (!value) {
    return failure(usage_error("--amount " + order.amount +
                               ": must be 0.00 to 81.91, or whole units up to 8191"));
  }
  const auto digits = utrn::make_utrn(*keys.utrn->secret, keys.utrn->parties,
                                      utrn::UtrnCounter{*order.counter}, *value);
  if (!digits) return failure(usage_error(digits.error().text()));
  return std::vector{*digits};
}

CliResult<sts::TokenContent> content_of(const TokenOrder& order, const config::StsKeyConfig& keys,
                                        UtcTime now) {
  const auto tid = tid_of(order, keys, now);
  if (!tid) return failure(tid.error());
  if (order.kind == "credit") return credit(order, *tid, now);
  const auto management = std::ranges::find(
      kManagement, order.kind, [](Management one) { return sts::management_word(one); });
  const auto value = management_value(order, *management);
  if (!value) return failure(value.error());
  return sts::TokenContent{sts::ManagementToken{*management, random_of(order, now), *tid, *value}};
}

}  // namespace

std::vector<std::string> token_kinds() {
  std::vector<std::string> kinds{"credit", "meter-test", "key-change", "utrn"};
  for (const Management one : kManagement) kinds.emplace_back(sts::management_word(one));
  return kinds;
}

Tokens make_tokens(const TokenOrder& order, const config::KeyConfig& keys, UtcTime now) {
  if (std::ranges::count(token_kinds(), order.kind) == 0) {
    std::string known;
    for (const std::string& kind : token_kinds()) known += (known.empty() ? "" : ", ") + kind;
    return failure(usage_error("no token `" + order.kind + "`; there are " + known));
  }
  if (order.kind == "meter-test") return meter_test(order);
  if (order.kind == "utrn") return top_up(order, keys);
  if (!keys.sts) {
    return failure(
        usage_error(order.kind + " needs --key-config with a vending_key or a decoder_key"));
  }
  if (order.kind == "key-change") return key_change(order, *keys.sts);
  const auto content = content_of(order, *keys.sts, now);
  if (!content) return failure(content.error());
  const auto digits = sts::encode_token(*content, keys.sts->cipher());
  if (!digits) return failure(usage_error(digits.error().text()));
  return std::vector{*digits};
}

}  // namespace metergate::cli
