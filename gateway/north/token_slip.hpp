// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "meters/identity.hpp"
#include "storage/token_issue.hpp"

/// What is printed for somebody who keys tokens in: digits in groups of four, whose meter, what it
/// does, and in which order. It shows digits: only where they are handed out.
namespace metergate::north {

/// What stands on a slip beside the tokens.
struct SlipFacts {
  const SiteId& site;
  const MeterId& meter;
  std::string serial;  ///< empty: not read yet
  std::string advice;  ///< what whoever keys it in has to know
};

/// The value as the token carries it, rounded as the standard has it: `25.6 kWh`, `1.00 kW`,
/// `supply group 999902`; nothing for functions without a value.
[[nodiscard]] std::string amount_text(const TokenOrder& order);

/// Plain text, at most 48 columns but for long names, ends with a line feed.
[[nodiscard]] std::string slip_text(const TokenIssue& issue, const SlipFacts& facts);
/// One HTML document that needs nothing else, for a printer or a PDF. Everything foreign is
/// escaped.
[[nodiscard]] std::string slip_html(const TokenIssue& issue, const SlipFacts& facts);

}  // namespace metergate::north
