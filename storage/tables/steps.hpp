// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/ledger.hpp"
#include "storage/sqlite/database.hpp"

namespace metergate {

/// Puts a step behind the command's last one.
[[nodiscard]] Stored<Done> insert_step(sqlite::Database& db, CommandKey command, const Step& step);

}  // namespace metergate
