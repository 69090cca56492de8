// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/meter_state.hpp"
#include "meters/virtual/token_rules.hpp"

/// Codes as a virtual meter takes them: over a wire or at its keypad, by its keys or, where it has
/// none, by the open rule.
namespace metergate::virtual_meter {

using operation::MeterRefusal;
using operation::OrderAnswer;
using operation::OrderRefused;
using operation::OrderTaken;

void VirtualMeter::State::log_code(const Entry& entry, std::optional<MeterRefusal> refusal) {
  if (entry.by_hand) {
    const token_log::KeyedCode keyed{*entry.by_hand, refusal};
    return write(LogId::Token, keyed.event(), keyed.cause(), keyed.reference);
  }
  write(LogId::Token, refusal ? EventCode::TokenRefused : EventCode::TokenAccepted,
        refusal ? refusal_number(*refusal) : std::uint16_t{0}, entry.transaction);
}

OrderAnswer VirtualMeter::State::judge_open(const Token& token, const Entry& entry) {
  const std::string digits = token.digits.reveal();
  const auto refuse = [&](MeterRefusal why) -> OrderAnswer {
    log_code(entry, why);
    return refused(why);
  };
  if (account.used_before(digits)) return refuse(MeterRefusal::Duplicate);
  const Verdict verdict = judge(token);
  if (const auto* why = std::get_if<MeterRefusal>(&verdict)) return refuse(*why);

  OrderTaken taken;
  if (const auto* credit = std::get_if<Credits>(&verdict)) {
    // A meter in credit mode has no balance to add to (utrn-and-premier.md 1.5).
    if (!settings.prepayment) return refuse(MeterRefusal::NotPermitted);
    const bool energy_token = token.kind == TokenKind::Sts;
    const std::int64_t minor = energy_token ? account.minor_for_wh(credit->value) : credit->value;
    if (account.would_overflow(minor)) return refuse(MeterRefusal::AccountHigh);
    taken = {minor, "minor"};
    account.add(minor);
    write(LogId::Account, EventCode::BalanceChanged, 0, entry.transaction);
  }
  account.remember(digits);
  log_code(entry, std::nullopt);
  check_credit();
  return taken;
}

OrderAnswer VirtualMeter::State::judge_keyed(std::string_view digits, const Entry& entry) {
  display.clear();
  CodeDone done;
  const TokenAcceptance::Effects does = effects(entry, done);
  const auto token = TokenDigits::parse(digits);
  const TokenAcceptance::Decision decided = entry.by_hand || !token
                                                ? acceptance->by_hand(digits, running_time(), does)
                                                : acceptance->remote(*token, running_time(), does);
  last_code_silent = decided.silent;
  if (const auto& refusal = decided.verdict.refusal) {
    const MeterRefusal why = done.not_permitted ? MeterRefusal::NotPermitted : *refusal;
    if (!decided.silent) {
      log_code(entry, why);
      display = {decided.raw};
    }
    return OrderRefused{why, decided.raw};
  }
  if (decided.key_changed) key_changed(entry);
  if (display.empty()) display = {decided.raw};
  log_code(entry, std::nullopt);
  check_credit();
  OrderTaken taken;
  if (done.credited_minor) taken = {*done.credited_minor, "minor"};
  return taken;
}

OrderAnswer VirtualMeter::State::key_in(const std::string& digits) {
  display.clear();
  last_code_silent = false;
  const auto twenty = TokenDigits::parse(digits);
  const Entry entry{0, twenty ? token_log::code_reference(*twenty) : 0};
  const auto judged_by_rule = [&]() -> OrderAnswer {
    if (acceptance) return judge_keyed(digits, entry);
    const auto token = Token::parse(digits);
    if (token) return judge_open(*token, entry);
    log_code(entry, MeterRefusal::Malformed);
    return refused(MeterRefusal::Malformed);
  };
  return remember(OrderSeen::Kind::KeyedCode, 0, digits, judged_by_rule());
}

void VirtualMeter::State::key_changed(const Entry& entry) {
  write(LogId::Configuration, EventCode::ConfigurationChanged,
        static_cast<std::uint16_t>(TokenSetting::DecoderKey), entry.transaction);
}

void VirtualMeter::State::fit_keys(MeterKeys keys) {
  settings.keys = keys;
  acceptance.emplace(std::move(keys), born);
  account.count_in_units();
}

}  // namespace metergate::virtual_meter
