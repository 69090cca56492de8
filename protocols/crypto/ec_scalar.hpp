// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "protocols/crypto/secret_octets.hpp"

/// OpenSSL's BIGNUM and EC_GROUP.
struct bignum_st;
struct ec_group_st;

namespace metergate::crypto {

/// Overwrites a number before its memory is given back.
struct ClearNumber {
  void operator()(bignum_st* number) const;
};
using SecretNumber = std::unique_ptr<bignum_st, ClearNumber>;

/// For the sources of this folder: a private key as a number 1 .. order-1, marked for constant-time
/// arithmetic. Null for a key that is not of `octets` octets, is zero or reaches the order.
[[nodiscard]] SecretNumber private_scalar(const ec_group_st* group, std::size_t octets,
                                          const SecretOctets& private_key);

}  // namespace metergate::crypto
