// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "protocols/crypto/ec_scalar.hpp"
#include "protocols/crypto/owned.hpp"

namespace metergate::crypto {
namespace {

constexpr std::size_t kScalarOctets = 32;

using Group = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_clear_free>;

}  // namespace

std::optional<P256Point> p256_public_key(const SecretOctets& private_key) {
  const Group group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  if (group == nullptr) return std::nullopt;
  const SecretNumber number = private_scalar(group.get(), kScalarOctets, private_key);
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
  const SecretNumber number = private_scalar(group.get(), kScalarOctets, private_key);
  const Point theirs{EC_POINT_new(group.get())};
  const Point shared{EC_POINT_new(group.get())};
  const SecretNumber x{BN_secure_new()};
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
