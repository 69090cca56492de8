// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/vending_key_record.hpp"

#include <gtest/gtest.h>

#include "gateway/keys/pkcs11_key_store.hpp"
#include "tests/unit/gateway/keys/key_samples.hpp"

namespace metergate::keys {
namespace {

TEST(VendingKeyRecord, SaysItsNameInTheWordsOfTheTrade) {
  EXPECT_EQ(dkga04_record().name.text(), "SGC 201457, key type 2 (DUTK), KRN 1, base date 14");
}

TEST(VendingKeyRecord, LabelsInAModuleReadBack) {
  for (const auto& record : {dkga04_record(170), dkga02_record()}) {
    const auto again = parse_vending_key_label(vending_key_label(record));
    ASSERT_TRUE(again);
    EXPECT_TRUE(*again == record);
  }
  EXPECT_EQ(vending_key_label(dkga04_record()), "metergate-vk/1 201457 2 1 14 04 255 07+11");
}

TEST(VendingKeyRecord, OtherLabelsAreNoVendingKey) {
  for (const char* label :
       {"", "somebody else's", "metergate-vk/1 ", "metergate-vk/1 201457 2 1 14 04 255",
        "metergate-vk/1 201457 2 1 14 04 256 07", "metergate-vk/1 201457 4 1 14 04 255 07",
        "metergate-vk/1 201457 2 0 14 04 255 07", "metergate-vk/1 201457 2 1 15 04 255 07",
        "metergate-vk/1 201457 2 1 14 03 255 07", "metergate-vk/1 201457 2 1 14 04 255 08",
        "metergate-vk/1 20145 2 1 14 04 255 07", "metergate-vk/1 201457 2 1 14 04 255 07 x"}) {
    EXPECT_FALSE(parse_vending_key_label(label)) << label;
  }
}

TEST(AlgorithmSet, IsReadFromCodes) {
  EXPECT_EQ(AlgorithmSet::parse("07+11").value(),
            (AlgorithmSet{sts::EncryptionAlgorithm::Sta, sts::EncryptionAlgorithm::Misty1}));
  EXPECT_EQ(AlgorithmSet::parse("11+07").value().text(), "07+11");
  EXPECT_FALSE(AlgorithmSet::parse(""));
  EXPECT_FALSE(AlgorithmSet::parse("07+"));
  EXPECT_FALSE(AlgorithmSet::parse("08"));
}

}  // namespace
}  // namespace metergate::keys
