// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "gateway/keys/vending_keys.hpp"
#include "protocols/sts/token_codec.hpp"
#include "tests/unit/gateway/keys/key_samples.hpp"

namespace metergate::keys {

inline sts::UnitCredit credit_at(std::uint32_t minutes) {
  return {.tid = sts::TokenIdentifier::from_minutes(minutes),
          .amount = sts::TransferAmount::from_units(256).value()};
}

/// A token as our own library makes it from the test key in the clear.
inline TokenDigits expected_token(const char* key, const sts::KeyDerivation& meter,
                                  const sts::TokenContent& content) {
  auto decoder_key = sts::derive_decoder_key(vending_key(key), meter).value();
  return sts::encode_token(content,
                           sts::TokenCipher::of(meter.algorithm, std::move(decoder_key)).value())
      .value();
}

/// What every backend does alike, tried on an empty store.
inline void expect_store_keeps_the_laws(KeyStore& store) {
  using Reason = KeyFault::Reason;
  using enum sts::EncryptionAlgorithm;
  const auto long_key = dkga04_record(0x55);
  const auto short_key = dkga02_record();
  const auto misty = meter_of(long_key, Misty1);
  const auto sta = meter_of(long_key, Sta);
  const auto old_sta = meter_of(short_key, Sta);

  // Row J-46: no key, nothing made, and the fault names what is missing.
  const auto missing = store.make_token(misty, credit_at(1'000));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, Reason::NoKey);
  EXPECT_NE(missing.error().text.find("SGC 201457, key type 2 (DUTK), KRN 1, base date 14"),
            std::string::npos);

  ASSERT_TRUE(store.import_key(long_key, vending_key(kDkga04Key)));
  ASSERT_TRUE(store.import_key(short_key, vending_key(kDkga02Key)));
  EXPECT_EQ(store.import_key(long_key, vending_key(kDkga04Key)).error().reason, Reason::Present);
  EXPECT_EQ(store.import_key(dkga02_record(), vending_key(kDkga04Key)).error().reason,
            Reason::Field);
  const auto all = store.list();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_TRUE((*all)[0] == short_key);  // SGC 123456 comes before 201457
  EXPECT_TRUE((*all)[1] == long_key);

  for (const auto& [meter, key] :
       {std::pair{misty, kDkga04Key}, {sta, kDkga04Key}, {old_sta, kDkga02Key}}) {
    const auto digits = store.make_token(meter, credit_at(1'000));
    ASSERT_TRUE(digits) << digits.error().text;
    EXPECT_EQ(*digits, expected_token(key, meter, credit_at(1'000)));
    const auto read = store.read_token(meter, *digits);
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read == sts::TokenContent{credit_at(1'000)});
  }
  const auto foreign = store.read_token(meter_of(long_key, Misty1, 7),
                                        store.make_token(misty, credit_at(1'000)).value());
  EXPECT_EQ(foreign.error().reason, Reason::CheckSum);

  // KEN 55: the last good TID is 55FFFF.
  EXPECT_TRUE(store.make_token(misty, credit_at(0x55'FFFF)));
  EXPECT_EQ(store.make_token(misty, credit_at(0x56'0000)).error().reason, Reason::KeyExpired);

  auto wrong_algorithm = old_sta;
  wrong_algorithm.algorithm = Dea;
  EXPECT_EQ(store.find(wrong_algorithm).error().reason, Reason::NoKey);
  auto wrong_generation = old_sta;
  wrong_generation.generation = sts::KeyGeneration::Dkga04;
  EXPECT_EQ(store.find(wrong_generation).error().reason, Reason::NoKey);
  EXPECT_EQ(store.make_token(misty, sts::SetFirstSectionDecoderKey{}).error().reason,
            Reason::Refused);

  // Key change: four tokens for 128 bits, three or two for 64.
  const auto set = store.make_key_change(misty, meter_of(long_key, Misty1, 2));
  ASSERT_TRUE(set) << set.error().text;
  ASSERT_EQ(set->size(), 4U);
  const auto first = store.read_token(misty, set->front());
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<sts::SetFirstSectionDecoderKey>(*first).key_expiry_high, 5);
  EXPECT_EQ(store.make_key_change(sta, meter_of(long_key, Sta, 2)).value().size(), 3U);
  EXPECT_EQ(store.make_key_change(sta, meter_of(long_key, Sta, 2), sts::SupplyGroupToken::Without)
                .value()
                .size(),
            2U);
  auto other_group = misty;
  other_group.supply_group = sts::SupplyGroupCode::of(123'461).value();
  EXPECT_EQ(store.make_key_change(misty, other_group).error().reason, Reason::NoKey);
  EXPECT_EQ(store.make_key_change(other_group, misty).error().reason, Reason::NoKey);
  EXPECT_EQ(store.make_key_change(misty, sta).error().reason, Reason::Refused);
  auto common = misty;
  common.key_type = sts::KeyType::Common;
  EXPECT_EQ(store.make_key_change(misty, common).error().reason, Reason::Refused);

  // A default key makes management tokens, and no credit.
  auto default_key = long_key;
  default_key.name.key_type = sts::KeyType::Default;
  ASSERT_TRUE(store.import_key(default_key, vending_key(kDkga04Key)));
  const auto under_default = meter_of(default_key, Misty1);
  EXPECT_EQ(store.make_token(under_default, credit_at(1'000)).error().reason, Reason::Refused);
  EXPECT_TRUE(store.make_token(under_default, sts::ManagementToken{}));

  // An operator's tables for EA 07: here the sample ones with S1 and S2 exchanged.
  EXPECT_FALSE(store.has_tables().value());
  const auto& sample = sts::StaTables::sample();
  const auto tables = sts::StaTables::of(sample.s2(), sample.s1(), sample.permutation()).value();
  ASSERT_TRUE(store.import_tables(tables));
  ASSERT_TRUE(store.import_tables(tables));  // over the ones before
  EXPECT_TRUE(store.has_tables().value());
  const auto with_tables = store.make_token(sta, credit_at(1'000));
  ASSERT_TRUE(with_tables);
  EXPECT_FALSE(*with_tables == expected_token(kDkga04Key, sta, credit_at(1'000)));
  EXPECT_TRUE(store.read_token(sta, *with_tables));

  ASSERT_TRUE(store.remove_key(default_key.name));
  EXPECT_EQ(store.remove_key(default_key.name).error().reason, Reason::NoKey);
  EXPECT_EQ(store.list().value().size(), 2U);
}

}  // namespace metergate::keys
