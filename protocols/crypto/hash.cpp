// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "protocols/octets/byte_writer.hpp"

namespace metergate::crypto {
namespace {

/// Fetched once: EVP_sha256() is looked up anew in each use, which takes longer than a short text.
const EVP_MD* fetched_sha256() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kFetched{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
  return kFetched.get();
}

}  // namespace

Sha256Digest sha256(OctetView data) {
  Sha256Digest digest{};
  if (EVP_Digest(data.data(), data.size(), digest.data(), nullptr, fetched_sha256(), nullptr) !=
      1) {
    throw std::runtime_error{"OpenSSL refuses SHA-256"};
  }
  return digest;
}

Sha256Digest hmac_sha256(OctetView key, OctetView data) {
  Sha256Digest digest{};
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
           digest.data(), nullptr) == nullptr) {
    throw std::runtime_error{"OpenSSL refuses HMAC-SHA-256"};
  }
  return digest;
}

SecretOctets concatenation_kdf_sha256(const SecretOctets& shared_secret, OctetView other_info,
                                      std::size_t octets) {
  if (octets > SecretOctets::kMaxOctets) throw std::length_error{"derived key past 64 octets"};
  std::array<std::uint8_t, SecretOctets::kMaxOctets> derived{};
  std::uint32_t counter = 1;
  for (std::size_t at = 0; at < octets; ++counter) {
    ByteWriter input;
    input.u32(counter);
    input.append(shared_secret.view());
    input.append(other_info);
    Octets message = input.take();
    Sha256Digest part = sha256(message);
    const std::size_t count = std::min(part.size(), octets - at);
    std::copy_n(part.begin(), count, derived.begin() + static_cast<std::ptrdiff_t>(at));
    wipe(message);
    wipe(part);
    at += count;
  }
  SecretOctets out{OctetView{derived}.first(octets)};
  wipe(derived);
  return out;
}

}  // namespace metergate::crypto
