// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "protocols/overloaded.hpp"

/// What a sound code does to a virtual meter (IEC 62055-41 8; acceptance rows J-12 to J-37).
namespace metergate::virtual_meter {
namespace {

using sts::Commodity;
using sts::Management;
using sts::MeterTest;
using sts::TokenResult;
using utrn::UtrnResult;

constexpr std::int64_t kWattHoursPerUnit = 100;  // 0.1 kWh
// Steps of 0.01 kW; less would be no limit anybody can live under (acceptance row J-33).
constexpr std::uint64_t kLeastLimitWatts = 10;
constexpr Uint128 kHundredThousandthsPerMinor = 1'000;

std::string two_digits(unsigned number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string limit_text(const std::optional<std::uint32_t>& watts) {
  return watts ? std::to_string(*watts) + " W" : "none";
}

}  // namespace

TokenAcceptance::Effects VirtualMeter::State::effects(const Entry& entry, CodeDone& done) {
  return {[this, &entry, &done](const sts::TokenContent& content) {
            return carry_out(content, entry, done);
          },
          [this, &entry, &done](std::uint32_t minor) {
            // A meter in credit mode has no balance to add to (utrn-and-premier.md 1.5).
            if (!settings.prepayment) {
              done.not_permitted = true;
              return UtrnResult::AboveBalanceLimit;
            }
            if (minor > settings.most_top_up_minor) return UtrnResult::AboveTopUpLimit;
            if (account.would_overflow(minor)) return UtrnResult::AboveBalanceLimit;
            account.add(minor);
            done.credited_minor = minor;
            write(LogId::Account, EventCode::BalanceChanged, 0, entry.transaction);
            return UtrnResult::Accepted;
          }};
}

TokenResult VirtualMeter::State::carry_out(const sts::TokenContent& content, const Entry& entry,
                                           CodeDone& done) {
  const auto for_this_account = [&](Commodity commodity) {
    if (commodity != Commodity::Electricity) return false;
    done.not_permitted = !settings.prepayment;
    return settings.prepayment;
  };
  const auto credited = [&](std::int64_t before) {
    done.credited_minor = account.balance_minor() - before;
    write(LogId::Account, EventCode::BalanceChanged, 0, entry.transaction);
    return TokenResult::Accept;
  };
  return std::visit(
      Overloaded{
          [&](const sts::UnitCredit& credit) {
            if (!for_this_account(credit.commodity)) return TokenResult::FunctionError;
            const auto wh = static_cast<std::int64_t>(credit.amount.units()) * kWattHoursPerUnit;
            if (account.would_overflow(account.minor_for_wh(wh))) return TokenResult::OverflowError;
            const std::int64_t before = account.balance_minor();
            account.add_units(wh);
            return credited(before);
          },
          [&](const sts::CurrencyCredit& credit) {
            if (!for_this_account(credit.commodity)) return TokenResult::FunctionError;
            const sts::HundredThousandths units = credit.amount.units();
            // The code of 20 bits rounds by up to a thousandth; the nearest step is what was meant.
            const Uint128 magnitude =
                (units.magnitude + kHundredThousandthsPerMinor / 2) / kHundredThousandthsPerMinor;
            if (magnitude > Uint128{Account::kMaximumMinor}) return TokenResult::OverflowError;
            const auto minor = static_cast<std::int64_t>(magnitude);
            const std::int64_t before = account.balance_minor();
            if (units.sign == sts::Sign::Negative) {
              if (before < minor) return TokenResult::RangeError;
              account.add(-minor);
              return credited(before);
            }
            if (account.would_overflow(minor)) return TokenResult::OverflowError;
            account.add(minor);
            return credited(before);
          },
          [&](const sts::InitiateMeterTest& test) { return run_tests(test, entry); },
          [&](const sts::ManagementToken& token) { return carry_out(token, entry, done); },
          // Flags of STS 202-5 this meter does not have; key change never comes here.
          [&](const auto&) { return TokenResult::FunctionError; },
      },
      content);
}

TokenResult VirtualMeter::State::carry_out(const sts::ManagementToken& token, const Entry& entry,
                                           CodeDone& done) {
  const auto configured = [&](TokenSetting what) {
    write(LogId::Configuration, EventCode::ConfigurationChanged, static_cast<std::uint16_t>(what),
          entry.transaction);
    return TokenResult::Accept;
  };
  const std::uint64_t watts = sts::TransferAmount::from_code(token.value).units();
  switch (token.management) {
    case Management::SetMaximumPowerLimit:
      if (watts < kLeastLimitWatts) return TokenResult::RangeError;
      limits.set_power_limit(static_cast<std::uint32_t>(watts));
      return configured(TokenSetting::PowerLimit);
    case Management::SetMaximumPhasePowerUnbalanceLimit:
      if (settings.phases != 3) return TokenResult::FunctionError;
      if (watts < kLeastLimitWatts) return TokenResult::RangeError;
      limits.set_unbalance_limit(static_cast<std::uint32_t>(watts));
      return configured(TokenSetting::UnbalanceLimit);
    case Management::SetTariffRate:
      tariff_rate = token.value;
      return configured(TokenSetting::TariffRate);
    case Management::ClearCredit:
      done.not_permitted = !settings.prepayment;
      return settings.prepayment ? clear_credit(token.value, entry) : TokenResult::FunctionError;
    case Management::ClearTamperCondition:
      if (relay.causes().has(SupplyCauses::kTamper)) {
        write(LogId::Tamper, EventCode::TamperEnded, 0, entry.transaction);
        release(SupplyCauses::kTamper, entry.transaction);
      }
      return TokenResult::Accept;
    case Management::SetWaterMeterFactor:
    case Management::ExtendedSet:
      break;
  }
  return TokenResult::FunctionError;
}

TokenResult VirtualMeter::State::clear_credit(std::uint16_t which, const Entry& entry) {
  const bool all = which == sts::kAllCreditRegisters;
  const bool units = all || which == sts::unit_register(Commodity::Electricity);
  const bool money = all || which == sts::currency_register(Commodity::Electricity);
  if (!units && !money) return TokenResult::RangeError;
  if (units) account.clear_units();
  if (money) account.clear_money();
  write(LogId::Account, EventCode::BalanceChanged, 0, entry.transaction);
  return TokenResult::Accept;
}

TokenResult VirtualMeter::State::run_tests(const sts::InitiateMeterTest& test, const Entry& entry) {
  const sts::MeterKey& key = acceptance->keys().decoder;
  const auto wanted = [&](MeterTest one) { return (test.control & sts::control_bit(one)) != 0; };
  const auto show = [&](MeterTest one, const std::string& text) {
    if (wanted(one)) display.push_back(std::string{sts::meter_test_word(one)} + ": " + text);
  };
  if ((test.control & sts::kKnownTestBits) == 0) return TokenResult::FunctionError;
  if (wanted(MeterTest::LoadSwitch)) {
    if (relay.state() == SupplyState::On) {
      // Opens and closes again: both are told, so that nobody takes them for an unexplained change.
      write(LogId::Supply, EventCode::SupplyOff, SupplyCauses::kToken, entry.transaction);
      write(LogId::Supply, EventCode::SupplyOn, SupplyCauses::kToken, entry.transaction);
    }
    show(MeterTest::LoadSwitch, std::string{supply_word(relay.state())});
  }
  show(MeterTest::InformationDisplayDevices, "8888888888");
  show(MeterTest::CumulativeUsageTotals, std::to_string(energy.wh()) + " Wh");
  show(MeterTest::KeyRevisionNumber, std::to_string(unsigned{key.key_revision}));
  show(MeterTest::TariffIndex, two_digits(key.tariff_index));
  show(MeterTest::TokenReader, "ok");
  show(MeterTest::MaximumPowerLimit, limit_text(limits.power_limit()));
  show(MeterTest::TamperStatus, relay.causes().has(SupplyCauses::kTamper) ? "tampered" : "none");
  const PhaseWatts now = load();
  show(MeterTest::PowerConsumption, std::to_string(now[0] + now[1] + now[2]) + " W");
  show(MeterTest::SoftwareVersion, settings.firmware);
  if (settings.phases == 3) {
    show(MeterTest::PhasePowerUnbalanceLimit, limit_text(limits.unbalance_limit()));
  }
  show(MeterTest::TariffRate, std::to_string(tariff_rate));
  show(MeterTest::EncryptionAlgorithm, std::string{sts::algorithm_code(key.cipher.algorithm())});
  show(MeterTest::KeyChangeTokensSupported,
       key.cipher.algorithm() == sts::EncryptionAlgorithm::Misty1 ? "4" : "3");
  show(MeterTest::SupplyGroupCode, std::to_string(key.supply_group.value_or(0)));
  show(MeterTest::KeyExpiryNumber, std::to_string(unsigned{key.key_expiry.value}));
  show(MeterTest::DecoderReferenceNumber, acceptance->keys().pan.drn().digits());
  // What is left are displays of things it has not: a water meter's factor, other phases.
  return display.empty() ? TokenResult::FunctionError : TokenResult::Accept;
}

}  // namespace metergate::virtual_meter
