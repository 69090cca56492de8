// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/same_octets.hpp"

#include <openssl/crypto.h>

namespace metergate::crypto {

bool same_octets(OctetView a, OctetView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace metergate::crypto
