// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/token_acceptance.hpp"

#include <algorithm>
#include <utility>

#include "protocols/sts/sts_token.hpp"
#include "protocols/sts/token_codec.hpp"
#include "protocols/utrn/utrn.hpp"

namespace metergate::virtual_meter {
namespace {

using operation::MeterRefusal;
using sts::TokenResult;
using utrn::UtrnResult;
using Decision = TokenAcceptance::Decision;

sts::TokenProcessRules rules_for(const MeterKeys& keys) {
  const std::string_view maker = keys.pan.drn().manufacturer();
  sts::TokenProcessRules rules;
  rules.manufacturer_form =
      maker.size() == 2 ? sts::ManufacturerForm::TwoDigits : sts::ManufacturerForm::FourDigits;
  for (const char digit : maker) {
    rules.manufacturer = static_cast<std::uint16_t>(rules.manufacturer * 10 + (digit - '0'));
  }
  return rules;
}

/// The meter was made after the base date or holds keys of a later one: it has seen nothing yet.
sts::TidStore first_tids(const MeterKeys& keys, UtcSeconds manufactured) {
  const auto tid = sts::token_identifier(manufactured, {.base = keys.base_date});
  return sts::TidStore{tid ? *tid : sts::TokenIdentifier::from_minutes(0)};
}

std::string raw_word(UtrnResult result) {
  for (const TokenVerdictRow& row : token_verdicts()) {
    if (row.utrn == result && !row.secure.empty()) return std::string{row.secure};
  }
  return std::string{utrn::utrn_result_word(result)};
}

Decision decision(TokenResult result) {
  return {.verdict = token_verdict(result), .raw = std::string{sts::token_result_word(result)}};
}
Decision decision(UtrnResult result) {
  return {.verdict = token_verdict(result), .raw = raw_word(result)};
}

bool is_key_change_section(TokenResult result) {
  return result >= TokenResult::FirstKct && result <= TokenResult::FourthKct;
}

/// RO stands in the first section.
bool asks_for_rollover(const TokenDigits& section, const sts::TokenCipher& cipher) {
  const auto bits = sts::token_bits(section);
  const auto content = bits ? sts::decode_token(*bits, cipher) : failure(sts::CrcFault{});
  const auto* first = content ? std::get_if<sts::SetFirstSectionDecoderKey>(&*content) : nullptr;
  return first != nullptr && first->rollover;
}

sts::BaseDate next(sts::BaseDate base) {
  return base == sts::BaseDate::Y1993 ? sts::BaseDate::Y2014 : sts::BaseDate::Y2035;
}

/// Entries that prove nothing but a slip of the finger or a guess.
bool is_wrong_entry(const Decision& made) {
  return made.verdict.refusal == MeterRefusal::Malformed ||
         made.verdict.refusal == MeterRefusal::NotAuthentic;
}

bool is_clear_test(const Result<TokenDigits, DigitsFault>& digits) {
  if (!digits) return false;
  const auto bits = sts::token_bits(*digits);
  return bits && sts::token_class(*bits) == sts::TokenClass::Test;
}

}  // namespace

TokenAcceptance::TokenAcceptance(MeterKeys keys, UtcSeconds manufactured)
    : TokenAcceptance{keys, first_tids(keys, manufactured), utrn::CounterCache{}} {}

TokenAcceptance::TokenAcceptance(MeterKeys keys, sts::TidStore tids, utrn::CounterCache counters)
    : keys_{std::move(keys)},
      process_{keys_.decoder, std::move(tids), rules_for(keys_)},
      utrn_{keys_.utrn.secret, keys_.utrn.parties, std::move(counters)} {}

Decision TokenAcceptance::decide(const TokenDigits& digits, UtcSeconds running,
                                 const Effects& effects) {
  switch (utrn::digit_family(digits)) {
    case utrn::DigitFamily::Sts:
      return decide_sts(digits, running, effects);
    case utrn::DigitFamily::Neither:
      return decision(TokenResult::FormatError);
    case utrn::DigitFamily::Utrn:
    case utrn::DigitFamily::UtrnUnknownSubClass:
    case utrn::DigitFamily::UtrnWrongCheckDigit:
      break;
  }
  // The orders on our wires carry no originator counter, so a code that comes over them is
  // completed like a keyed one.
  return decision(utrn_.process(digits, utrn::Keyed{}, effects.credit));
}

Decision TokenAcceptance::decide_sts(const TokenDigits& digits, UtcSeconds running,
                                     const Effects& effects) {
  bool carried_out = false;
  const TokenResult result =
      process_.process(digits, running, [&](const sts::TokenContent& content) {
        carried_out = true;
        return effects.carry_out(content);
      });
  Decision made = decision(result);
  if (is_key_change_section(result)) {
    if (!sections_.empty() &&
        running - sections_.back().at > sts::TokenProcessRules{}.key_change_wait) {
      sections_.clear();
    }
    sections_.push_back({running, digits});
  } else if (result == TokenResult::Accept && !carried_out) {
    made.key_changed = true;
    sections_.push_back({running, digits});
    key_changed();
  }
  return made;
}

void TokenAcceptance::key_changed() {
  const bool rolled_over = std::ranges::any_of(sections_, [&](const Section& section) {
    return asks_for_rollover(section.digits, keys_.decoder.cipher);
  });
  sections_.clear();
  keys_.decoder = process_.key();
  if (rolled_over) keys_.base_date = next(keys_.base_date);
}

void TokenAcceptance::change_supplier(UtrnKeys keys) {
  utrn_.change_supplier(keys.secret, keys.parties.originator, counters().highest());
  keys_.utrn = std::move(keys);
}

Decision TokenAcceptance::remote(const TokenDigits& digits, UtcSeconds running,
                                 const Effects& effects) {
  Decision made = decide(digits, running, effects);
  if (made.verdict.taken()) lockout_.forgive();
  return made;
}

Decision TokenAcceptance::by_hand(std::string_view text, UtcSeconds running,
                                  const Effects& effects) {
  const auto digits = TokenDigits::parse(text);
  if (locked(running) && !is_clear_test(digits)) {
    return digits && utrn::in_utrn_range(*digits) ? decision(UtrnResult::LockedOut)
                                                  : decision(TokenResult::LockoutError);
  }
  Decision made = digits ? decide(*digits, running, effects) : decision(UtrnResult::Malformed);
  if (made.verdict.taken()) lockout_.forgive();
  if (is_wrong_entry(made)) lockout_.wrong_entry(running);
  made.silent =
      made.verdict.refusal == MeterRefusal::Duplicate && digits && utrn::in_utrn_range(*digits);
  return made;
}

}  // namespace metergate::virtual_meter
