// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/cli/tokens/token_report.hpp"
#include "protocols/sts/token_content.hpp"

namespace metergate::cli {

/// What a token's fields say, in the order they are asked for. `keys` tells the base date and the
/// expiry of the key; without a base date the TID is shown under all three.
[[nodiscard]] std::vector<TokenFact> facts_of(const sts::TokenContent& content,
                                              const config::StsKeyConfig* keys);

/// `credit`, `test`, `management`, `reserved`
[[nodiscard]] std::string_view token_class_word(sts::TokenClass token_class);

}  // namespace metergate::cli
