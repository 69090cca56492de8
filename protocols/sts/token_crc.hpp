// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/octets/octets.hpp"
#include "protocols/sts/sts_token.hpp"

namespace metergate::sts {

/// The check sum of IEC 62055-41 6.3.7 as it stands in the block: polynomial 8005 processed LSB
/// first from FFFF, the two result octets swapped.
[[nodiscard]] std::uint16_t token_crc(OctetView octets);

/// Over class (2 bits, padded to an octet) and the 48 data bits. Currency credits (class 0,
/// subclasses 4 to 7) carry CRC_C, which takes in one more octet 01; the subclass stands in the
/// uppermost data bits, so the right one is chosen here.
[[nodiscard]] std::uint16_t data_crc(TokenClass token_class, std::uint64_t data48);

/// Whether bits 15..0 of a clear block are the check sum of the rest.
[[nodiscard]] bool block_crc_holds(TokenClass token_class, std::uint64_t block);

}  // namespace metergate::sts
