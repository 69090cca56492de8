// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "meters/registry_names.hpp"
#include "protocols/octets/text_octets.hpp"
#include "storage/ledger_impl.hpp"
#include "storage/tables/command_row.hpp"
#include "storage/tables/command_words.hpp"
#include "storage/tables/steps.hpp"

namespace metergate {
namespace {

/// One column per parameter, NULL where the verb has none. `digits` holds money: bound, never
/// printed; SQLite's error texts name columns, not values.
struct ParamColumns {
  std::optional<std::string> digits;
  std::optional<std::string_view> token_kind;
  std::optional<int> allow_repeat;
  std::optional<std::string_view> relay_state;
  std::optional<std::string> read_classes;
  std::optional<UtcSeconds> read_from;
  std::optional<UtcSeconds> read_to;
  std::optional<UtcSeconds> clock_time;
  std::optional<std::string> cancel_id;
  std::optional<std::string_view> issue_function;
  std::optional<std::int64_t> issue_value;
  std::optional<std::string> issue_word;
  std::optional<std::uint32_t> issue_old_group;
  std::optional<int> issue_confirmed;
  std::optional<std::string_view> issue_delivery;
  std::optional<std::string_view> issue_channel;
  std::optional<int> issue_cleared;
  registry::ChangeNames registry;
  std::optional<UtcTime> registry_effective;
  std::optional<UtcSeconds> change_effective;
  std::optional<std::uint32_t> change_actions;
  std::optional<std::string_view> change_relay;
  std::optional<std::uint32_t> change_event;
  std::optional<std::string_view> change_situation;
  std::optional<int> change_uncollected;
  std::optional<std::uint32_t> supplier_id;
  std::optional<std::string> supplier_name;
  std::optional<std::uint32_t> tariff_id;
  std::optional<std::uint32_t> tariff_price;
  std::optional<std::int64_t> sealed_epoch;
  std::optional<int> sealed_publish;
  std::optional<int> registry_change_tenancy;

  void operator()(const DeliverToken& deliver) {
    digits = deliver.token.digits.reveal();
    token_kind = token_kind_word(deliver.token.kind);
    allow_repeat = deliver.allow_repeat ? 1 : 0;
  }
  void operator()(const SetRelay& set) { relay_state = supply_word(set.state); }
  void operator()(const Read& read) {
    read_classes = data_classes_text(read.what);
    read_from = read.from;
    read_to = read.to;
  }
  void operator()(const Synchronise&) {}
  void operator()(const SetClock& set) { clock_time = set.time; }
  void operator()(const Cancel& cancel) { cancel_id = cancel.command.text(); }
  void operator()(const IssueToken& issue) {
    issue_function = traits_of(issue.order.function).word;
    issue_value = issue.order.value;
    issue_word = issue.order.word;
    issue_old_group = issue.order.old_supply_group;
    issue_confirmed = issue.order.confirmed ? 1 : 0;
    way(issue);
  }
  void operator()(const ResendTokens& resend) { way(resend); }
  void operator()(const ChangeRegistry& asked) {
    registry = registry::names_of(asked.request);
    registry_effective = asked.effective;
    registry_change_tenancy = asked.change_tenancy ? 1 : 0;
  }
  void operator()(const ChangeTenancy& change) {
    change_situation = situation_word(change.situation);
    order(change.order);
  }
  void operator()(const ChangeSupplier& change) {
    supplier(change.supplier);
    order(change.order);
  }
  void operator()(const SetTariff& set) {
    tariff_id = set.tariff.id;
    tariff_price = set.tariff.price_minor_per_kwh;
    supplier(set.tariff.supplier);
    change_effective = set.activates;
  }
  void operator()(const ExportTenancy& asked) {
    sealed_epoch = asked.epoch;
    sealed_publish = asked.publish ? 1 : 0;
  }
  void operator()(const EraseTenancy& asked) { sealed_epoch = asked.epoch; }

  void order(const ChangeOrder& change) {
    change_effective = change.effective;
    change_actions = change.actions.bits();
    change_relay = relay_after_word(change.relay);
    change_event = change.event_id;
    change_uncollected = change.uncollected ? 1 : 0;
  }
  void supplier(const Supplier& of) {
    supplier_id = of.id;
    supplier_name = of.name;
  }

  template <typename Params>
  void way(const Params& params) {
    issue_delivery = token_delivery_word(params.delivery);
    issue_channel = hand_channel_word(params.channel);
    issue_cleared = params.cleared ? 1 : 0;
  }
};

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

Stored<Done> insert_row(sqlite::Database& db, MeterKey meter, const Command& c,
                        std::string_view body_digest, UtcTime now) {
  ParamColumns params;
  std::visit(params, c.params);
  return db.run(
      "INSERT INTO command (id, meter, body_digest, verb, token_digits, token_kind,"
      " token_allow_repeat, relay_state, read_classes, read_from_s, read_to_s, clock_time_s,"
      " cancel_id, issue_function, issue_value, issue_word, issue_old_group, issue_confirmed,"
      " issue_delivery, issue_channel, issue_cleared, registry_change, registry_meter,"
      " registry_new_meter, registry_location, registry_new_location, registry_customer, "
      "registry_serial, registry_seat,"
      " registry_effective_ms, change_effective_s, change_actions, change_relay, change_event,"
      " change_situation, change_uncollected, supplier_id, supplier_name, tariff_id, tariff_price,"
      " sealed_epoch, sealed_publish, registry_change_tenancy,"
      " issued_ms, expires_ms, stated_expires_ms, "
      "not_before_ms, priority, operator,"
      " work_order, comment, response_topic, correlation_data, origin, state, reason, accepted_ms,"
      " changed_ms)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
      " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34,"
      " ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, ?45, ?46, ?47, ?48, ?49, ?50, ?51,"
      " ?52, ?53, ?54, ?55, ?56, ?57, ?57)",
      c.id.text(), meter, body_digest, traits_of(c.verb()).word, params.digits, params.token_kind,
      params.allow_repeat, params.relay_state, params.read_classes, params.read_from,
      params.read_to, params.clock_time, params.cancel_id, params.issue_function,
      params.issue_value, params.issue_word, params.issue_old_group, params.issue_confirmed,
      params.issue_delivery, params.issue_channel, params.issue_cleared,
      unless_empty(params.registry.change), unless_empty(params.registry.meter),
      unless_empty(params.registry.new_meter), unless_empty(params.registry.location),
      unless_empty(params.registry.new_location), unless_empty(params.registry.customer),
      unless_empty(params.registry.serial), unless_empty(params.registry.seat),
      params.registry_effective, params.change_effective, params.change_actions,
      params.change_relay, params.change_event, params.change_situation, params.change_uncollected,
      params.supplier_id, params.supplier_name, params.tariff_id, params.tariff_price,
      params.sealed_epoch, params.sealed_publish, params.registry_change_tenancy, c.issued_at,
      c.expires_at, c.stated_expires_at, c.not_before, priority_word(c.priority), c.operator_name,
      c.work_order, c.comment, c.reply_to.response_topic, octets_of(c.reply_to.correlation_data),
      c.origin, stored_state_word(CommandState::Accepted), reason_word(Reason::None), now);
}

/// The command that carried these digits to this meter, or may still do so. One that ended without
/// ever sending them (expired, cancelled, superseded, failed) leaves them free.
Stored<std::optional<CommandId>> carried_before(sqlite::Database& db, MeterKey meter,
                                                const DeliverToken& deliver) {
  std::optional<CommandId> by;
  if (deliver.allow_repeat) return by;
  auto done = db.each(
      "SELECT id FROM command WHERE meter = ? AND token_digits = ?"
      " AND state NOT IN ('expired', 'cancelled', 'superseded', 'failed') ORDER BY key LIMIT 1",
      [&](const sqlite::Row& row) { by = CommandId::parse(row.text(0)); }, meter,
      deliver.token.digits.reveal());
  if (!done) return failure(done.error());
  return by;
}

Stored<std::optional<AlreadyThere>> stored_before(sqlite::Database& db, const CommandId& id,
                                                  std::string_view body_digest) {
  std::optional<AlreadyThere> known;
  auto done = db.each(
      METERGATE_SELECT_COMMAND "WHERE c.id = ?",
      [&](const sqlite::Row& row) -> Stored<Done> {
        auto existing = read_command(row);
        if (!existing) {
          return failure(
              db.error(StorageError::Reason::Corrupt, "command " + id.text() + " is not readable"));
        }
        known = AlreadyThere{std::move(*existing), row.text(kBodyDigestColumn) == body_digest};
        return Done{};
      },
      id.text());
  if (!done) return failure(done.error());
  return known;
}

struct NewCommand {
  MeterKey meter;
  const Command& command;
  std::string_view body_digest;
  UtcTime now;
};

Stored<Done> insert_unless_known(sqlite::Database& db, const NewCommand& fresh,
                                 InsertOutcome& outcome) {
  auto known = stored_before(db, fresh.command.id, fresh.body_digest);
  if (!known) return failure(known.error());
  if (*known) {
    outcome = std::move(**known);
    return Done{};
  }
  if (const auto* deliver = std::get_if<DeliverToken>(&fresh.command.params)) {
    auto by = carried_before(db, fresh.meter, *deliver);
    if (!by) return failure(by.error());
    if (*by) {
      outcome = TokenSeenBefore{std::move(**by)};
      return Done{};
    }
  }
  auto done = insert_row(db, fresh.meter, fresh.command, fresh.body_digest, fresh.now);
  if (!done) return done;
  const CommandKey key = db.last_rowid();
  outcome = Inserted{key};
  Step accepted;
  accepted.at = fresh.now;
  return insert_step(db, key, accepted);
}

}  // namespace

Stored<InsertOutcome> Ledger::insert_command(MeterKey meter, const Command& command,
                                             std::string_view body_digest, UtcTime now) {
  return impl_->write("storing a command", [&]() -> Stored<InsertOutcome> {
    Stored<InsertOutcome> outcome = InsertOutcome{};
    auto done = insert_unless_known(impl_->db, {meter, command, body_digest, now}, *outcome);
    if (!done) outcome = failure(done.error());
    return outcome;
  });
}

}  // namespace metergate
