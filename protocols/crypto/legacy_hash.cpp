// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/legacy_hash.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace metergate::crypto {
namespace {

template <typename Digest>
Digest digest_of(OctetView data, const EVP_MD* hash) {
  Digest digest{};
  if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, hash, nullptr) != 1) {
    throw std::runtime_error{"OpenSSL refuses a hash that a meter's association needs"};
  }
  return digest;
}

}  // namespace

Md5Digest md5(OctetView data) { return digest_of<Md5Digest>(data, EVP_md5()); }
Sha1Digest sha1(OctetView data) { return digest_of<Sha1Digest>(data, EVP_sha1()); }

}  // namespace metergate::crypto
