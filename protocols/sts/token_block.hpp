// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/field_fault.hpp"
#include "protocols/result.hpp"
#include "protocols/sts/token_content.hpp"

namespace metergate::sts {

/// A clear block whose check sum does not hold: a wrong key, another meter's token, or a typing
/// error; nobody can tell which.
struct CrcFault {
  std::uint16_t found = 0;
  std::uint16_t expected = 0;
  friend bool operator==(const CrcFault&, const CrcFault&) = default;
};

/// The fields of a clear block of 64 bits (IEC 62055-41 6.2): 48 data bits and the check sum.
[[nodiscard]] Result<TokenContent, CrcFault> decode_block(TokenClass token_class,
                                                          std::uint64_t block);

/// The way back, check sum included. Fault: a field too wide for its place, named.
[[nodiscard]] Result<std::uint64_t, FieldFault> encode_block(const TokenContent& content);

}  // namespace metergate::sts
