// SPDX-License-Identifier: Apache-2.0
#include "storage/channel_ids.hpp"

#include <optional>
#include <string>

namespace metergate {

Stored<std::int64_t> ChannelIds::id_of(sqlite::Database& database, cosem::ObisCode code) {
  if (const auto known = ids_.find(code); known != ids_.end()) return known->second;
  const std::string text = code.text();
  auto done = database.run("INSERT INTO channel (obis) VALUES (?) ON CONFLICT DO NOTHING", text);
  if (!done) return failure(done.error());
  auto id = database.number("SELECT key FROM channel WHERE obis = ?", text);
  if (!id) return failure(id.error());
  ids_.emplace(code, id->value_or(0));
  return id->value_or(0);
}

Stored<cosem::ObisCode> ChannelIds::code_of(sqlite::Database& database, std::int64_t id) {
  if (const auto known = codes_.find(id); known != codes_.end()) return known->second;
  std::optional<cosem::ObisCode> code;
  auto done = database.each(
      "SELECT obis FROM channel WHERE key = ?",
      [&](const sqlite::Row& row) { code = cosem::ObisCode::parse(row.text(0)); }, id);
  if (!done) return failure(done.error());
  if (!code) {
    return failure(database.error(StorageError::Reason::Corrupt,
                                  "data names channel " + std::to_string(id) +
                                      ", which the table of channels does not have"));
  }
  codes_.emplace(id, *code);
  return *code;
}

void ChannelIds::forget() {
  ids_.clear();
  codes_.clear();
}

}  // namespace metergate
