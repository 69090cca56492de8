// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/key_config.hpp"
#include "gateway/cli/terminal/console.hpp"
#include "meters/time.hpp"
#include "protocols/sts/token_digits.hpp"

namespace metergate::cli {

/// What `metergate token make` is to make, as typed. Empty means not given.
struct TokenOrder {
  std::string kind;
  std::string amount;                      ///< credits, limits and UTRNs
  std::string commodity = "electricity";   ///< credits and clear-credit
  bool currency = false;                   ///< money instead of units
  bool all_registers = false;              ///< clear-credit
  std::string time;                        ///< of the TID; now unless given
  bool special = false;                    ///< the reserved minute 00:01
  std::optional<unsigned> random;          ///< RND; from the clock unless given
  std::vector<std::string> tests;          ///< meter-test: words, or `all`
  std::string manufacturer = "00";         ///< 2 or 4 digits choose the form
  std::optional<unsigned> value;           ///< raw: tariff rate, water factor, extended set
  std::optional<unsigned> index;           ///< extended-set
  std::optional<config::StsKeyConfig> to;  ///< key-change
  bool without_supply_group = false;       ///< key-change of 64 bits in two tokens
  std::optional<std::uint32_t> counter;    ///< utrn
};

/// Where a key configuration leaves the supplier's key to a key store, and none was named.
inline constexpr std::string_view kSupplierKeyIsElsewhere =
    "the [utrn] table has no key of the supplier: add supplier_private_key, or name the key store "
    "that holds it with --file";

/// The words for `kind`, for the help text.
[[nodiscard]] std::vector<std::string> token_kinds();

/// One token, or the ordered set of a key change.
[[nodiscard]] CliResult<std::vector<TokenDigits>> make_tokens(const TokenOrder& order,
                                                              const config::KeyConfig& keys,
                                                              UtcTime now);

}  // namespace metergate::cli
