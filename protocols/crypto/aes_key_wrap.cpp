// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/aes_key_wrap.hpp"

#include <openssl/evp.h>

#include <array>

#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

constexpr std::size_t kCheckOctets = 8;

using Context = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

bool is_key_length(std::size_t octets) { return octets == 16 || octets == 24 || octets == 32; }

const EVP_CIPHER* cipher_for(std::size_t key_octets) {
  if (key_octets == 16) return EVP_aes_128_wrap();
  if (key_octets == 24) return EVP_aes_192_wrap();
  return EVP_aes_256_wrap();
}

enum Direction : int { Unwrap = 0, Wrap = 1 };

std::optional<std::size_t> run(const SecretOctets& wrapping_key, OctetView in, Direction direction,
                               std::span<std::uint8_t> out) {
  if (!is_key_length(wrapping_key.size())) return std::nullopt;
  const Context context{EVP_CIPHER_CTX_new()};
  if (context == nullptr) return std::nullopt;
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int length = 0;
  if (EVP_CipherInit_ex(context.get(), cipher_for(wrapping_key.size()), nullptr,
                        wrapping_key.view().data(), nullptr, direction) != 1 ||
      EVP_CipherUpdate(context.get(), out.data(), &length, in.data(),
                       static_cast<int>(in.size())) != 1) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(length);
}

}  // namespace

std::optional<Octets> aes_key_wrap(const SecretOctets& wrapping_key, const SecretOctets& key) {
  if (!is_key_length(key.size())) return std::nullopt;
  Octets wrapped(key.size() + kCheckOctets);
  if (run(wrapping_key, key.view(), Wrap, wrapped) != wrapped.size()) return std::nullopt;
  return wrapped;
}

std::optional<SecretOctets> aes_key_unwrap(const SecretOctets& wrapping_key, OctetView wrapped) {
  if (wrapped.size() < kCheckOctets || !is_key_length(wrapped.size() - kCheckOctets)) {
    return std::nullopt;
  }
  std::array<std::uint8_t, SecretOctets::kMaxOctets> key{};
  const std::size_t octets = wrapped.size() - kCheckOctets;
  std::optional<SecretOctets> out;
  if (run(wrapping_key, wrapped, Unwrap, key) == octets) out.emplace(OctetView{key}.first(octets));
  wipe(key);
  return out;
}

}  // namespace metergate::crypto
