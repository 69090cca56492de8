// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/ledger_impl.hpp"

namespace metergate {
namespace {

JournalRow read_row(const sqlite::Row& row) {
  return {row.integer(0), row.time_ms(1), row.string(2), row.string(3),
          row.string(4),  row.string(5),  row.string(6), row.string(7)};
}

// `,info,warning,`, so that a level is found as a whole word; empty for all.
std::string levels_text(const std::vector<std::string>& levels) {
  std::string out;
  for (const std::string& level : levels) out += "," + level;
  return out.empty() ? out : out + ",";
}

#define METERGATE_SELECT_JOURNAL                                               \
  "SELECT id, at_ms, level, event, meter, log, text, fields_json FROM journal" \
  " WHERE id > ?1 AND (?2 = '' OR meter = ?2) AND (?3 = '' OR log = ?3)"       \
  " AND (?4 = '' OR instr(?4, ',' || level || ',') > 0) AND (?5 IS NULL OR at_ms >= ?5)"

}  // namespace

Stored<Done> Ledger::append_journal(const JournalRow& row) {
  return impl_->write_plainly("storing a journal line", [&] {
    return impl_->db.run(
        "INSERT INTO journal (at_ms, level, event, meter, log, text, fields_json)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        row.at, row.level, row.event, row.meter, row.log, row.text, row.fields_json);
  });
}

Stored<std::vector<JournalRow>> Ledger::journal(const JournalFilter& filter) const {
  return impl_->read("reading the journal", [&]() -> Stored<std::vector<JournalRow>> {
    std::vector<JournalRow> out;
    const auto keep = [&](const sqlite::Row& row) { out.push_back(read_row(row)); };
    const std::string levels = levels_text(filter.levels);
    const bool newest = filter.after_id == 0;
    auto done = newest ? impl_->db.each(METERGATE_SELECT_JOURNAL " ORDER BY id DESC LIMIT ?6", keep,
                                        filter.after_id, filter.meter, filter.log, levels,
                                        filter.since, filter.limit)
                       : impl_->db.each(METERGATE_SELECT_JOURNAL " ORDER BY id LIMIT ?6", keep,
                                        filter.after_id, filter.meter, filter.log, levels,
                                        filter.since, filter.limit);
    if (!done) return failure(done.error());
    if (newest) std::ranges::reverse(out);
    return out;
  });
}

}  // namespace metergate
