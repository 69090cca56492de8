// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "meters/virtual/test_keys.hpp"
#include "meters/virtual/virtual_meter.hpp"
#include "protocols/sts/key_change.hpp"
#include "protocols/sts/token_codec.hpp"

/// A virtual meter with keys, and a vending side that knows the public test keys: for tests.
namespace metergate::tests {

namespace test_keys = virtual_meter::test_keys;

/// Makes tokens for one meter under one issue of its key; every token has a TID of its own.
class Vendor {
 public:
  Vendor(SerialNumber serial, UtcSeconds now, test_keys::Issue issue = {})
      : serial_{std::move(serial)},
        issue_{issue},
        keys_{test_keys::meter_keys(serial_, issue)},
        tid_{sts::token_identifier(now, {.base = issue.base_date}).value()} {}

  [[nodiscard]] TokenDigits units(std::uint64_t tenths_of_kwh) {
    return encode(sts::UnitCredit{
        .tid = next(), .amount = sts::TransferAmount::from_units(tenths_of_kwh).value()});
  }
  [[nodiscard]] TokenDigits currency(std::uint64_t minor, sts::Sign sign = sts::Sign::Positive) {
    const sts::HundredThousandths units{sign, Uint128{minor} * 1'000};
    return encode(sts::CurrencyCredit{.tid = next(),
                                      .amount = sts::CurrencyAmount::from_units(units).value()});
  }
  [[nodiscard]] TokenDigits management(sts::Management what, std::uint16_t value = 0) {
    return encode(sts::ManagementToken{.management = what, .tid = next(), .value = value});
  }
  [[nodiscard]] TokenDigits limit(sts::Management what, std::uint64_t watts) {
    return management(what, sts::TransferAmount::from_units(watts).value().code());
  }
  [[nodiscard]] TokenDigits encode(const sts::TokenContent& content) const {
    return sts::encode_token(content, keys_.decoder.cipher).value();
  }
  /// The set that takes the meter to another issue of its key, under the present one.
  [[nodiscard]] std::vector<TokenDigits> key_change(
      const test_keys::Issue& to, sts::SupplyGroupToken third = sts::SupplyGroupToken::With) const {
    const auto target = test_keys::derivation(serial_, to);
    const auto rollover = to.base_date == issue_.base_date ? sts::Rollover::No : sts::Rollover::Yes;
    const sts::KeyChange change{.key = test_keys::meter_keys(serial_, to).decoder.cipher.key(),
                                .key_type = to.key_type,
                                .key_revision = target.key_revision,
                                .tariff_index = target.tariff_index,
                                .key_expiry = to.key_expiry,
                                .supply_group = target.supply_group,
                                .rollover = rollover};
    std::vector<TokenDigits> set;
    for (const auto& section : sts::key_change_sections(change, third)) {
      set.push_back(encode(section));
    }
    return set;
  }
  /// The meter has been handed over to another supplier, whose codes these are from now on.
  void change_supplier(std::uint32_t supplier_id) {
    keys_.utrn = test_keys::utrn_keys(serial_, test_keys::supplier_identity(supplier_id));
  }
  /// The nth code of the test supplier for this meter.
  [[nodiscard]] TokenDigits utrn(std::uint32_t counter, std::uint64_t minor) const {
    return utrn::make_utrn(keys_.utrn.secret, keys_.utrn.parties, utrn::UtrnCounter{counter},
                           utrn::TopUpValue::from_minor_units(minor).value())
        .value();
  }
  [[nodiscard]] sts::TokenIdentifier last_tid() const { return tid_; }
  [[nodiscard]] sts::TokenIdentifier next() {
    tid_ = sts::next_token_identifier(tid_, tid_).value();
    return tid_;
  }

 private:
  SerialNumber serial_;
  test_keys::Issue issue_;
  virtual_meter::MeterKeys keys_;
  sts::TokenIdentifier tid_;
};

inline constexpr UtcSeconds kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 4} +
                                   std::chrono::hours{10} + std::chrono::minutes{7};

inline virtual_meter::Settings with_keys(const char* serial = "VM00001001",
                                         const test_keys::Issue& issue = {}) {
  virtual_meter::Settings settings{*SerialNumber::parse(serial)};
  settings.seed = 7;
  settings.supply = SupplyState::On;
  settings.history = std::chrono::days{2};
  settings.keys = test_keys::meter_keys(settings.serial, issue);
  return settings;
}

/// A meter, its vendor and the running number of remote orders.
struct Bench {
  explicit Bench(virtual_meter::Settings settings = with_keys(), const test_keys::Issue& issue = {})
      : meter{settings, kNow}, vendor{settings.serial, kNow, issue} {}

  operation::OrderAnswer send(const TokenDigits& digits) {
    const auto token = Token::parse(digits.reveal());
    const auto answer = meter.perform(operation::WriteToken{token.value(), ++transaction}, now);
    return std::get<operation::OrderAnswer>(answer.value());
  }
  virtual_meter::KeyedIn key_in(const TokenDigits& digits) {
    return meter.key_in(digits.reveal(), now);
  }
  void wait(std::chrono::seconds length) {
    now += length;
    meter.advance(now);
  }
  /// Cuts its life in two: everything must be in the saved state.
  void restart() {
    auto again = virtual_meter::VirtualMeter::restore(meter.save());
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(again->save(), meter.save());
    meter = std::move(*again);
  }

  virtual_meter::VirtualMeter meter;
  Vendor vendor;
  operation::TransactionId transaction = 0;
  UtcSeconds now = kNow;
};

inline bool taken(const operation::OrderAnswer& answer) {
  return std::holds_alternative<operation::OrderTaken>(answer);
}
inline operation::OrderRefused no(const operation::OrderAnswer& answer) {
  if (taken(answer)) return {operation::MeterRefusal::Other, "taken"};
  return std::get<operation::OrderRefused>(answer);
}
inline std::string raw(const operation::OrderAnswer& answer) { return no(answer).raw; }

}  // namespace metergate::tests
