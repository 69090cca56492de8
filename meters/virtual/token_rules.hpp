// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>

#include "meters/operation.hpp"
#include "meters/token.hpp"
#include "meters/token_log.hpp"

/// What a virtual meter makes of a token, without any key: a short list of rules over the digits,
/// so that a test can write a token for every answer a meter can give.
///
/// UTRN, with the fields of utrn-and-premier.md 2.1:
///   MAC 0xFFFF0000 + n      refused with the nth reason of operation::MeterRefusal, from 1
///   value class 2 or 3      refused, malformed
///   else                    credits the value field: hundredths (class 0) or whole units (class 1)
/// STS, over the 66-bit number:
///   bits 26..11 all ones    refused with reason number n = bits 10..0
///   class 0                 credits the price of ((number / 2^29) mod 500 + 1) x 100 Wh
///   class 1 and 2           taken, credits nothing (meter tests, management)
///   class 3                 refused, not supported
namespace metergate::virtual_meter {

struct Credits {
  std::int64_t value = 0;  ///< minor units for a UTRN, Wh for an STS token
};
struct CreditsNothing {};
using Verdict = std::variant<Credits, CreditsNothing, operation::MeterRefusal>;

/// Duplicates and the maximum credit are the account's business, not the token's.
[[nodiscard]] Verdict judge(const Token& token);

/// How the virtual meter writes a refusal as a number on its wires and in its logs; taken is 0.
using token_log::kRefusals;
using token_log::refusal_number;

/// A UTRN that credits `minor` (0 to 8191); `mac` tells tokens of the same value apart. A MAC that
/// would mean a refusal has its top bit cleared.
[[nodiscard]] Token utrn_credit(std::uint16_t counter, std::uint16_t minor, std::uint32_t mac);
/// The nth STS credit token, n below 2^35; credits (n mod 500 + 1) x 100 Wh.
[[nodiscard]] Token sts_credit(std::uint64_t n);
/// A UTRN the meter refuses for this reason; `counter` (0 to 1023) tells them apart.
[[nodiscard]] Token utrn_refused(operation::MeterRefusal refusal, std::uint16_t counter);
/// An STS token the meter refuses for this reason; n below 2^35.
[[nodiscard]] Token sts_refused(operation::MeterRefusal refusal, std::uint64_t n);

}  // namespace metergate::virtual_meter
