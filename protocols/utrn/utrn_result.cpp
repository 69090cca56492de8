// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_result.hpp"

namespace metergate::utrn {

std::string_view utrn_result_word(UtrnResult result) {
  switch (result) {
    case UtrnResult::Accepted:
      return "accepted";
    case UtrnResult::Malformed:
      return "malformed";
    case UtrnResult::WrongCheckDigit:
      return "wrong-check-digit";
    case UtrnResult::UnknownSubClass:
      return "unknown-sub-class";
    case UtrnResult::LockedOut:
      return "locked-out";
    case UtrnResult::Duplicate:
      return "duplicate";
    case UtrnResult::TooOld:
      return "too-old";
    case UtrnResult::NotAuthentic:
      return "not-authentic";
    case UtrnResult::AboveTopUpLimit:
      return "above-top-up-limit";
    case UtrnResult::AboveBalanceLimit:
      break;
  }
  return "above-balance-limit";
}

std::optional<std::uint16_t> alert_code(UtrnResult result) {
  switch (result) {
    case UtrnResult::Accepted:
      return 0x810E;
    case UtrnResult::LockedOut:
      return 0x81C5;
    case UtrnResult::Duplicate:
      return 0x8F51;
    case UtrnResult::NotAuthentic:
      return 0x8F63;
    case UtrnResult::AboveTopUpLimit:
      return 0x8F5B;
    case UtrnResult::AboveBalanceLimit:
      return 0x8F47;
    case UtrnResult::Malformed:
    case UtrnResult::WrongCheckDigit:
    case UtrnResult::UnknownSubClass:
    case UtrnResult::TooOld:
      break;
  }
  return std::nullopt;
}

}  // namespace metergate::utrn
