// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace metergate::crypto {

using DesKey = std::span<const std::uint8_t, 8>;
using DesBlock = std::array<std::uint8_t, 8>;

/// One block of single DES, ECB (FIPS 46-3), for DKGA02 and EA09 of IEC 62055-41. Parity bits of
/// the key are ignored. Computed as triple DES with three equal keys, which is the same function
/// and still in OpenSSL's default provider. Throws std::runtime_error when OpenSSL has it not.
[[nodiscard]] DesBlock des_encrypt(DesKey key, const DesBlock& block);
[[nodiscard]] DesBlock des_decrypt(DesKey key, const DesBlock& block);

}  // namespace metergate::crypto
