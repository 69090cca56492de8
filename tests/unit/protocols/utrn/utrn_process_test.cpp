// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_process.hpp"

#include <gtest/gtest.h>

#include "tests/unit/protocols/utrn/utrn_vectors.hpp"

namespace metergate::utrn {
namespace {

/// A meter of the vectors and its supplier.
class UtrnProcessTest : public ::testing::Test {
 protected:
  [[nodiscard]] TokenDigits code(std::uint32_t counter, std::uint64_t minor) const {
    return make_utrn(secret, parties, UtrnCounter{counter},
                     TopUpValue::from_minor_units(minor).value())
        .value();
  }
  UtrnResult key_in(const TokenDigits& digits) {
    return process.process(digits, Keyed{}, [this](std::uint32_t minor) { return credit(minor); });
  }
  UtrnResult receive(const TokenDigits& digits, std::uint32_t counter) {
    return process.process(digits, Remote{UtrnCounter{counter}},
                           [this](std::uint32_t minor) { return credit(minor); });
  }
  UtrnResult credit(std::uint32_t minor) {
    if (minor > 20'000) return UtrnResult::AboveTopUpLimit;
    if (balance + minor > 30'000) return UtrnResult::AboveBalanceLimit;
    balance += minor;
    return UtrnResult::Accepted;
  }

  const Parties parties = parties_of(mac_vector("mac-own-01"));
  const crypto::SecretOctets secret{vectors::octets(mac_vector("mac-own-01"), "z")};
  std::uint32_t balance = 0;
  UtrnProcess process{secret, parties, CounterCache{}};
};

TEST_F(UtrnProcessTest, ACodeCountsOnce) {
  EXPECT_EQ(key_in(code(1, 500)), UtrnResult::Accepted);
  EXPECT_EQ(key_in(code(1, 500)), UtrnResult::Duplicate);
  EXPECT_EQ(balance, 500U);
}

TEST_F(UtrnProcessTest, CodesMayBeKeyedInAnyOrder) {
  EXPECT_EQ(key_in(code(3, 300)), UtrnResult::Accepted);
  EXPECT_EQ(key_in(code(1, 100)), UtrnResult::Accepted);
  EXPECT_EQ(key_in(code(2, 200)), UtrnResult::Accepted);
  EXPECT_EQ(balance, 600U);
}

TEST_F(UtrnProcessTest, ACodeTooFarAheadFailsByHandAndCountsRemotely) {
  const auto far = code(600, 100);
  EXPECT_NE(key_in(far), UtrnResult::Accepted);
  EXPECT_EQ(receive(far, 600), UtrnResult::Accepted);
  EXPECT_EQ(key_in(code(601, 100)), UtrnResult::Accepted);
}

TEST_F(UtrnProcessTest, ARemoteHeaderOfAnotherCounterIsNotAuthentic) {
  EXPECT_EQ(receive(code(7, 100), 8), UtrnResult::NotAuthentic);
  EXPECT_EQ(receive(code(7, 100), 7 + 1024), UtrnResult::NotAuthentic);
}

TEST_F(UtrnProcessTest, AnotherMetersCodeIsNotAuthentic) {
  Parties other = parties;
  other.target = Eui64{other.target.number() + 1};
  const auto theirs =
      make_utrn(secret, other, UtrnCounter{1}, TopUpValue::from_minor_units(500).value()).value();
  EXPECT_EQ(key_in(theirs), UtrnResult::NotAuthentic);
  EXPECT_EQ(balance, 0U);
}

TEST_F(UtrnProcessTest, ACodePastALimitIsRefusedAndStaysUsable) {
  EXPECT_EQ(key_in(code(1, 20'100)), UtrnResult::AboveTopUpLimit);
  balance = 29'900;
  EXPECT_EQ(key_in(code(2, 500)), UtrnResult::AboveBalanceLimit);
  balance = 0;
  EXPECT_EQ(key_in(code(2, 500)), UtrnResult::Accepted);
}

TEST_F(UtrnProcessTest, WhatIsNoCodeIsRefusedForItsForm) {
  EXPECT_EQ(key_in(TokenDigits::parse("00000000000150997584").value()), UtrnResult::Malformed);
  auto wrong = code(1, 500).values();
  wrong[10] = static_cast<std::uint8_t>((wrong[10] + 1) % 10);
  EXPECT_EQ(key_in(TokenDigits::of(wrong)), UtrnResult::WrongCheckDigit);
  EXPECT_EQ(key_in(encode_utrn({.sub_class = 1}).value()), UtrnResult::UnknownSubClass);
  EXPECT_EQ(key_in(encode_utrn({.top_up = {ValueClass::Reserved2, 10}}).value()),
            UtrnResult::UnknownSubClass);
}

TEST_F(UtrnProcessTest, AfterAChangeOfSupplierOldCodesAreDeadAndCountingBeginsAboveTheFloor) {
  const auto old = code(1, 500);
  const auto& theirs = mac_vector("mac-own-04");
  const crypto::SecretOctets new_secret{vectors::octets(theirs, "z")};
  process.change_supplier(new_secret, parties_of(theirs).originator, UtrnCounter{50});
  EXPECT_EQ(key_in(old), UtrnResult::TooOld);
  const auto fresh = make_utrn(new_secret, parties_of(theirs), UtrnCounter{51},
                               TopUpValue::from_minor_units(500).value());
  EXPECT_EQ(key_in(fresh.value()), UtrnResult::Accepted);
}

TEST(UtrnResultWords, TheAlertsAreThoseOfTheStandard) {
  EXPECT_EQ(alert_code(UtrnResult::Accepted), 0x810E);
  EXPECT_EQ(alert_code(UtrnResult::Duplicate), 0x8F51);
  EXPECT_EQ(alert_code(UtrnResult::NotAuthentic), 0x8F63);
  EXPECT_EQ(alert_code(UtrnResult::Malformed), std::nullopt);
  EXPECT_EQ(utrn_result_word(UtrnResult::AboveBalanceLimit), "above-balance-limit");
}

}  // namespace
}  // namespace metergate::utrn
