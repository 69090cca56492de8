// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ed25519.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "protocols/crypto/owned.hpp"
#include "protocols/crypto/random.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::crypto {
namespace {

constexpr std::size_t kPrivateOctets = 32;
constexpr std::uint8_t kSignOfX = 0x80;  // the top bit of the last octet (RFC 8032, 5.1.2)

/// The y of every point of small order, without the sign of x: orders 4, 1, 2 and twice 8, then 4
/// and 1 once more as p and p + 1, which decoders take although they are no canonical encodings.
constexpr std::array<std::string_view, 7> kSmallOrder{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Context = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

Key private_half(const SecretOctets& octets) {
  if (octets.size() != kPrivateOctets) return nullptr;
  return Key{
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets.view().data(), octets.size())};
}

}  // namespace

Ed25519KeyPair make_ed25519_key_pair() {
  auto octets = random_octets<kPrivateOctets>();
  Ed25519KeyPair pair{SecretOctets{octets}, {}};
  wipe(octets);
  const auto public_key = ed25519_public_key(pair.private_key);
  if (!public_key) throw std::runtime_error{"OpenSSL refuses Ed25519"};
  pair.public_key = *public_key;
  return pair;
}

std::optional<Ed25519PublicKey> ed25519_public_key(const SecretOctets& private_key) {
  const Key key = private_half(private_key);
  Ed25519PublicKey out{};
  std::size_t size = out.size();
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) != 1 ||
      size != out.size()) {
    return std::nullopt;
  }
  return out;
}

std::optional<Ed25519Signature> ed25519_sign(const SecretOctets& private_key, OctetView message) {
  const Key key = private_half(private_key);
  const Context context{EVP_MD_CTX_new()};
  Ed25519Signature out{};
  std::size_t size = out.size();
  if (key == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) != 1 ||
      size != out.size()) {
    return std::nullopt;
  }
  return out;
}

bool ed25519_verify(const Ed25519PublicKey& public_key, OctetView message, OctetView signature) {
  if (signature.size() != Ed25519Signature{}.size() || is_small_order(public_key)) return false;
  const Key key{
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size())};
  const Context context{EVP_MD_CTX_new()};
  return key != nullptr && context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

bool is_small_order(const Ed25519PublicKey& public_key) {
  Ed25519PublicKey y = public_key;
  y.back() = static_cast<std::uint8_t>(y.back() & ~kSignOfX);
  return std::ranges::any_of(
      kSmallOrder, [&](std::string_view text) { return std::ranges::equal(y, *hex::parse(text)); });
}

}  // namespace metergate::crypto
