// SPDX-License-Identifier: Apache-2.0
#include "storage/tables/steps.hpp"

#include <string>

#include "storage/ledger_impl.hpp"
#include "storage/tables/command_words.hpp"

namespace metergate {
namespace {

std::optional<Step> read_step(const sqlite::Row& row) {
  const auto from = parse_stored_state(row.text(1));
  const auto to = parse_stored_state(row.text(2));
  const auto reason = parse_reason(row.text(4));
  if (!from || !to || !reason) return std::nullopt;
  return Step{.at = row.time_ms(0),
              .from = *from,
              .to = *to,
              .attempt = row.as<std::uint32_t>(3),
              .reason = *reason,
              .detail = row.string(5),
              .meter_reason = operation::parse_meter_refusal(row.text(6)),
              .meter_raw = row.string(7),
              .transaction = row.as<operation::TransactionId>(8),
              .result_json = row.string(9)};
}

}  // namespace

Stored<Done> insert_step(sqlite::Database& db, CommandKey command, const Step& step) {
  std::optional<std::string_view> meter_reason;
  if (step.meter_reason) meter_reason = operation::meter_refusal_word(*step.meter_reason);
  return db.run(
      "INSERT INTO command_step (command, number, at_ms, from_state, to_state, attempt, reason,"
      " detail, meter_reason, meter_raw, transaction_id, result_json)"
      " VALUES (?1, (SELECT ifnull(max(number), 0) + 1 FROM command_step WHERE command = ?1),"
      " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
      command, step.at, stored_state_word(step.from), stored_state_word(step.to), step.attempt,
      reason_word(step.reason), step.detail, meter_reason, step.meter_raw, step.transaction,
      step.result_json);
}

Stored<Done> Ledger::append_step(CommandKey command, const Step& step) {
  return impl_->write("storing a step of a command", [&]() -> Stored<Done> {
    auto& db = impl_->db;
    // What the step leaves empty (no transmission, no result) stays as it was.
    auto done = db.run(
        "UPDATE command SET state = ?1, ended = ?2, reason = ?3, attempt = ?4,"
        " transaction_id = iif(?5 = 0, transaction_id, ?5), changed_ms = ?6,"
        " result_json = iif(?7 = '', result_json, ?7)"
        " WHERE key = ?8 AND state = ?9 AND ended = 0",
        stored_state_word(step.to), is_terminal(step.to) ? 1 : 0, reason_word(step.reason),
        step.attempt, step.transaction, step.at, step.result_json, command,
        stored_state_word(step.from));
    if (!done) return done;
    if (db.changes() == 1) return insert_step(db, command, step);

    std::string words = "there is no command with key " + std::to_string(command);
    done = db.each(
        "SELECT id, state FROM command WHERE key = ?",
        [&](const sqlite::Row& row) {
          words = "command " + row.string(0) + " is " + row.string(1) + ", so it can't step from " +
                  std::string{stored_state_word(step.from)} + " to " +
                  std::string{stored_state_word(step.to)};
        },
        command);
    return done ? Stored<Done>{failure(impl_->misuse(words))} : done;
  });
}

Stored<std::vector<Step>> Ledger::steps_of(CommandKey command) const {
  return impl_->read("reading the steps of a command", [&]() -> Stored<std::vector<Step>> {
    std::vector<Step> out;
    auto done = impl_->db.each(
        "SELECT at_ms, from_state, to_state, attempt, reason, detail, meter_reason, meter_raw,"
        " transaction_id, result_json FROM command_step WHERE command = ? ORDER BY number",
        [&](const sqlite::Row& row) -> Stored<Done> {
          auto step = read_step(row);
          if (!step) {
            return failure(impl_->corrupt("a step of command " + std::to_string(command) +
                                          " is not readable"));
          }
          out.push_back(std::move(*step));
          return Done{};
        },
        command);
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::uint32_t> Ledger::relay_orders_since(MeterKey meter, UtcTime since) const {
  return impl_->read("counting relay orders", [&]() -> Stored<std::uint32_t> {
    // What was sent since then has not ended, or ended since: one question for each of the two
    // indexes, since a meter's commands are years of readings.
    auto count = impl_->db.number(
        "SELECT count(*) FROM (SELECT key FROM command WHERE ended = 0 AND +meter = ?1"
        "  AND verb = 'set-relay' UNION ALL SELECT key FROM command WHERE ended = 1"
        "  AND changed_ms >= ?2 AND +meter = ?1 AND verb = 'set-relay') c"
        " JOIN command_step s ON s.command = c.key WHERE s.to_state = 'sending' AND s.at_ms >= ?2",
        meter, since);
    if (!count) return failure(count.error());
    return static_cast<std::uint32_t>(count->value_or(0));
  });
}

}  // namespace metergate
