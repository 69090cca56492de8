// SPDX-License-Identifier: Apache-2.0
#include "meters/token_verdict.hpp"

#include <algorithm>
#include <array>

namespace metergate {
namespace {

using operation::MeterRefusal;
using sts::TokenResult;
using utrn::UtrnResult;
using Cosem = CosemTokenStatus;

constexpr TokenVerdict kTaken{std::nullopt};
constexpr std::nullopt_t kNone = std::nullopt;

constexpr TokenVerdict no(MeterRefusal refusal) { return {refusal}; }

constexpr std::array kRows{
    TokenVerdictRow{kTaken, TokenResult::Accept, UtrnResult::Accepted, "Accepted", 0x810E,
                    Cosem::ExecutionOk},
    TokenVerdictRow{kTaken, TokenResult::FirstKct, kNone, "", kNone, Cosem::ExecutionOk},
    TokenVerdictRow{kTaken, TokenResult::SecondKct, kNone, "", kNone, Cosem::ExecutionOk},
    TokenVerdictRow{kTaken, TokenResult::ThirdKct, kNone, "", kNone, Cosem::ExecutionOk},
    TokenVerdictRow{kTaken, TokenResult::FourthKct, kNone, "", kNone, Cosem::ExecutionOk},
    TokenVerdictRow{no(MeterRefusal::Duplicate), TokenResult::UsedError, UtrnResult::Duplicate,
                    "Duplicate", 0x8F51, Cosem::ValidationFailure},
    TokenVerdictRow{no(MeterRefusal::WrongMeter), TokenResult::MfrCodeError, kNone, "Invalid",
                    0x8F64, Cosem::AuthenticationFailure},
    TokenVerdictRow{no(MeterRefusal::NotAuthentic), TokenResult::CrcError, UtrnResult::NotAuthentic,
                    "Incorrect", 0x8F63, Cosem::AuthenticationFailure},
    TokenVerdictRow{no(MeterRefusal::Malformed), TokenResult::FormatError, UtrnResult::Malformed,
                    "Incomplete", kNone, Cosem::FormatFailure},
    TokenVerdictRow{no(MeterRefusal::Malformed), kNone, UtrnResult::WrongCheckDigit, "", kNone,
                    Cosem::FormatFailure},
    TokenVerdictRow{no(MeterRefusal::AccountHigh), TokenResult::OverflowError,
                    UtrnResult::AboveBalanceLimit, "Account High", 0x8F47, Cosem::ExecutionFailure},
    TokenVerdictRow{no(MeterRefusal::AccountHigh), kNone, UtrnResult::AboveTopUpLimit, "", 0x8F5B,
                    Cosem::ExecutionFailure},
    TokenVerdictRow{no(MeterRefusal::AccountLow), kNone, kNone, "Account Low", kNone,
                    Cosem::ExecutionFailure},
    TokenVerdictRow{no(MeterRefusal::LockedOut), TokenResult::LockoutError, UtrnResult::LockedOut,
                    "Key Locked", 0x81C5, kNone},
    TokenVerdictRow{no(MeterRefusal::LockedOut), kNone, kNone, "", 0x81C4, kNone},
    TokenVerdictRow{no(MeterRefusal::TooOld), TokenResult::OldError, UtrnResult::TooOld, "", kNone,
                    Cosem::ValidationFailure},
    TokenVerdictRow{no(MeterRefusal::KeyExpired), TokenResult::KeyExpiredError, kNone, "", kNone,
                    Cosem::ValidationFailure},
    TokenVerdictRow{no(MeterRefusal::OutOfRange), TokenResult::RangeError, kNone, "", kNone,
                    Cosem::ExecutionFailure},
    TokenVerdictRow{no(MeterRefusal::NotSupported), TokenResult::FunctionError,
                    UtrnResult::UnknownSubClass, "", kNone, Cosem::ExecutionFailure},
    TokenVerdictRow{no(MeterRefusal::NotPermitted), TokenResult::DdtkError, kNone, "", kNone,
                    Cosem::ValidationFailure},
    TokenVerdictRow{no(MeterRefusal::NotPermitted), TokenResult::KeyTypeError, kNone, "", kNone,
                    Cosem::ExecutionFailure},
};

template <typename Member, typename Value>
const TokenVerdictRow* row_with(Member member, const Value& wanted) {
  const auto* const row = std::ranges::find(kRows, wanted, member);
  return row == kRows.end() ? nullptr : row;
}

std::optional<TokenVerdict> ours(const TokenVerdictRow* row) {
  if (row == nullptr) return std::nullopt;
  return row->ours;
}

constexpr TokenVerdict kOther = no(MeterRefusal::Other);

}  // namespace

std::span<const TokenVerdictRow> token_verdicts() { return kRows; }

TokenVerdict token_verdict(TokenResult result) {
  return ours(row_with(&TokenVerdictRow::sts, std::optional{result})).value_or(kOther);
}

TokenVerdict token_verdict(UtrnResult result) {
  return ours(row_with(&TokenVerdictRow::utrn, std::optional{result})).value_or(kOther);
}

std::optional<TokenVerdict> token_verdict_of_secure(std::string_view word) {
  if (word.empty()) return std::nullopt;
  return ours(row_with(&TokenVerdictRow::secure, word));
}

std::optional<TokenVerdict> token_verdict_of_alert(std::uint16_t alert) {
  return ours(row_with(&TokenVerdictRow::alert, std::optional{alert}));
}

std::optional<TokenVerdict> token_verdict_of(CosemTokenStatus status) {
  switch (status) {
    case Cosem::ExecutionOk:
      return kTaken;
    case Cosem::FormatFailure:
      return no(MeterRefusal::Malformed);
    case Cosem::AuthenticationFailure:
      return no(MeterRefusal::NotAuthentic);
    case Cosem::ValidationFailure:
    case Cosem::ExecutionFailure:
      return kOther;
    case Cosem::FormatOk:
    case Cosem::AuthenticationOk:
    case Cosem::ValidationOk:
    case Cosem::NotYetProcessed:
      break;
  }
  return std::nullopt;
}

const TokenVerdictRow* usual_words(TokenVerdict verdict) {
  return row_with(&TokenVerdictRow::ours, verdict);
}

}  // namespace metergate
