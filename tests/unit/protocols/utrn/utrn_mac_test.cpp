// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_mac.hpp"

#include <gtest/gtest.h>

#include "protocols/crypto/hash.hpp"
#include "tests/unit/protocols/utrn/utrn_vectors.hpp"

namespace metergate::utrn {
namespace {

using vectors::each;
using vectors::octets;
using vectors::text;

crypto::SecretOctets secret(const boost::json::object& entry, std::string_view field) {
  return crypto::SecretOctets{octets(entry, field)};
}

TEST(UtrnMac, TheVectorsHoldStepByStep) {
  each(utrn_vectors(), "mac", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "id"));
    const Parties parties = parties_of(entry);
    const UtrnCounter counter = counter_of(entry);
    const auto z = secret(entry, "z");
    const auto ptut = decode_utrn(utrn_of(entry)).value();

    EXPECT_EQ(mac_other_info(parties, counter), octets(entry, "other_info"));
    EXPECT_TRUE(crypto::concatenation_kdf_sha256(z, mac_other_info(parties, counter), 16) ==
                secret(entry, "key"));
    EXPECT_EQ(mac_iv(parties), octets(entry, "iv"));
    EXPECT_EQ(mac_additional_data(parties, counter, ptut_header(ptut)), octets(entry, "aad"));

    EXPECT_EQ(make_utrn(z, parties, counter, top_up_of(entry)).value(), utrn_of(entry));
    EXPECT_TRUE(utrn_is_authentic(z, parties, counter, ptut));
  });
}

TEST(UtrnMac, SupplierAndMeterComeToTheSecretOfTheVectors) {
  each(utrn_vectors(), "mac", [](const boost::json::object& entry) {
    if (!entry.contains("supplier_private")) return;
    SCOPED_TRACE(text(entry, "id"));
    const auto expected = secret(entry, "z");
    const auto here =
        prepayment_secret(secret(entry, "supplier_private"), octets(entry, "device_public"));
    const auto there =
        prepayment_secret(secret(entry, "device_private"), octets(entry, "supplier_public"));
    ASSERT_TRUE(here && there);
    EXPECT_TRUE(*here == expected);
    EXPECT_TRUE(*there == expected);
  });
}

TEST(UtrnMac, ACodePresentedAsAnotherIsNotAuthentic) {
  each(utrn_vectors(), "mac_negative", [](const boost::json::object& entry) {
    SCOPED_TRACE(text(entry, "why"));
    // The code was made with the change; the meter of the base vector must refuse it.
    const auto& base = mac_vector(text(entry, "base"));
    auto changed = base;
    for (const auto& [field, value] : entry.at("change").as_object()) changed[field] = value;
    const auto z = secret(base, "z");
    const auto ptut = decode_utrn(utrn_of(base)).value();
    auto presented = ptut;
    presented.top_up = top_up_of(changed);
    EXPECT_FALSE(utrn_is_authentic(z, parties_of(changed), counter_of(changed), presented));
    EXPECT_EQ(make_utrn(z, parties_of(changed), counter_of(changed), top_up_of(changed)).value(),
              utrn_of(entry));
  });
}

TEST(Eui64, IsReadWithAndWithoutHyphensAndRefusedOtherwise) {
  const auto plain = Eui64::parse("00db1234567890a0");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->text(), "00-db-12-34-56-78-90-a0");
  EXPECT_EQ(Eui64::parse(plain->text()).value(), *plain);
  EXPECT_EQ(Eui64::parse("00db12").error().text(), "EUI-64 00db12: must be sixteen hex digits");
}

}  // namespace
}  // namespace metergate::utrn
