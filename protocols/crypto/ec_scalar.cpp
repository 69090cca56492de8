// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ec_scalar.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>

namespace metergate::crypto {

void ClearNumber::operator()(bignum_st* number) const { BN_clear_free(number); }

SecretNumber private_scalar(const ec_group_st* group, std::size_t octets,
                            const SecretOctets& private_key) {
  if (group == nullptr || private_key.size() != octets) return nullptr;
  const OctetView key = private_key.view();
  SecretNumber number{BN_bin2bn(key.data(), static_cast<int>(key.size()), BN_secure_new())};
  if (number == nullptr || BN_is_zero(number.get()) == 1) return nullptr;
  if (BN_cmp(number.get(), EC_GROUP_get0_order(group)) >= 0) return nullptr;
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

}  // namespace metergate::crypto
