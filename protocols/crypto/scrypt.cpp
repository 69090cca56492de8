// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/scrypt.hpp"

#include <openssl/evp.h>

namespace metergate::crypto {

std::optional<SecretOctets> scrypt(OctetView passphrase, OctetView salt, ScryptCost cost,
                                   std::size_t octets) {
  if (!cost.acceptable() || octets > SecretOctets::kMaxOctets) return std::nullopt;
  // OpenSSL counts a little more than the 128 * N * r of the text.
  constexpr std::uint64_t kMargin = 1ULL << 20U;
  std::array<std::uint8_t, SecretOctets::kMaxOctets> key{};
  const bool done =
      EVP_PBE_scrypt(reinterpret_cast<const char*>(passphrase.data()), passphrase.size(),
                     salt.data(), salt.size(), std::uint64_t{1} << cost.log2_n, cost.r, cost.p,
                     ScryptCost::kMostMemory + kMargin, key.data(), octets) == 1;
  std::optional<SecretOctets> out;
  if (done) out.emplace(OctetView{key}.first(octets));
  wipe(key);
  return out;
}

}  // namespace metergate::crypto
