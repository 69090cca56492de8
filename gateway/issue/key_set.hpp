// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "storage/token_issue.hpp"

/// A key change is a set: the meter has its new key once it has taken every token of it, and it
/// forgets an incomplete set after a while (acceptance rows J-50, J-51).
namespace metergate::issue {

/// The standard's figure is not public; meters are known to wait for minutes (docs/tokens.md).
inline constexpr std::chrono::minutes kSetPatience{10};

[[nodiscard]] bool is_key_set(const TokenIssue& issue);
/// The meter has said that it took it, in its session or by its log.
[[nodiscard]] bool is_taken(const IssuedToken& token);

/// The tokens that the meter took and has forgotten by `now`, for the set was not complete: all it
/// had taken when it took the last of them longer than kSetPatience ago. Empty: none, or no set.
[[nodiscard]] std::vector<IssuedToken> forgotten(const TokenIssue& issue, UtcTime now);

/// With this token the meter has the whole set.
[[nodiscard]] bool completes(const TokenIssue& issue, std::uint16_t number);

}  // namespace metergate::issue
