// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/keyed_meter.hpp"

/// Laws of a meter that decides for real.
namespace metergate::virtual_meter {
namespace {

using tests::Bench;
using tests::kNow;
using tests::taken;
using tests::Vendor;
using tests::with_keys;

SerialNumber serial(unsigned number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 8 - digits.size(), '0');
  return *SerialNumber::parse("VM" + digits);
}

Settings young(const SerialNumber& name) {
  Settings settings = with_keys(name.text().c_str());
  settings.history = std::chrono::days{0};
  return settings;
}

/// Any token a vendor makes that carries a TID or a counter.
TokenDigits any_token(Vendor& vendor, std::uint32_t counter) {
  using sts::Management;
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return vendor.units(*rc::gen::inRange(1U, 1'000U));
    case 1:
      return vendor.currency(*rc::gen::inRange(1U, 10'000U));
    case 2:
      return vendor.limit(Management::SetMaximumPowerLimit, *rc::gen::inRange(10U, 20'000U));
    case 3:
      return vendor.management(Management::ClearTamperCondition);
    default:
      return vendor.utrn(counter, *rc::gen::inRange(1U, 8'000U));
  }
}

RC_GTEST_PROP(KeyedMeterLaw, TokenForAnotherMeterIsNeverTaken, ()) {
  const auto mine = *rc::gen::inRange(1U, 9'999'999U);
  const auto theirs = *rc::gen::distinctFrom(rc::gen::inRange(1U, 9'999'999U), mine);
  Bench bench{young(serial(mine))};
  Vendor other{serial(theirs), kNow};
  for (std::uint32_t counter = 1; counter <= 20; ++counter) {
    const TokenDigits digits = any_token(other, counter);
    RC_ASSERT(!taken(bench.send(digits)));
    RC_ASSERT(!taken(bench.key_in(digits).answer));
  }
  RC_ASSERT(bench.meter.balance_minor() == 5'000);
}

RC_GTEST_PROP(KeyedMeterLaw, NoTokenIsTakenTwiceByWhateverWayAndWhenever, ()) {
  Bench bench{young(serial(1'001))};
  std::vector<TokenDigits> made;
  const auto steps = *rc::gen::inRange(1, 80);
  for (int step = 0; step < steps; ++step) {
    made.push_back(any_token(bench.vendor, static_cast<std::uint32_t>(step) + 1));
    RC_ASSERT(taken(*rc::gen::arbitrary<bool>() ? bench.send(made.back())
                                                : bench.key_in(made.back()).answer));
    if (step % 25 == 24) bench.restart();
    const TokenDigits& old = made[*rc::gen::inRange<std::size_t>(0, made.size())];
    RC_ASSERT(!taken(*rc::gen::arbitrary<bool>() ? bench.send(old) : bench.key_in(old).answer));
  }
}

RC_GTEST_PROP(KeyedMeterLaw, KeyChangeEndsTheSameInWhateverOrderItsTokensCome, (bool misty)) {
  const auto algorithm = misty ? sts::EncryptionAlgorithm::Misty1 : sts::EncryptionAlgorithm::Sta;
  const test_keys::Issue from{.algorithm = algorithm};
  const test_keys::Issue to{.algorithm = algorithm,
                            .supply_group = *rc::gen::inRange(1U, 999'999U),
                            .tariff_index = *rc::gen::inRange<std::uint8_t>(0, 100),
                            .key_revision = *rc::gen::inRange<std::uint8_t>(1, 10),
                            .key_expiry = {*rc::gen::arbitrary<std::uint8_t>()}};
  Settings settings = young(serial(1'001));
  settings.keys = test_keys::meter_keys(settings.serial, from);
  Bench bench{settings, from};
  auto order = bench.vendor.key_change(to);
  // A shuffle, and some tokens twice in between.
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && *rc::gen::arbitrary<bool>()) RC_ASSERT(taken(bench.send(order[i - 1])));
    RC_ASSERT(taken(bench.send(order[i])));
    if (*rc::gen::arbitrary<bool>()) bench.restart();
  }
  const sts::MeterKey key = bench.meter.token_state()->keys.decoder;
  RC_ASSERT(key.supply_group == to.supply_group);
  RC_ASSERT(key.tariff_index == to.tariff_index);
  RC_ASSERT(key.key_revision == to.key_revision);
  RC_ASSERT(key.key_expiry == to.key_expiry);
  RC_ASSERT(key.cipher.key() == test_keys::meter_keys(settings.serial, to).decoder.cipher.key());
}

RC_GTEST_PROP(KeyedMeterLaw, KeysPressedAtRandomDoNothingButLockTheKeypad, ()) {
  Bench bench{young(serial(1'001))};
  for (int entry = 0; entry < 20; ++entry) {
    std::string keys;
    const auto length = *rc::gen::inRange(1, 61);
    for (int i = 0; i < length; ++i) keys += static_cast<char>('0' + *rc::gen::inRange(0, 10));
    RC_ASSERT(!taken(bench.meter.key_in(keys, bench.now).answer));
    bench.wait(std::chrono::seconds{*rc::gen::inRange(0, 100)});
  }
  RC_ASSERT(taken(bench.send(bench.vendor.units(1))));
}

}  // namespace
}  // namespace metergate::virtual_meter
