// SPDX-License-Identifier: Apache-2.0
#include "gateway/keys/key_ring.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/keys/sealed_octets.hpp"
#include "tests/unit/gateway/keys/key_samples.hpp"

namespace metergate::keys {
namespace {

using Reason = KeyFault::Reason;

constexpr crypto::ScryptCost kCheap{10, 1, 1};

KeyRing sample_ring() {
  KeyRing ring;
  ring.keys.push_back({dkga04_record(), vending_key(kDkga04Key)});
  ring.keys.push_back({dkga02_record(), vending_key(kDkga02Key)});
  ring.tables = sts::StaTables::sample();
  return ring;
}

void expect_same(const KeyRing& a, const KeyRing& b) {
  ASSERT_EQ(a.keys.size(), b.keys.size());
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    EXPECT_TRUE(a.keys[i].record == b.keys[i].record);
    EXPECT_TRUE(a.keys[i].key == b.keys[i].key);
  }
  EXPECT_EQ(a.tables.has_value(), b.tables.has_value());
}

TEST(KeyRing, ReadsBackAsWritten) {
  const KeyRing ring = sample_ring();
  const auto again = decode_ring(encode_ring(ring).view());
  ASSERT_TRUE(again);
  expect_same(ring, *again);
}

KeyRing ring_with_suppliers() {
  KeyRing ring = sample_ring();
  ring.suppliers.push_back({utrn::Eui64{0x0011223344556677}, crypto::SecretOctets{Octets(32, 7)}});
  ring.suppliers.push_back({utrn::Eui64{1}, crypto::SecretOctets{Octets(32, 8)}});
  return ring;
}

TEST(KeyRing, SuppliersAreReadBackToo) {
  const KeyRing ring = ring_with_suppliers();
  const auto again = decode_ring(encode_ring(ring).view());
  ASSERT_TRUE(again);
  expect_same(ring, *again);
  ASSERT_EQ(again->suppliers.size(), 2U);
  ASSERT_NE(again->find(utrn::Eui64{1}), nullptr);
  EXPECT_TRUE(again->find(utrn::Eui64{1})->key == ring.suppliers[1].key);
  EXPECT_EQ(again->find(utrn::Eui64{2}), nullptr);
}

TEST(KeyRing, WithoutSuppliersItIsReadByProgramsOfBefore) {
  EXPECT_EQ(encode_ring(sample_ring()).view()[0], 1);
  EXPECT_EQ(encode_ring(ring_with_suppliers()).view()[0], 2);
}

TEST(KeyRing, ASupplierTwiceIsDamaged) {
  KeyRing ring = ring_with_suppliers();
  ring.suppliers.push_back(ring.suppliers.front());
  EXPECT_EQ(decode_ring(encode_ring(ring).view()).error().text,
            "the key file holds a supplier twice");
}

TEST(KeyRing, EveryPrefixIsDamaged) {
  const ClearOctets whole = encode_ring(ring_with_suppliers());
  for (std::size_t length = 0; length < whole.view().size(); ++length) {
    const auto cut = decode_ring(whole.view().first(length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().reason, Reason::Damaged);
  }
}

TEST(KeyRing, OneOctetMoreIsDamagedToo) {
  const ClearOctets whole = encode_ring(sample_ring());
  Octets longer(whole.view().begin(), whole.view().end());
  longer.push_back(0);
  EXPECT_FALSE(decode_ring(longer));
}

TEST(KeyRing, AKeyTwiceIsDamaged) {
  KeyRing ring = sample_ring();
  ring.keys.push_back(ring.keys.front());
  EXPECT_EQ(decode_ring(encode_ring(ring).view()).error().text, "the key file holds a key twice");
}

TEST(KeyRing, TheSecondVersionIsThatWithSuppliers) {
  EXPECT_EQ(decode_ring(Octets{2, 0, 0, 0, 0, 0}).error().text,
            "the key file holds no suppliers where there should be some");
}

RC_GTEST_PROP(KeyRingLaws, AnyOctetsAreReadOrRefusedAndNeverCrash, (Octets octets)) {
  if (!octets.empty()) octets.front() = octets.front() % 2 + 1;
  const auto ring = decode_ring(octets);
  if (!ring) return;
  const ClearOctets again = encode_ring(*ring);
  RC_ASSERT(Octets(again.view().begin(), again.view().end()) == octets);
}

TEST(SealedOctets, OpenWithTheirPassphraseOnly) {
  const Octets clear{1, 2, 3};
  const Octets sealed = seal(passphrase("correct horse battery"), clear, kCheap);
  const auto open = open_sealed(passphrase("correct horse battery"), sealed);
  ASSERT_TRUE(open);
  EXPECT_EQ(Octets(open->view().begin(), open->view().end()), clear);
  EXPECT_EQ(open_sealed(passphrase("correct horse batterz"), sealed).error().reason,
            Reason::Secret);
}

TEST(SealedOctets, AnyOneOctetChangedIsNoticed) {
  const Octets sealed = seal(passphrase("correct horse battery"), Octets{1, 2, 3}, kCheap);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Octets changed = sealed;
    changed[at] ^= 1;
    EXPECT_FALSE(open_sealed(passphrase("correct horse battery"), changed)) << at;
  }
}

TEST(SealedOctets, TheSameOctetsAreNeverSealedTheSame) {
  const auto key = passphrase("correct horse battery");
  EXPECT_NE(seal(key, Octets{1}, kCheap), seal(key, Octets{1}, kCheap));
}

TEST(SealedOctets, ACostThatWouldFillTheMemoryIsRefused) {
  Octets sealed = seal(passphrase("correct horse battery"), Octets{1}, kCheap);
  sealed[8] = 30;
  EXPECT_EQ(open_sealed(passphrase("correct horse battery"), sealed).error().reason,
            Reason::Damaged);
  EXPECT_EQ(open_sealed(passphrase("x"), Octets{1, 2, 3}).error().reason, Reason::Damaged);
}

}  // namespace
}  // namespace metergate::keys
