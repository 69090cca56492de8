// SPDX-License-Identifier: Apache-2.0
#include "meters/audit.hpp"
#include "meters/token_order.hpp"
#include "storage/ledger_impl.hpp"
#include "storage/tables/command_row.hpp"

namespace metergate {
namespace {

// Collects the commands of a query; one that can't be read stops it.
auto collect_into(std::vector<StoredCommand>& out, sqlite::Database& db) {
  return [&out, &db](const sqlite::Row& row) -> Stored<Done> {
    auto command = read_command(row);
    if (!command) {
      return failure(
          db.error(StorageError::Reason::Corrupt, "command " + row.string(1) + " is not readable"));
    }
    out.push_back(std::move(*command));
    return Done{};
  };
}

#define OPENS_SUPPLY                               \
  "((verb = 'set-relay' AND relay_state <> ?1) OR" \
  " (verb = 'change-tenancy' AND change_relay <> ?3)) AND accepted_ms > ?2"

#define DONE_ALONE                                                                \
  "accepted_ms > ?1 AND ifnull(grant_operator, '') = ?2"                          \
  " AND ifnull(grant_second_operator, '') = '' AND ifnull(grant_proof, '') <> ?5" \
  " AND ((verb = 'set-relay' AND relay_state <> ?3)"                              \
  " OR verb IN ('change-tenancy', 'change-supplier')"                             \
  " OR (verb = 'issue-token' AND EXISTS (SELECT 1 FROM token_issue AS made"       \
  "      WHERE made.id = command.id AND made.function <> ?4)))"

}  // namespace

Stored<std::optional<StoredCommand>> Ledger::find_command(const CommandId& id) const {
  return impl_->read("reading a command", [&]() -> Stored<std::optional<StoredCommand>> {
    std::vector<StoredCommand> found;
    auto done = impl_->db.each(METERGATE_SELECT_COMMAND "WHERE c.id = ?",
                               collect_into(found, impl_->db), id.text());
    if (!done) return failure(done.error());
    if (found.empty()) return std::optional<StoredCommand>{};
    return std::optional{std::move(found.front())};
  });
}

Stored<std::vector<StoredCommand>> Ledger::live_commands() const {
  return impl_->read("reading live commands", [&]() -> Stored<std::vector<StoredCommand>> {
    std::vector<StoredCommand> out;
    auto done = impl_->db.each(METERGATE_SELECT_COMMAND "WHERE c.ended = 0 ORDER BY c.key",
                               collect_into(out, impl_->db));
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<MeterKey>> Ledger::relay_openings(UtcTime ended_since,
                                                     UtcTime accepted_after) const {
  return impl_->read("counting opened supplies", [&]() -> Stored<std::vector<MeterKey>> {
    std::vector<MeterKey> out;
    const auto add = [&](const sqlite::Row& row) { out.push_back(row.integer(0)); };
    // One question for each of the two indexes. What a change does not touch it does not open.
    auto done = impl_->db.each("SELECT meter FROM command WHERE ended = 0 AND " OPENS_SUPPLY, add,
                               supply_word(SupplyState::On), accepted_after,
                               relay_after_word(RelayAfter::Unchanged));
    if (done) {
      done = impl_->db.each(
          "SELECT meter FROM command WHERE ended = 1 AND changed_ms > ?4 AND attempt > 0"
          " AND " OPENS_SUPPLY,
          add, supply_word(SupplyState::On), accepted_after,
          relay_after_word(RelayAfter::Unchanged), ended_since);
    }
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<MeterKey>> Ledger::touched_alone(const std::string& operator_name,
                                                    UtcTime since) const {
  return impl_->read("counting the meters of an operator", [&]() -> Stored<std::vector<MeterKey>> {
    std::vector<MeterKey> out;
    // What was taken since then has not ended, or ended since.
    auto done = impl_->db.each(
        "SELECT meter FROM command WHERE ended = 0 AND " DONE_ALONE
        " UNION "
        "SELECT meter FROM command WHERE ended = 1 AND changed_ms > ?1 AND " DONE_ALONE,
        [&](const sqlite::Row& row) { out.push_back(row.integer(0)); }, since, operator_name,
        supply_word(SupplyState::On), traits_of(TokenFunction::Credit).word,
        identity_proof_word(IdentityProof::Order));
    if (!done) return failure(done.error());
    return out;
  });
}

Stored<std::vector<StoredCommand>> Ledger::commands_of(MeterKey meter, std::size_t limit) const {
  return impl_->read("reading a meter's commands", [&]() -> Stored<std::vector<StoredCommand>> {
    std::vector<StoredCommand> out;
    auto done =
        impl_->db.each(METERGATE_SELECT_COMMAND "WHERE c.meter = ? ORDER BY c.key DESC LIMIT ?",
                       collect_into(out, impl_->db), meter, limit);
    if (!done) return failure(done.error());
    return out;
  });
}

}  // namespace metergate
