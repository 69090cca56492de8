// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "meters/operation.hpp"
#include "protocols/sts/token_result.hpp"
#include "protocols/utrn/utrn_result.hpp"

/// One table between the four ways a meter says what it made of a token and our closed reasons, for
/// every driver and for the virtual meter. The meter's own word travels beside ours, so a mapping
/// that gathers several of its words in one of ours loses nothing.
namespace metergate {

/// COSEM class 115, token_status.status_code (sts.md 8.2).
enum class CosemTokenStatus : std::uint8_t {
  FormatOk = 0,
  AuthenticationOk = 1,
  ValidationOk = 2,
  ExecutionOk = 3,
  FormatFailure = 4,
  AuthenticationFailure = 5,
  ValidationFailure = 6,
  ExecutionFailure = 7,
  NotYetProcessed = 8,
};

/// Taken, or why not.
struct TokenVerdict {
  std::optional<operation::MeterRefusal> refusal;

  [[nodiscard]] bool taken() const { return !refusal; }
  friend bool operator==(const TokenVerdict&, const TokenVerdict&) = default;
};

/// A row of the table; what a family has no word for is empty.
struct TokenVerdictRow {
  TokenVerdict ours;
  std::optional<sts::TokenResult> sts;
  std::optional<utrn::UtrnResult> utrn;
  std::string_view secure;             ///< the word on the display (utrn-and-premier.md 1.5)
  std::optional<std::uint16_t> alert;  ///< GBCS (utrn-and-premier.md 2.7)
  std::optional<CosemTokenStatus> cosem;
};
/// Of several rows with the same verdict of ours the first is the usual one.
[[nodiscard]] std::span<const TokenVerdictRow> token_verdicts();

// ---- from the meter -----------------------------------------------------------------------------
[[nodiscard]] TokenVerdict token_verdict(sts::TokenResult result);
[[nodiscard]] TokenVerdict token_verdict(utrn::UtrnResult result);
/// Nothing for a word, an alert or a status that is no final verdict on a token. A COSEM validation
/// or execution failure alone is Other: which check failed stands in data_value, in a form that
/// each meter has for itself.
[[nodiscard]] std::optional<TokenVerdict> token_verdict_of_secure(std::string_view word);
[[nodiscard]] std::optional<TokenVerdict> token_verdict_of_alert(std::uint16_t alert);
[[nodiscard]] std::optional<TokenVerdict> token_verdict_of(CosemTokenStatus status);

// ---- to the meter's words -----------------------------------------------------------------------
/// The usual row; nothing for refusals that no family knows for a token (`relay-limit` ...).
[[nodiscard]] const TokenVerdictRow* usual_words(TokenVerdict verdict);

}  // namespace metergate
