// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/token_cipher.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocols/sts/misty1.hpp"
#include "protocols/sts/sta.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;
using vectors::hex_number;

void expect_both_ways(const TokenCipher& cipher, const boost::json::object& entry) {
  SCOPED_TRACE(vectors::text(entry, "id"));
  const std::uint64_t plain = hex_number(entry, "plain");
  const std::uint64_t hidden = hex_number(entry, "cipher");
  EXPECT_EQ(cipher.encrypt(plain), hidden);
  EXPECT_EQ(cipher.decrypt(hidden), plain);
}

TEST(TokenCipher, StaWithTheSampleTablesGivesTheVectorsBothWays) {
  each(sts_vectors(), "sta", [](const boost::json::object& entry) {
    ASSERT_EQ(vectors::text(entry, "tables"), "sample");
    const auto key = decoder_key(entry, "key");
    expect_both_ways(TokenCipher::of(EncryptionAlgorithm::Sta, key).value(), entry);
  });
}

TEST(TokenCipher, DeaGivesTheVectorsBothWays) {
  each(sts_vectors(), "des", [](const boost::json::object& entry) {
    const auto key = decoder_key(entry, "key");
    expect_both_ways(TokenCipher::of(EncryptionAlgorithm::Dea, key).value(), entry);
  });
}

TEST(TokenCipher, Misty1GivesTheVectorsBothWays) {
  each(sts_vectors(), "misty1", [](const boost::json::object& entry) {
    const auto key = decoder_key(entry, "key");
    expect_both_ways(TokenCipher::of(EncryptionAlgorithm::Misty1, key).value(), entry);
  });
}

TEST(TokenCipher, AKeyOfTheWrongLengthMakesNoCipher) {
  const auto key = DecoderKey::of(crypto::SecretOctets{Octets(8)}).value();
  const auto cipher = TokenCipher::of(EncryptionAlgorithm::Misty1, key);
  ASSERT_FALSE(cipher);
  EXPECT_EQ(cipher.error().text(),
            "decoder key 8 octets: must be 8 octets for EA 07 and 09, 16 for EA 11");
}

TEST(StaTables, ATableThatLosesBlocksIsRefusedByName) {
  const StaTables& good = StaTables::sample();
  auto twice = good.s2();
  twice[3] = twice[4];
  EXPECT_EQ(StaTables::of(good.s1(), twice, good.permutation()).error().field, "STA S2");
  auto past = good.permutation();
  past[0] = 64;
  EXPECT_EQ(StaTables::of(good.s1(), good.s2(), past).error().field, "STA P");
}

template <typename Table>
Table shuffled(Table table) {
  for (std::size_t at = table.size(); at > 1; --at) {
    std::swap(table[at - 1], table[*rc::gen::inRange<std::size_t>(0, at)]);
  }
  return table;
}

RC_GTEST_PROP(StaLaws, DecryptionUndoesEncryptionUnderAnyTablesAndKey,
              (std::uint64_t key, std::uint64_t block)) {
  // In the sample set S1 and S2 undo each other; an operator's tables need not.
  const StaTables& sample = StaTables::sample();
  const auto tables =
      StaTables::of(shuffled(sample.s1()), shuffled(sample.s2()), shuffled(sample.permutation()));
  RC_ASSERT(tables.has_value());
  RC_ASSERT(sta_decrypt(*tables, key, sta_encrypt(*tables, key, block)) == block);
  RC_ASSERT(sta_encrypt(*tables, key, sta_decrypt(*tables, key, block)) == block);
}

RC_GTEST_PROP(Misty1Laws, DecryptionUndoesEncryption,
              (std::array<std::uint8_t, 16> key, std::uint64_t block)) {
  RC_ASSERT(misty1_decrypt(key, misty1_encrypt(key, block)) == block);
  RC_ASSERT(misty1_encrypt(key, misty1_decrypt(key, block)) == block);
}

}  // namespace
}  // namespace metergate::sts
