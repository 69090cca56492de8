// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/secret_octets.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <stdexcept>

#include "protocols/octets/hex.hpp"

namespace metergate::crypto {

void wipe(std::span<std::uint8_t> octets) { OPENSSL_cleanse(octets.data(), octets.size()); }

SecretOctets::SecretOctets(OctetView octets) : size_{octets.size()} {
  if (octets.size() > kMaxOctets) throw std::length_error{"secret longer than 64 octets"};
  std::ranges::copy(octets, octets_.begin());
}

SecretOctets::SecretOctets(SecretOctets&& other) noexcept
    : octets_{other.octets_}, size_{other.size_} {
  wipe(other.octets_);
  other.size_ = 0;
}

SecretOctets& SecretOctets::operator=(SecretOctets&& other) noexcept {
  if (this == &other) return *this;
  octets_ = other.octets_;
  size_ = other.size_;
  wipe(other.octets_);
  other.size_ = 0;
  return *this;
}

SecretOctets::~SecretOctets() { wipe(octets_); }

std::optional<SecretOctets> SecretOctets::from_hex(std::string_view text) {
  auto octets = hex::parse(text);
  if (!octets || octets->size() > kMaxOctets) return std::nullopt;
  std::optional<SecretOctets> secret{SecretOctets{*octets}};
  wipe(*octets);
  return secret;
}

bool operator==(const SecretOctets& a, const SecretOctets& b) {
  return a.size_ == b.size_ && CRYPTO_memcmp(a.octets_.data(), b.octets_.data(), a.size_) == 0;
}

}  // namespace metergate::crypto
