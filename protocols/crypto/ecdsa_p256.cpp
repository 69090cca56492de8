// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ecdsa_p256.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

#include "protocols/crypto/p256.hpp"

namespace metergate::crypto {
namespace {

constexpr std::size_t kHalf = 32;

struct Free {
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// A key for OpenSSL; `scalar` null for a public one.
Owned<EVP_PKEY> make_key(OctetView point, BIGNUM* scalar) {
  const Owned<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      (scalar != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) != 1)) {
    return nullptr;
  }
  const Owned<OSSL_PARAM> parameters{OSSL_PARAM_BLD_to_param(builder.get())};
  const Owned<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key,
                        scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                        parameters.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>{key};
}

}  // namespace

std::optional<P256Signature> ecdsa_p256_sign(const SecretOctets& private_key, OctetView message) {
  const auto point = p256_public_key(private_key);
  if (!point) return std::nullopt;
  const OctetView octets = private_key.view();
  const Owned<BIGNUM> scalar{
      BN_bin2bn(octets.data(), static_cast<int>(octets.size()), BN_secure_new())};
  if (scalar == nullptr) return std::nullopt;
  const Owned<EVP_PKEY> key = make_key(*point, scalar.get());
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  std::array<std::uint8_t, 80> der{};
  std::size_t length = der.size();
  if (key == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &length, message.data(), message.size()) != 1) {
    return std::nullopt;
  }
  const std::uint8_t* at = der.data();
  const Owned<ECDSA_SIG> signature{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length))};
  P256Signature out{};
  if (signature == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), kHalf) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + kHalf, kHalf) < 0) {
    return std::nullopt;
  }
  return out;
}

bool ecdsa_p256_holds(OctetView public_key, OctetView message, OctetView signature) {
  if (signature.size() != 2 * kHalf) return false;
  const Owned<EVP_PKEY> key = make_key(public_key, nullptr);
  const Owned<ECDSA_SIG> pair{ECDSA_SIG_new()};
  const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  if (key == nullptr || pair == nullptr || context == nullptr) return false;
  Owned<BIGNUM> r{BN_bin2bn(signature.data(), kHalf, nullptr)};
  Owned<BIGNUM> s{BN_bin2bn(signature.data() + kHalf, kHalf, nullptr)};
  if (r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return false;
  }
  static_cast<void>(r.release());  // the pair owns both now
  static_cast<void>(s.release());
  std::array<std::uint8_t, 80> der{};
  std::uint8_t* at = der.data();
  const int length = i2d_ECDSA_SIG(pair.get(), &at);
  return length > 0 &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(length),
                          message.data(), message.size()) == 1;
}

}  // namespace metergate::crypto
