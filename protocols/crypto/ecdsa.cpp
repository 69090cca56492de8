// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ecdsa.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include <array>

#include "protocols/crypto/ec_scalar.hpp"
#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

using Group = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_clear_free>;
using Number = Owned<BIGNUM, BN_clear_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

/// DER of two numbers of 48 octets: heads, and a zero before each that begins with a one bit.
constexpr std::size_t kMostDer = 2 * (48 + 3) + 6;

Group group_of(Curve curve) {
  return Group{
      EC_GROUP_new_by_curve_name(curve == Curve::P384 ? NID_secp384r1 : NID_X9_62_prime256v1)};
}
const EVP_MD* digest_of(Curve curve) { return curve == Curve::P384 ? EVP_sha384() : EVP_sha256(); }

std::optional<Octets> octets_of(const EC_GROUP* group, Curve curve, const EC_POINT* point) {
  Octets out(1 + 2 * scalar_octets(curve));
  if (EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(),
                         nullptr) != out.size()) {
    return std::nullopt;
  }
  return out;
}

/// A key for OpenSSL; `number` null for a public one.
Key make_key(Curve curve, OctetView point, const BIGNUM* number) {
  const char* const group = curve == Curve::P384 ? SN_secp384r1 : SN_X9_62_prime256v1;
  const ParameterBuilder builder{OSSL_PARAM_BLD_new()};
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1 ||
      (number != nullptr &&
       OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)) {
    return nullptr;
  }
  const Parameters parameters{OSSL_PARAM_BLD_to_param(builder.get())};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key,
                        number == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                        parameters.get()) != 1) {
    return nullptr;
  }
  return Key{key};
}

}  // namespace

std::optional<Octets> ec_public_key(Curve curve, const SecretOctets& private_key) {
  const Group group = group_of(curve);
  const SecretNumber number = private_scalar(group.get(), scalar_octets(curve), private_key);
  if (number == nullptr) return std::nullopt;
  const Point point{EC_POINT_new(group.get())};
  if (point == nullptr ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  return octets_of(group.get(), curve, point.get());
}

std::optional<Octets> ec_point(Curve curve, OctetView public_key) {
  const Group group = group_of(curve);
  if (group == nullptr) return std::nullopt;
  const Point point{EC_POINT_new(group.get())};
  // Reading a point checks that it lies on the curve; neither curve has other subgroups.
  const bool lies = point != nullptr &&
                    EC_POINT_oct2point(group.get(), point.get(), public_key.data(),
                                       public_key.size(), nullptr) == 1 &&
                    EC_POINT_is_at_infinity(group.get(), point.get()) == 0;
  ERR_clear_error();
  if (!lies) return std::nullopt;
  return octets_of(group.get(), curve, point.get());
}

std::optional<Octets> ecdsa_sign(Curve curve, const SecretOctets& private_key, OctetView message) {
  const auto point = ec_public_key(curve, private_key);
  if (!point) return std::nullopt;
  const Group group = group_of(curve);
  const SecretNumber number = private_scalar(group.get(), scalar_octets(curve), private_key);
  const Key key = make_key(curve, *point, number.get());
  const DigestContext context{EVP_MD_CTX_new()};
  std::array<std::uint8_t, kMostDer> der{};
  std::size_t length = der.size();
  if (key == nullptr || context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, digest_of(curve), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &length, message.data(), message.size()) != 1) {
    return std::nullopt;
  }
  const std::uint8_t* at = der.data();
  const Signature signature{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length))};
  const auto half = static_cast<int>(scalar_octets(curve));
  Octets out(2 * scalar_octets(curve));
  if (signature == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), half) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + half, half) < 0) {
    return std::nullopt;
  }
  return out;
}

bool ecdsa_holds(Curve curve, OctetView public_key, OctetView message, OctetView signature) {
  if (signature.size() != 2 * scalar_octets(curve)) return false;
  const auto point = ec_point(curve, public_key);
  if (!point) return false;
  const Key key = make_key(curve, *point, nullptr);
  const Signature pair{ECDSA_SIG_new()};
  const DigestContext context{EVP_MD_CTX_new()};
  if (key == nullptr || pair == nullptr || context == nullptr) return false;
  const auto half = static_cast<int>(scalar_octets(curve));
  Number r{BN_bin2bn(signature.data(), half, nullptr)};
  Number s{BN_bin2bn(signature.data() + half, half, nullptr)};
  if (r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) {
    return false;
  }
  static_cast<void>(r.release());  // the pair owns both now
  static_cast<void>(s.release());
  std::array<std::uint8_t, kMostDer> der{};
  std::uint8_t* at = der.data();
  const int length = i2d_ECDSA_SIG(pair.get(), &at);
  const bool holds =
      length > 0 &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(curve), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(length), message.data(),
                       message.size()) == 1;
  ERR_clear_error();
  return holds;
}

}  // namespace metergate::crypto
