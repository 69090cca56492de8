// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/tokens/token_desk.hpp"

#include <algorithm>
#include <utility>

#include "gateway/issue/key_set.hpp"
#include "gateway/north/token_messages.hpp"
#include "gateway/runtime/commands/command_identity.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "gateway/runtime/tokens/outstanding.hpp"
#include "protocols/crypto/random.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/crash_point.hpp"

namespace metergate::runtime {
namespace {

constexpr std::uint8_t kRandomBits = 0x0F;

Refusal refusal_of(const keys::KeyFault& fault) {
  using Why = keys::KeyFault::Reason;
  switch (fault.reason) {
    case Why::NoKey:
    case Why::KeyExpired:
      return {Reason::NoVendingKey, "meter.sts.supply_group", "", fault.text};
    case Why::Field:
    case Why::Refused:
    case Why::CheckSum:
      return {Reason::NotInThisState, "params.function", "", fault.text};
    default:
      return {Reason::KeyStoreUnavailable, "", "", fault.text};
  }
}

/// Deliveries are named after the command that asked; identifiers have room for 64 characters.
constexpr std::size_t kLongestId = 58;

std::string delivery_id(const CommandId& by, std::size_t number) {
  return by.text() + '-' + std::to_string(number);
}

/// All that is known of the meter without asking the ledger.
access::AccessRequest access_request(const IssueToken& asked, const access::Identities& who,
                                     const MeterUnit& meter) {
  access::AccessRequest request{
      asked.order, {asked.delivery, asked.channel, asked.cleared}, who, {}};
  request.meter.relay = meter.stored.supply_reported;
  if (meter.stored.supply_read_at) {
    request.meter.tampered = meter.stored.supply_causes.has(SupplyCauses::kTamper);
  }
  if (meter.settings.sts) request.meter.phases = meter.settings.sts->phases;
  return request;
}

/// Who wants what for whom: a transaction that has no tokens yet.
TokenIssue transaction_of(const IssueToken& asked, const Command& command, const MeterUnit& meter,
                          const access::Granted& by, Now now) {
  TokenIssue made{.id = command.id};
  made.meter = meter.stored.key;
  made.epoch = meter.stored.epoch;
  made.order = asked.order;
  made.issued_at = now.utc;
  made.changed_at = now.utc;
  made.operator_name = by.operator_name;
  made.second_operator = by.second_operator;
  made.identity_proof = identity_proof_word(by.proof);
  made.work_order = command.work_order;
  made.comment = command.comment;
  made.delivery = asked.delivery;
  made.channel = asked.channel;
  return made;
}

void add_token(TokenIssue& made, TokenDigits digits) {
  const std::size_t number = made.tokens.size() + 1;
  made.tokens.push_back(
      {static_cast<std::uint16_t>(number),
       std::move(digits),
       IssuedState::Outstanding,
       {},
       made.delivery == TokenDelivery::Remote ? delivery_id(made.id, number) : std::string{}});
}

/// Has the planned tokens made and puts them into their transaction, with what tells them apart:
/// the TID of a single one, the new key of a set.
std::optional<Refusal> make_digits(keys::VendingKeys& vending, const sts::KeyDerivation& from,
                                   const issue::TokenPlan& plan, TokenIssue& made) {
  if (const auto* single = std::get_if<issue::SingleToken>(&plan)) {
    auto token = vending.make_token(from, single->content);
    if (!token) return refusal_of(token.error());
    if (const auto tid = sts::tid_of(single->content)) made.tid = tid->minutes();
    add_token(made, std::move(*token));
    return std::nullopt;
  }
  const sts::KeyDerivation& to = std::get<issue::KeyChange>(plan).to;
  auto set = vending.make_key_change(from, to);
  if (!set) return refusal_of(set.error());
  made.to_supply_group = to.supply_group.number();
  made.to_tariff_index = to.tariff_index.number();
  made.to_key_revision = to.key_revision.number();
  for (TokenDigits& one : *set) add_token(made, std::move(one));
  return std::nullopt;
}

}  // namespace

TokenDesk::TokenDesk(LedgerKeeper& keeper, journal::Journal& journal, const Clock& clock,
                     const north::Topics& topics, Rights rights, Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      clock_{clock},
      topics_{topics},
      rights_{std::move(rights)},
      handlers_{std::move(handlers)} {}

void TokenDesk::meter_added(MeterUnit& meter) {
  if (!meter.settings.sts) return;
  const auto known = keeper_.checked(keeper_.ledger().meter_sts(meter.stored.key));
  const config::MeterSts& told = *meter.settings.sts;
  if (!known) return;
  // Another PAN is another meter; for the same one, key changes have gone on from the first entry.
  const bool is_known = *known && (*known)->pan == told.pan;
  const auto index = is_known ? (*known)->tariff_index : told.tariff_index;
  if (const config::MeterSts usual; index != usual.tariff_index) {
    const auto named = sts::TariffIndex::of(index);
    journal_.write(journal::kTariffIndexUnusual, clock_.now().utc,
                   {{"meter", meter.id().text()}, {"index", named ? named->digits() : ""}});
  }
  if (is_known) return;
  static_cast<void>(keeper_.checked(keeper_.ledger().set_meter_sts(
      meter.stored.key,
      StoredSts{told.pan, told.supply_group, told.tariff_index, told.key_revision, told.key_type,
                told.generation, told.algorithm, told.base_date, std::nullopt})));
  keeper_.commit_soon();
}

Result<PreparedTokens, Refusal> TokenDesk::prepare(const Command& command, MeterUnit& meter,
                                                   Now now) {
  if (command.id.text().size() > kLongestId) {
    return failure(Refusal{Reason::InvalidIdentifier, "id", command.id.text(),
                           "at most 58 characters: deliveries are named after it"});
  }
  const auto* issue = std::get_if<IssueToken>(&command.params);
  auto prepared = issue != nullptr
                      ? make(*issue, command, meter, now)
                      : collect(std::get<ResendTokens>(command.params), command, meter);
  if (!prepared) audit_refusal(command, prepared.error(), now);
  return prepared;
}

Result<access::Identities, Refusal> TokenDesk::identify(const Command& command) const {
  return runtime::identify(command, rights_.rules, rights_.own_user);
}

bool TokenDesk::audit(AuditKind kind, const Command& command, const access::Granted& by,
                      std::string details_json, Now now) {
  return keeper_
      .checked(keeper_.ledger().append_audit({now.utc, kind, command.meter.text(), by.operator_name,
                                              by.second_operator, by.proof, command.work_order,
                                              command.comment, std::move(details_json)}))
      .has_value();
}

void TokenDesk::audit_refusal(const Command& command, const Refusal& refusal, Now now) {
  const bool denied =
      refusal.reason == Reason::NotPermitted || refusal.reason == Reason::OverLimit ||
      refusal.reason == Reason::SignatureMissing || refusal.reason == Reason::SignatureWrong ||
      refusal.reason == Reason::SecondOperatorNeeded;
  access::Granted nobody;
  nobody.operator_name = command.operator_name;
  static_cast<void>(audit(denied ? AuditKind::OperatorDenied : AuditKind::TokenRefused, command,
                          nobody, north::encode_refused_command(command, refusal), now));
  keeper_.commit_soon();
}

Stored<bool> TokenDesk::key_change_on_its_way(const MeterUnit& meter, const StoredSts& sts) {
  if (!sts.pending_issue) return false;
  const auto issues = keeper_.ledger().token_issues(meter.stored.key);
  if (!issues) return failure(issues.error());
  const auto change = std::ranges::find(*issues, *sts.pending_issue, &TokenIssue::key);
  // A set of which the meter has refused a token comes to nothing: another one may be made.
  return change != issues->end() && change->state() == IssuedState::Outstanding;
}

Result<PreparedTokens, Refusal> TokenDesk::make(const IssueToken& asked, const Command& command,
                                                MeterUnit& meter, Now now) {
  const auto unavailable = failure(storage_unavailable());
  if (rights_.keys == nullptr) {
    return failure(Refusal{Reason::KeyStoreUnavailable, "", "",
                           "a [key_store] in the gateway's configuration"});
  }
  Ledger& ledger = keeper_.ledger();
  const auto sts = keeper_.checked(ledger.meter_sts(meter.stored.key));
  if (!sts) return unavailable;
  if (!*sts) {
    return failure(Refusal{Reason::UnsupportedByMeter, "meter", meter.id().text(),
                           "a meter with [meter.sts] in the configuration"});
  }
  const auto who = identify(command);
  if (!who) return failure(who.error());
  const auto pending = keeper_.checked(key_change_on_its_way(meter, **sts));
  if (!pending) return unavailable;
  access::AccessRequest request = access_request(asked, *who, meter);
  request.meter.key_change_pending = *pending;
  const auto granted = access::decide(rights_.rules, request);
  if (!granted) return failure(granted.error());
  const auto from = issue::derivation_of(**sts);
  if (!from) return failure(from.error());
  // Before anything is made (J-46).
  const auto vending_key = rights_.keys->find(*from);
  if (!vending_key) return failure(refusal_of(vending_key.error()));
  const auto last_tid = keeper_.checked(ledger.last_tid(meter.stored.key, (*sts)->base_date));
  if (!last_tid) return unavailable;
  issue::PlanFacts facts;
  facts.is_polyphase = meter.settings.sts && meter.settings.sts->phases > 1;
  facts.now = std::chrono::floor<std::chrono::seconds>(now.utc);
  facts.last_tid = *last_tid;
  facts.random = crypto::random_octets<1>().front() & kRandomBits;
  const auto plan = issue::plan(asked.order, *from, facts);
  if (!plan) return failure(plan.error());

  TokenIssue made = transaction_of(asked, command, meter, *granted, now);
  made.base_date = (*sts)->base_date;
  made.vending_key = vending_key->name.text();
  if (auto refusal = make_digits(*rights_.keys, *from, *plan, made)) {
    return failure(*std::move(refusal));
  }
  for (const IssuedToken& token : made.tokens) {
    const auto id = CommandId::parse(token.command);
    const auto taken = id ? keeper_.checked(ledger.find_command(*id)) : std::nullopt;
    if (id && !taken) return unavailable;
    if (id && *taken) {
      return failure(Refusal{
          Reason::ConflictingId, "id", command.id.text(),
          "an id whose deliveries have names of their own; " + token.command + " is taken"});
    }
  }
  return PreparedTokens{PreparedIssue{std::move(made), *granted}};
}

Result<PreparedTokens, Refusal> TokenDesk::collect(const ResendTokens& asked,
                                                   const Command& command, MeterUnit& meter) {
  auto issues = keeper_.checked(keeper_.ledger().token_issues(meter.stored.key));
  if (!issues) {
    return failure(storage_unavailable());
  }
  std::erase_if(*issues, [](const TokenIssue& issue) {
    return std::ranges::none_of(issue.tokens, is_outstanding);
  });
  if (issues->empty()) {
    return failure(Refusal{Reason::NothingOutstanding, "meter", meter.id().text(),
                           "a meter with tokens that wait to be used"});
  }
  const auto who = identify(command);
  if (!who) return failure(who.error());
  access::Granted by;
  for (TokenIssue& issue : *issues) {
    // What the meter has forgotten by now is sent again, with the rest of its set.
    const auto forgotten = issue::forgotten(issue, clock_.now().utc);
    for (IssuedToken& token : issue.tokens) {
      const bool again =
          std::ranges::find(forgotten, token.number, &IssuedToken::number) != forgotten.end();
      if (again) token.state = IssuedState::Outstanding;
    }
    auto granted = access::decide_resend(rights_.rules, issue.order.function,
                                         {asked.delivery, asked.channel, asked.cleared}, *who);
    if (!granted) return failure(granted.error());
    by = std::move(*granted);
    for (const IssuedToken& token : issue.tokens) {
      const auto id = CommandId::parse(token.command);
      if (!is_outstanding(token) || !id) continue;
      const auto carried = keeper_.checked(keeper_.ledger().find_command(*id));
      const bool is_live = carried && *carried && !is_terminal((*carried)->state);
      if (is_live && asked.delivery == TokenDelivery::Remote) {
        return failure(Refusal{Reason::NotInThisState, "meter", meter.id().text(),
                               "no delivery on its way; command " + token.command + " is"});
      }
    }
  }
  return PreparedTokens{PreparedResend{std::move(*issues), std::move(by)}};
}

north::TokenMeter TokenDesk::whose_tokens(const MeterUnit& meter) const {
  return {topics_.site(), meter.id(), meter.stored.serial};
}

bool TokenDesk::hand_over(const TokenIssue& issue, HandChannel channel, const Command& command,
                          MeterUnit& meter, Now now) {
  const TokenHandover handover{now.utc, channel, command.operator_name, command.id.text()};
  Ledger& ledger = keeper_.ledger();
  const OutboxMessage message{0,
                              topics_.token(meter.id(), hand_channel_word(channel)),
                              north::encode_handover(issue, handover, whose_tokens(meter)),
                              {},
                              {}};
  return keeper_.checked(ledger.add_handover(issue.key, handover)) &&
         keeper_.checked(ledger.enqueue(message));
}

bool TokenDesk::store(const PreparedTokens& prepared, const Command& command, MeterUnit& meter,
                      Now now) {
  Ledger& ledger = keeper_.ledger();
  if (const auto* resend = std::get_if<PreparedResend>(&prepared)) {
    const auto& asked = std::get<ResendTokens>(command.params);
    std::size_t number = 0;
    for (TokenIssue issue : resend->issues) {
      for (IssuedToken& token : issue.tokens) {
        if (asked.delivery != TokenDelivery::Remote || !is_outstanding(token)) continue;
        token.command = delivery_id(command.id, ++number);
        if (!keeper_.checked(ledger.set_issued_token(issue.key, token, now.utc))) return false;
      }
      if (asked.delivery == TokenDelivery::Hand &&
          !hand_over(issue, asked.channel, command, meter, now)) {
        return false;
      }
      if (!audit(AuditKind::TokenResent, command, resend->by, north::encode_issue_audit(issue),
                 now)) {
        return false;
      }
    }
    return true;
  }
  const auto& [made, by] = std::get<PreparedIssue>(prepared);
  TokenIssue issue = made;
  const auto key = keeper_.checked(ledger.insert_token_issue(issue));
  if (!key) return false;
  issue.key = *key;
  crash_point("token-stored");
  if (traits_of(issue.order.function).is_key_change) {
    auto sts = keeper_.checked(ledger.meter_sts(meter.stored.key));
    if (!sts || !*sts) return false;
    (*sts)->pending_issue = *key;
    if (!keeper_.checked(ledger.set_meter_sts(meter.stored.key, **sts))) return false;
  }
  if (!audit(AuditKind::TokenIssued, command, by, north::encode_issue_audit(issue), now)) {
    return false;
  }
  journal_.write(journal::kTokenIssued, now.utc,
                 {{"issue", issue.id.text()},
                  {"meter", meter.id().text()},
                  {"function", std::string{traits_of(issue.order.function).word}},
                  {"operator", issue.operator_name}});
  return issue.delivery != TokenDelivery::Hand ||
         hand_over(issue, issue.channel, command, meter, now);
}

std::string TokenDesk::result_of(const Command& command, MeterUnit& meter) {
  Ledger& ledger = keeper_.ledger();
  if (const auto* resend = std::get_if<ResendTokens>(&command.params)) {
    auto issues = keeper_.checked(ledger.token_issues(meter.stored.key));
    if (!issues) return {};
    std::erase_if(*issues, [](const TokenIssue& issue) {
      return std::ranges::none_of(issue.tokens, is_outstanding);
    });
    return north::encode_resend_result(*issues, *resend, whose_tokens(meter));
  }
  const auto issue = keeper_.checked(ledger.token_issue(command.id));
  return issue && *issue ? north::encode_issue_result(**issue, whose_tokens(meter)) : std::string{};
}

}  // namespace metergate::runtime
