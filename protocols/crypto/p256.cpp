// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <memory>

namespace metergate::crypto {
namespace {

constexpr std::size_t kScalarOctets = 32;

struct Free {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
using Group = std::unique_ptr<EC_GROUP, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;
using Number = std::unique_ptr<BIGNUM, Free>;

/// The private key as a number 1 .. order-1, marked for constant-time arithmetic.
Number scalar(const EC_GROUP* group, const SecretOctets& private_key) {
  if (private_key.size() != kScalarOctets) return nullptr;
  const OctetView octets = private_key.view();
  Number number{BN_bin2bn(octets.data(), static_cast<int>(octets.size()), BN_secure_new())};
  if (number == nullptr || BN_is_zero(number.get()) == 1) return nullptr;
  if (BN_cmp(number.get(), EC_GROUP_get0_order(group)) >= 0) return nullptr;
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

}  // namespace

std::optional<P256Point> p256_public_key(const SecretOctets& private_key) {
  const Group group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  if (group == nullptr) return std::nullopt;
  const Number number = scalar(group.get(), private_key);
  const Point point{EC_POINT_new(group.get())};
  P256Point out{};
  if (number == nullptr || point == nullptr ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                         out.size(), nullptr) != out.size()) {
    return std::nullopt;
  }
  return out;
}

std::optional<SecretOctets> p256_shared_secret(const SecretOctets& private_key,
                                               OctetView public_key) {
  const Group group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  if (group == nullptr) return std::nullopt;
  const Number number = scalar(group.get(), private_key);
  const Point theirs{EC_POINT_new(group.get())};
  const Point shared{EC_POINT_new(group.get())};
  const Number x{BN_secure_new()};
  std::array<std::uint8_t, kScalarOctets> octets{};
  // Reading a point checks that it lies on the curve; P-256 has no other subgroups.
  if (number == nullptr || theirs == nullptr || shared == nullptr || x == nullptr ||
      EC_POINT_oct2point(group.get(), theirs.get(), public_key.data(), public_key.size(),
                         nullptr) != 1 ||
      EC_POINT_is_at_infinity(group.get(), theirs.get()) == 1 ||
      EC_POINT_mul(group.get(), shared.get(), nullptr, theirs.get(), number.get(), nullptr) != 1 ||
      EC_POINT_get_affine_coordinates(group.get(), shared.get(), x.get(), nullptr, nullptr) != 1 ||
      BN_bn2binpad(x.get(), octets.data(), static_cast<int>(octets.size())) < 0) {
    return std::nullopt;
  }
  std::optional<SecretOctets> secret{SecretOctets{octets}};
  wipe(octets);
  return secret;
}

}  // namespace metergate::crypto
