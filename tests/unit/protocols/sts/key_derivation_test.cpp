// SPDX-License-Identifier: Apache-2.0
#include "protocols/sts/key_derivation.hpp"

#include <gtest/gtest.h>

#include "protocols/crypto/des.hpp"
#include "tests/unit/protocols/sts/sts_vectors.hpp"

namespace metergate::sts {
namespace {

using vectors::each;

TEST(KeyDerivation, EveryConfigurationOfTheVectorsGivesItsDecoderKey) {
  for (const auto& [name, entry] : sts_vectors().at("configs").as_object()) {
    SCOPED_TRACE(std::string{name});
    const VectorConfig config = vector_config(name);
    const auto key = derive_decoder_key(config.vending_key, config.derivation);
    ASSERT_TRUE(key) << key.error().text();
    EXPECT_TRUE(*key == config.expected);
  }
}

TEST(KeyDerivation, Dkga02BlocksAreThoseOfTheVectors) {
  each(sts_vectors(), "dkga02", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const VectorConfig config = vector_config(vectors::text(entry, "config"));
    const Dkga02Block pan = dkga02_pan_block(config.derivation);
    const Dkga02Block control = dkga02_control_block(config.derivation);
    EXPECT_EQ(Octets(pan.begin(), pan.end()), vectors::octets(entry, "pan_block"));
    EXPECT_EQ(Octets(control.begin(), control.end()), vectors::octets(entry, "control_block"));
    EXPECT_TRUE(config.expected == decoder_key(entry, "decoder_key"));
  });
}

TEST(KeyDerivation, Dkga04DataBlocksAreThoseOfTheVectors) {
  each(sts_vectors(), "dkga04", [](const boost::json::object& entry) {
    SCOPED_TRACE(vectors::text(entry, "id"));
    const VectorConfig config = vector_config(vectors::text(entry, "config"));
    EXPECT_EQ(dkga04_data_block(config.derivation), vectors::octets(entry, "data_block"));
    EXPECT_TRUE(config.expected == decoder_key(entry, "decoder_key"));
  });
}

TEST(KeyDerivation, ACommonKeyIsTheSameForAllMetersOfAGroup) {
  auto one = vector_config("D02.p11.kt3");
  const auto first = derive_decoder_key(one.vending_key, one.derivation);
  one.derivation.pan = MeterPan::of(DecoderReferenceNumber::of("11", "11111111").value());
  const auto second = derive_decoder_key(one.vending_key, one.derivation);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(*first == *second);
}

TEST(KeyDerivation, AVendingKeyOfTheWrongLengthIsRefusedByName) {
  auto config = vector_config("D02.p11");
  config.derivation.generation = KeyGeneration::Dkga04;
  const auto key = derive_decoder_key(config.vending_key, config.derivation);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().text(), "vending key 8 octets: must be 20 octets for DKGA04");
}

TEST(KeyDerivation, Dkga02MakesNoKeyForMisty1AndDkga04NoneForDea) {
  auto short_key = vector_config("D02.p11");
  short_key.derivation.algorithm = EncryptionAlgorithm::Misty1;
  EXPECT_EQ(derive_decoder_key(short_key.vending_key, short_key.derivation).error().field, "EA");
  auto long_key = vector_config("S11.p11");
  long_key.derivation.algorithm = EncryptionAlgorithm::Dea;
  EXPECT_EQ(derive_decoder_key(long_key.vending_key, long_key.derivation).error().field, "EA");
}

}  // namespace
}  // namespace metergate::sts
