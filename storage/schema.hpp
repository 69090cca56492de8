// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "storage/migrations/migrations.hpp"
#include "storage/sqlite/database.hpp"

namespace metergate {

/// Written into the file's header (`PRAGMA application_id`): "MGLG". A SQLite file without it is
/// somebody else's and stays untouched.
inline constexpr std::int64_t kLedgerApplicationId = 0x4D474C47;

/// The schema number of the file (`PRAGMA user_version`), 0 for an empty one. Refuses files that
/// are not a ledger (CannotOpen) and files of a later release (NewerSchema).
[[nodiscard]] Stored<std::int64_t> schema_of(sqlite::Database& database,
                                             std::span<const Migration> known);

/// Brings the schema forward inside one transaction: afterwards all of it stands, or nothing of it.
[[nodiscard]] Stored<Done> migrate(sqlite::Database& database, std::span<const Migration> known);

}  // namespace metergate
