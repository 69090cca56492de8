// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "meters/command.hpp"
#include "meters/outcome.hpp"
#include "storage/token_issue.hpp"

/// What is published of tokens made on this box. Digits are in them only where somebody is to key
/// them in.
namespace metergate::north {

/// Whose tokens they are.
struct TokenMeter {
  const SiteId& site;
  const MeterId& meter;
  const std::string& serial;  ///< empty: not read yet
};

/// `result` of `issue-token`: the transaction, and the digits when they were handed over.
[[nodiscard]] std::string encode_issue_result(const TokenIssue& issue, const TokenMeter& whose);
/// `result` of `resend-tokens`, oldest first.
[[nodiscard]] std::string encode_resend_result(const std::vector<TokenIssue>& issues,
                                               const ResendTokens& asked, const TokenMeter& whose);
/// Where the tokens of an issue stand, whenever that has changed; never their digits.
[[nodiscard]] std::string encode_issue_state(const TokenIssue& issue, const TokenMeter& whose,
                                             UtcTime at);
/// One handover to a channel: what a utility's messaging sends on, or prints.
[[nodiscard]] std::string encode_handover(const TokenIssue& issue, const TokenHandover& handover,
                                          const TokenMeter& whose);

/// A result of either without what is to be keyed in: for those who did not ask for it.
[[nodiscard]] std::string without_digits(const std::string& result_json);

/// What the audit trail keeps of a token: its transaction, never its digits.
[[nodiscard]] std::string encode_issue_audit(const TokenIssue& issue);
/// ... and of one that was not made.
[[nodiscard]] std::string encode_refused_command(const Command& command, const Refusal& refusal);

}  // namespace metergate::north
