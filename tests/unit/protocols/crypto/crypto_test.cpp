// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

#include "protocols/crypto/aes_gcm.hpp"
#include "protocols/crypto/aes_key_wrap.hpp"
#include "protocols/crypto/des.hpp"
#include "protocols/crypto/hash.hpp"
#include "protocols/crypto/p256.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::crypto {
namespace {

Octets octets(std::string_view hex_text) { return *hex::parse(hex_text); }

template <typename T>
Octets as_octets(const T& all) {
  return {all.begin(), all.end()};
}

DesBlock block(std::string_view hex_text) {
  DesBlock out{};
  std::ranges::copy(octets(hex_text), out.begin());
  return out;
}

TEST(DesTest, PublishedAnswersBothWays) {
  const auto key = block("0e329232ea6d0d73");
  EXPECT_EQ(des_encrypt(key, block("8787878787878787")), block("0000000000000000"));
  EXPECT_EQ(des_decrypt(key, block("0000000000000000")), block("8787878787878787"));
}

TEST(HashTest, Sha256AndHmacOfTheStandards) {
  const Octets abc{'a', 'b', 'c'};
  EXPECT_EQ(as_octets(sha256(abc)),
            octets("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  // RFC 4231, test case 2.
  const std::string_view data = "what do ya want for nothing?";
  EXPECT_EQ(as_octets(hmac_sha256(Octets{'J', 'e', 'f', 'e'}, Octets{data.begin(), data.end()})),
            octets("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

TEST(HashTest, DerivationRunsOverSeveralHashesAndPrefixesAgree) {
  const SecretOctets z{Octets(32, 7)};
  const Octets info{1, 2, 3};
  const auto longest = concatenation_kdf_sha256(z, info, 64);
  const auto key = concatenation_kdf_sha256(z, info, 16);
  EXPECT_EQ(longest.size(), 64U);
  EXPECT_TRUE(std::ranges::equal(longest.view().first(16), key.view()));
  EXPECT_FALSE(std::ranges::equal(longest.view().first(32), longest.view().last(32)));
}

TEST(AesGcmTest, TestCaseFourOfTheGcmSpecification) {
  const Octets key = octets("feffe9928665731c6d6a8f9467308308");
  const Octets iv = octets("cafebabefacedbaddecaf888");
  const Octets aad = octets("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Octets plain = octets(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0de657ba637b39");
  const GcmSealed sealed = aes_gcm_seal(key, iv, aad, plain);
  EXPECT_EQ(as_octets(sealed.tag), octets("5bc94fbc3221a5db94fae95ae7121a47"));
  EXPECT_EQ(aes_gcm_open(key, iv, aad, sealed.ciphertext, sealed.tag), plain);
  EXPECT_EQ(aes_gcm_open(key, iv, aad, sealed.ciphertext, OctetView{sealed.tag}.first(12)), plain);
  EXPECT_EQ(aes_gcm_open(key, iv, {}, sealed.ciphertext, sealed.tag), std::nullopt);
  EXPECT_EQ(aes_gcm_open(key, iv, aad, sealed.ciphertext, {}), std::nullopt);
}

TEST(AesGcmTest, TestCasesTenAndSixteenOfTheGcmSpecificationHaveLongerKeys) {
  const Octets iv = octets("cafebabefacedbaddecaf888");
  const Octets aad = octets("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const Octets plain = octets(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6"
      "b525b16aedf5aa0de657ba637b39");
  constexpr std::pair<std::string_view, std::string_view> kKeysAndTags[] = {
      {"feffe9928665731c6d6a8f9467308308feffe9928665731c", "2519498e80f1478f37ba55bd6d27618c"},
      {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
       "76fc6ece0f4e1768cddf8853bb2d551b"}};
  for (const auto& [key, tag] : kKeysAndTags) {
    const GcmSealed sealed = aes_gcm_seal(octets(key), iv, aad, plain);
    EXPECT_EQ(as_octets(sealed.tag), octets(tag));
    EXPECT_EQ(aes_gcm_open(octets(key), iv, aad, sealed.ciphertext, sealed.tag), plain);
  }
}

// RFC 3394, 4.1 to 4.3: one key wrapped under keys of each length.
TEST(AesKeyWrapTest, PublishedAnswersBothWays) {
  const SecretOctets key{octets("00112233445566778899aabbccddeeff")};
  const Octets longest = octets("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  constexpr std::pair<std::size_t, std::string_view> kAnswers[] = {
      {16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
      {24, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
      {32, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"}};
  for (const auto& [size, wrapped] : kAnswers) {
    const SecretOctets wrapping{OctetView{longest}.first(size)};
    EXPECT_EQ(aes_key_wrap(wrapping, key), octets(wrapped)) << size;
    EXPECT_EQ(aes_key_unwrap(wrapping, octets(wrapped)), key) << size;
  }
}

TEST(AesKeyWrapTest, KeysOfOtherLengthsAreNotWrapped) {
  const SecretOctets key{Octets(16, 1)};
  EXPECT_FALSE(aes_key_wrap(SecretOctets{Octets(15, 1)}, key));
  EXPECT_FALSE(aes_key_wrap(key, SecretOctets{Octets(17, 1)}));
  EXPECT_FALSE(aes_key_unwrap(key, Octets(7, 1)));
}

TEST(AesGcmTest, KeyOfAnotherLengthIsAProgrammingMistake) {
  EXPECT_THROW((void)aes_gmac(Octets(15), Octets(12), {}), std::invalid_argument);
  EXPECT_THROW((void)aes_gmac(Octets(16), {}, {}), std::invalid_argument);
}

TEST(P256Test, BothSidesComeToTheSameSecret) {
  const auto a =
      *SecretOctets::from_hex("e05a188595e8fdf2ccfc6ba17c698a62b95ac6d5d29287c49232e46ce881ef09");
  const auto b =
      *SecretOctets::from_hex("e653be867b6d20b92790b90528c08f2f29433b0570a20aca087ede94031f3554");
  const auto from_a = p256_shared_secret(a, *p256_public_key(b));
  const auto from_b = p256_shared_secret(b, *p256_public_key(a));
  ASSERT_TRUE(from_a && from_b);
  EXPECT_TRUE(*from_a == *from_b);
}

TEST(P256Test, WhatIsNoPointOrNoNumberOfTheGroupIsRefused) {
  const auto a =
      *SecretOctets::from_hex("e05a188595e8fdf2ccfc6ba17c698a62b95ac6d5d29287c49232e46ce881ef09");
  auto point = *p256_public_key(a);
  point.back() ^= 1U;
  EXPECT_FALSE(p256_shared_secret(a, point));
  EXPECT_FALSE(p256_shared_secret(a, {}));
  EXPECT_FALSE(p256_shared_secret(a, Octets{0}));  // the point at infinity
  EXPECT_FALSE(p256_public_key(SecretOctets{Octets(32, 0)}));
  EXPECT_FALSE(p256_public_key(SecretOctets{Octets(32, 0xFF)}));  // past the order
  EXPECT_FALSE(p256_public_key(SecretOctets{Octets(31, 1)}));
}

TEST(SecretOctetsTest, MovedFromSecretIsEmpty) {
  SecretOctets one{Octets{1, 2, 3}};
  const SecretOctets two{std::move(one)};
  EXPECT_EQ(one.size(), 0U);  // NOLINT(bugprone-use-after-move): that it is empty is the promise
  EXPECT_EQ(two.size(), 3U);
  EXPECT_FALSE(SecretOctets::from_hex("abc"));
  EXPECT_FALSE(SecretOctets::from_hex(std::string(130, '0')));
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<SecretOctets>);

}  // namespace
}  // namespace metergate::crypto
