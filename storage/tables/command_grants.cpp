// SPDX-License-Identifier: Apache-2.0
#include "storage/command_grant.hpp"
#include "storage/ledger_impl.hpp"

namespace metergate {

Stored<Done> Ledger::set_grant(CommandKey command, const CommandGrant& grant) {
  return impl_->write("storing by whose right a command was accepted", [&]() -> Stored<Done> {
    return impl_->db.run(
        "UPDATE command SET grant_operator = ?, grant_proof = ?, grant_key = ?,"
        " grant_second_operator = ?, grant_second_key = ? WHERE key = ?",
        grant.operator_name, identity_proof_word(grant.proof), grant.key_id, grant.second_operator,
        grant.second_key_id, command);
  });
}

Stored<std::optional<CommandGrant>> Ledger::grant_of(CommandKey command) const {
  return impl_->read("reading by whose right a command was accepted",
                     [&]() -> Stored<std::optional<CommandGrant>> {
                       std::optional<CommandGrant> out;
                       auto done = impl_->db.each(
                           "SELECT grant_operator, ifnull(grant_proof, ''), ifnull(grant_key, ''),"
                           " ifnull(grant_second_operator, ''), ifnull(grant_second_key, '')"
                           " FROM command WHERE key = ? AND grant_operator IS NOT NULL",
                           [&](const sqlite::Row& row) -> Stored<Done> {
                             const auto proof = parse_identity_proof(row.text(1));
                             if (!proof) {
                               return failure(impl_->db.error(StorageError::Reason::Corrupt,
                                                              "grant_proof is not readable"));
                             }
                             out = CommandGrant{row.string(0), *proof, row.string(2), row.string(3),
                                                row.string(4)};
                             return Done{};
                           },
                           command);
                       if (!done) return failure(done.error());
                       return out;
                     });
}

}  // namespace metergate
