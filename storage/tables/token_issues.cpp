// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "protocols/word_list.hpp"
#include "storage/ledger_impl.hpp"
#include "storage/token_issue.hpp"

namespace metergate {
namespace {

constexpr std::array<std::string_view, 5> kStates{"outstanding", "redeemed", "redeemed-by-hand",
                                                  "refused", "void"};

StoredSts sts_from(const sqlite::Row& row) {
  return {
      .pan = row.string(0),
      .supply_group = row.as<std::uint32_t>(1),
      .tariff_index = row.as<std::uint8_t>(2),
      .key_revision = row.as<std::uint8_t>(3),
      .key_type = row.as<std::uint8_t>(4),
      .generation = row.as<std::uint8_t>(5),
      .algorithm = row.as<std::uint8_t>(6),
      .base_date = row.as<std::uint8_t>(7),
      .pending_issue = row.is_null(8) ? std::nullopt : std::optional<std::int64_t>{row.integer(8)}};
}

template <typename Number>
std::optional<Number> maybe(const sqlite::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.as<Number>(column);
}

#define METERGATE_SELECT_ISSUE                                                                 \
  "SELECT key, id, meter, epoch, function, value, word, issued_ms, operator, second_operator," \
  " identity_proof, work_order, comment, base_date, tid, vending_key, delivery, channel,"      \
  " changed_ms, to_supply_group, to_tariff_index, to_key_revision FROM token_issue "

std::optional<TokenIssue> issue_from(const sqlite::Row& row) {
  auto id = CommandId::parse(row.text(1));
  const auto function = parse_token_function(row.text(4));
  const auto delivery = parse_token_delivery(row.text(16));
  if (!id || !function || !delivery) return std::nullopt;
  TokenIssue issue{.key = row.integer(0), .id = std::move(*id)};
  issue.meter = row.integer(2);
  issue.epoch = row.integer(3);
  issue.order.function = *function;
  issue.order.value = row.is_null(5) ? 0 : row.integer(5);
  issue.order.word = row.string(6);
  issue.issued_at = row.time_ms(7);
  issue.operator_name = row.string(8);
  issue.second_operator = row.string(9);
  issue.identity_proof = row.string(10);
  issue.work_order = row.string(11);
  issue.comment = row.string(12);
  issue.base_date = row.as<std::uint8_t>(13);
  issue.tid = maybe<std::uint32_t>(row, 14);
  issue.vending_key = row.string(15);
  issue.delivery = *delivery;
  issue.channel = parse_hand_channel(row.text(17)).value_or(HandChannel::None);
  issue.changed_at = row.time_ms(18);
  issue.to_supply_group = maybe<std::uint32_t>(row, 19);
  issue.to_tariff_index = maybe<std::uint8_t>(row, 20);
  issue.to_key_revision = maybe<std::uint8_t>(row, 21);
  return issue;
}

Stored<std::vector<TokenIssue>> with_tokens(Ledger::Impl& impl, std::vector<TokenIssue> issues) {
  for (TokenIssue& issue : issues) {
    auto done = impl.db.each(
        "SELECT number, digits, state, reason, command, changed_ms FROM issued_token WHERE issue = "
        "?"
        " ORDER BY number",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto digits = TokenDigits::parse(row.text(1));
          const auto state = parse_issued_state(row.text(2));
          if (!digits || !state) return failure(impl.corrupt("an issued token is damaged"));
          issue.tokens.push_back({row.as<std::uint16_t>(0), std::move(*digits), *state,
                                  row.string(3), row.string(4), row.time_ms(5)});
          return Done{};
        },
        issue.key);
    if (!done) return failure(done.error());
  }
  return issues;
}

}  // namespace

std::string_view issued_state_word(IssuedState state) { return word_of(kStates, state); }

std::optional<IssuedState> parse_issued_state(std::string_view word) {
  return parse_word<IssuedState>(kStates, word);
}

IssuedState TokenIssue::state() const {
  const auto any = [&](IssuedState wanted) {
    return std::ranges::any_of(tokens,
                               [&](const IssuedToken& token) { return token.state == wanted; });
  };
  for (const IssuedState one : {IssuedState::Outstanding, IssuedState::Refused, IssuedState::Void,
                                IssuedState::RedeemedByHand}) {
    if (any(one)) return one;
  }
  return IssuedState::Redeemed;
}

Stored<std::optional<StoredSts>> Ledger::meter_sts(MeterKey meter) const {
  return impl_->read(
      "reading what a meter's key depends on", [&]() -> Stored<std::optional<StoredSts>> {
        std::optional<StoredSts> found;
        auto done = impl_->db.each(
            "SELECT pan, supply_group, tariff_index, key_revision, key_type, generation, algorithm,"
            " base_date, pending_issue FROM meter_sts WHERE meter = ?",
            [&](const sqlite::Row& row) { found = sts_from(row); }, meter);
        if (!done) return failure(done.error());
        return found;
      });
}

Stored<Done> Ledger::set_meter_sts(MeterKey meter, const StoredSts& sts) {
  return impl_->write("storing what a meter's key depends on", [&] {
    return impl_->db.run(
        "INSERT INTO meter_sts (meter, pan, supply_group, tariff_index, key_revision, key_type,"
        " generation, algorithm, base_date, pending_issue) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (meter) DO UPDATE SET pan = excluded.pan,"
        " supply_group = excluded.supply_group, tariff_index = excluded.tariff_index,"
        " key_revision = excluded.key_revision, key_type = excluded.key_type,"
        " generation = excluded.generation, algorithm = excluded.algorithm,"
        " base_date = excluded.base_date, pending_issue = excluded.pending_issue",
        meter, sts.pan, sts.supply_group, sts.tariff_index, sts.key_revision, sts.key_type,
        sts.generation, sts.algorithm, sts.base_date, sts.pending_issue);
  });
}

Stored<std::optional<std::uint32_t>> Ledger::last_tid(MeterKey meter,
                                                      std::uint8_t base_date) const {
  return impl_->read("reading a meter's last TID", [&]() -> Stored<std::optional<std::uint32_t>> {
    auto last = impl_->db.number(
        "SELECT max(tid) FROM token_issue WHERE meter = ? AND base_date = ?", meter, base_date);
    if (!last) return failure(last.error());
    if (!*last) return std::optional<std::uint32_t>{};
    return std::optional{static_cast<std::uint32_t>(**last)};
  });
}

Stored<std::int64_t> Ledger::insert_token_issue(const TokenIssue& issue) {
  return impl_->write("storing a token", [&]() -> Stored<std::int64_t> {
    auto& db = impl_->db;
    auto done = db.run(
        "INSERT INTO token_issue (id, meter, epoch, function, value, word, issued_ms, operator,"
        " second_operator, identity_proof, work_order, comment, base_date, tid, vending_key,"
        " delivery, channel, changed_ms, to_supply_group, to_tariff_index, to_key_revision)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        issue.id.text(), issue.meter, issue.epoch, traits_of(issue.order.function).word,
        issue.order.value, issue.order.word, issue.issued_at, issue.operator_name,
        issue.second_operator, issue.identity_proof, issue.work_order, issue.comment,
        issue.base_date, issue.tid, issue.vending_key, token_delivery_word(issue.delivery),
        hand_channel_word(issue.channel), issue.issued_at, issue.to_supply_group,
        issue.to_tariff_index, issue.to_key_revision);
    if (!done) return failure(done.error());
    const std::int64_t key = db.last_rowid();
    for (const IssuedToken& token : issue.tokens) {
      done = db.run(
          "INSERT INTO issued_token (issue, number, digits, state, reason, command, changed_ms)"
          " VALUES (?, ?, ?, ?, ?, ?, ?)",
          key, token.number, token.digits.reveal(), issued_state_word(token.state), token.reason,
          token.command, issue.issued_at);
      if (!done) return failure(done.error());
    }
    return key;
  });
}

Stored<Done> Ledger::set_issued_token(std::int64_t issue, const IssuedToken& token, UtcTime at) {
  return impl_->write("storing what became of a token", [&]() -> Stored<Done> {
    auto done = impl_->db.run(
        "UPDATE issued_token SET state = ?, reason = ?, command = ?, changed_ms = ?"
        " WHERE issue = ? AND number = ?",
        issued_state_word(token.state), token.reason, token.command, at, issue, token.number);
    if (!done) return done;
    if (impl_->db.changes() != 1) return failure(impl_->misuse("there is no such issued token"));
    return impl_->db.run("UPDATE token_issue SET changed_ms = ? WHERE key = ?", at, issue);
  });
}

Stored<Done> Ledger::add_handover(std::int64_t issue, const TokenHandover& handover) {
  return impl_->write("storing a handover", [&] {
    return impl_->db.run(
        "INSERT INTO token_handover (issue, at_ms, channel, operator, command)"
        " VALUES (?, ?, ?, ?, ?)",
        issue, handover.at, hand_channel_word(handover.channel), handover.operator_name,
        handover.command);
  });
}

Stored<std::vector<TokenHandover>> Ledger::handovers(std::int64_t issue) const {
  return impl_->read("reading handovers", [&]() -> Stored<std::vector<TokenHandover>> {
    std::vector<TokenHandover> out;
    auto done = impl_->db.each(
        "SELECT at_ms, channel, operator, command FROM token_handover WHERE issue = ?"
        " ORDER BY at_ms, rowid",
        [&](const sqlite::Row& row) {
          out.push_back({row.time_ms(0),
                         parse_hand_channel(row.text(1)).value_or(HandChannel::None), row.string(2),
                         row.string(3)});
        },
        issue);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::optional<TokenIssue>> Ledger::token_issue(const CommandId& id) const {
  return impl_->read("reading a token", [&]() -> Stored<std::optional<TokenIssue>> {
    std::vector<TokenIssue> found;
    auto done = impl_->db.each(
        METERGATE_SELECT_ISSUE "WHERE id = ?",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto issue = issue_from(row);
          if (!issue) return failure(impl_->corrupt("a token transaction is damaged"));
          found.push_back(std::move(*issue));
          return Done{};
        },
        id.text());
    if (!done) return failure(done.error());
    auto whole = with_tokens(*impl_, std::move(found));
    if (!whole) return failure(whole.error());
    if (whole->empty()) return std::optional<TokenIssue>{};
    return std::optional{std::move(whole->front())};
  });
}

Stored<std::vector<TokenIssue>> Ledger::token_issues(MeterKey meter) const {
  return impl_->read("reading a meter's tokens", [&]() -> Stored<std::vector<TokenIssue>> {
    std::vector<TokenIssue> found;
    auto done = impl_->db.each(
        METERGATE_SELECT_ISSUE "WHERE meter = ? ORDER BY key",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto issue = issue_from(row);
          if (!issue) return failure(impl_->corrupt("a token transaction is damaged"));
          found.push_back(std::move(*issue));
          return Done{};
        },
        meter);
    if (!done) return failure(done.error());
    return with_tokens(*impl_, std::move(found));
  });
}

Stored<std::vector<MeterKey>> Ledger::meters_with_outstanding_tokens() const {
  return impl_->read("reading outstanding tokens", [&]() -> Stored<std::vector<MeterKey>> {
    std::vector<MeterKey> out;
    auto done = impl_->db.each(
        "SELECT DISTINCT i.meter FROM issued_token t JOIN token_issue i ON i.key = t.issue"
        " WHERE t.state = 'outstanding' ORDER BY i.meter",
        [&](const sqlite::Row& row) { out.push_back(row.integer(0)); });
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
