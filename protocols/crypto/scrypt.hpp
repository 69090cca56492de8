// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/crypto/secret_octets.hpp"

namespace metergate::crypto {

/// The cost of scrypt (RFC 7914): N = 2^log2_n, block size r, parallelisation p. Memory is
/// 128 * N * r octets.
struct ScryptCost {
  std::uint8_t log2_n = 15;
  std::uint8_t r = 8;
  std::uint8_t p = 1;

  [[nodiscard]] constexpr std::uint64_t memory() const {
    return (std::uint64_t{128} << log2_n) * r;
  }
  /// Bounds for a cost that was read from a file: nobody may make us fill the memory by it, nor
  /// talk us into a cheap one.
  static constexpr std::uint64_t kMostMemory = 256ULL << 20U;
  [[nodiscard]] constexpr bool acceptable() const {
    return log2_n >= 10 && log2_n <= 20 && r >= 1 && p >= 1 && p <= 16 && memory() <= kMostMemory;
  }
  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

/// A key of `octets` (at most SecretOctets::kMaxOctets) out of a passphrase. Nothing for a cost
/// that is not acceptable() or where OpenSSL cannot have the memory.
[[nodiscard]] std::optional<SecretOctets> scrypt(OctetView passphrase, OctetView salt,
                                                 ScryptCost cost, std::size_t octets);

}  // namespace metergate::crypto
