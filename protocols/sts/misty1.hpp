// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace metergate::sts {

using Misty1Key = std::span<const std::uint8_t, 16>;

/// MISTY1 with 8 rounds (RFC 2994), EA 11 of IEC 62055-41; no library of the distribution has it.
/// The block's most significant octet comes first on paper.
[[nodiscard]] std::uint64_t misty1_encrypt(Misty1Key key, std::uint64_t block);
[[nodiscard]] std::uint64_t misty1_decrypt(Misty1Key key, std::uint64_t block);

}  // namespace metergate::sts
