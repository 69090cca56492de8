// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ed25519.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string_view>

#include "protocols/octets/hex.hpp"

namespace metergate::crypto {
namespace {

struct Vector {
  std::string_view private_key;
  std::string_view public_key;
  std::string_view message;
  std::string_view signature;
};

// RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc).
constexpr Vector kVectors[]{
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
     "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"},
};

Ed25519PublicKey public_key(std::string_view text) {
  Ed25519PublicKey out{};
  std::ranges::copy(*hex::parse(text), out.begin());
  return out;
}

TEST(Ed25519Test, TheVectorsOfTheStandardHoldBothWays) {
  for (const Vector& vector : kVectors) {
    const auto secret = *SecretOctets::from_hex(vector.private_key);
    const Octets message = *hex::parse(vector.message);
    const auto made = ed25519_sign(secret, message);
    ASSERT_TRUE(made);
    EXPECT_EQ(Octets(made->begin(), made->end()), *hex::parse(vector.signature));
    EXPECT_EQ(ed25519_public_key(secret), public_key(vector.public_key));
    EXPECT_TRUE(
        ed25519_verify(public_key(vector.public_key), message, *hex::parse(vector.signature)));
  }
}

TEST(Ed25519Test, EachKeyPairIsAnother) {
  const auto a = make_ed25519_key_pair();
  const auto b = make_ed25519_key_pair();
  EXPECT_NE(a.public_key, b.public_key);
  EXPECT_EQ(ed25519_public_key(a.private_key), a.public_key);
}

TEST(Ed25519Test, KeysAndSignaturesOfAnotherLengthAreNone) {
  const SecretOctets shorter{Octets(31, 1)};
  EXPECT_FALSE(ed25519_public_key(shorter));
  EXPECT_FALSE(ed25519_sign(shorter, {}));
  const auto pair = make_ed25519_key_pair();
  const auto signature = *ed25519_sign(pair.private_key, {});
  EXPECT_FALSE(ed25519_verify(pair.public_key, {}, OctetView{signature}.first(63)));
  EXPECT_FALSE(ed25519_verify(pair.public_key, {}, {}));
}

TEST(Ed25519Test, NobodySignsForAKeyOfSmallOrder) {
  // R the neutral point and S = 0: holds under the neutral point as a key, whatever the message.
  Ed25519PublicKey neutral{};
  neutral.front() = 1;
  Ed25519Signature forged{};
  forged.front() = 1;
  EXPECT_TRUE(is_small_order(neutral));
  EXPECT_FALSE(ed25519_verify(neutral, Octets{1, 2, 3}, forged));
  EXPECT_TRUE(is_small_order(Ed25519PublicKey{}));
  Ed25519PublicKey negative = neutral;
  negative.back() = 0x80;
  EXPECT_TRUE(is_small_order(negative));
  EXPECT_FALSE(is_small_order(make_ed25519_key_pair().public_key));
}

RC_GTEST_PROP(Ed25519Property, OneChangedBitOfMessageKeyOrSignatureBreaksIt, ()) {
  const auto pair = make_ed25519_key_pair();
  auto message = *rc::gen::nonEmpty<Octets>();
  auto signature = *ed25519_sign(pair.private_key, message);
  auto key = pair.public_key;
  RC_ASSERT(ed25519_verify(key, message, signature));
  const std::array<std::span<std::uint8_t>, 3> parts{message, signature, key};
  const auto part = parts[*rc::gen::inRange<std::size_t>(0, parts.size())];
  const auto bit = *rc::gen::inRange<std::size_t>(0, part.size() * 8);
  part[bit / 8] = static_cast<std::uint8_t>(part[bit / 8] ^ (1U << (bit % 8)));
  RC_ASSERT(!ed25519_verify(key, message, signature));
}

}  // namespace
}  // namespace metergate::crypto
