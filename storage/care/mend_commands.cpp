// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/care/mend.hpp"
#include "storage/tables/command_row.hpp"
#include "storage/tables/command_words.hpp"

namespace metergate::care {
namespace {

std::string id_of(const MendWith& with, std::int64_t key) {
  const auto known = with.copied.command_ids.find(key);
  return known == with.copied.command_ids.end() ? "number " + std::to_string(key) : known->second;
}

Stored<std::vector<std::int64_t>> keys_of(sqlite::Database& db, sqlite::Sql sql) {
  std::vector<std::int64_t> out;
  auto done = db.each(sql, [&](const sqlite::Row& row) { out.push_back(row.integer(0)); });
  if (!done) return failure(done.error());
  return out;
}

Stored<Done> take_out_unreadable(const MendWith& with) {
  std::vector<std::int64_t> unreadable;
  auto done = with.db.each(METERGATE_SELECT_COMMAND, [&](const sqlite::Row& row) {
    if (!read_command(row)) unreadable.push_back(row.integer(0));
  });
  if (!done) return done;
  for (const std::int64_t key : unreadable) {
    done = with.db.run("DELETE FROM command WHERE key = ?", key);
    if (!done) return done;
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  done = with.db.each("SELECT command, number, from_state, to_state, reason FROM command_step",
                      [&](const sqlite::Row& row) {
                        const bool is_readable = parse_stored_state(row.text(2)) &&
                                                 parse_stored_state(row.text(3)) &&
                                                 parse_reason(row.text(4));
                        if (!is_readable) steps.emplace_back(row.integer(0), row.integer(1));
                      });
  if (!done) return done;
  for (const auto& [command, number] : steps) {
    done =
        with.db.run("DELETE FROM command_step WHERE command = ? AND number = ?", command, number);
    if (!done) return done;
  }
  return Done{};
}

Stored<Done> name_lost_commands(const MendWith& with) {
  auto there = keys_of(with.db, "SELECT key FROM command ORDER BY key");
  if (!there) return failure(there.error());
  auto with_steps = keys_of(with.db, "SELECT DISTINCT command FROM command_step");
  if (!with_steps) return failure(with_steps.error());
  std::set<std::int64_t> lost{with_steps->begin(), with_steps->end()};
  for (const auto& [key, id] : with.copied.command_ids) lost.insert(key);
  for (const std::int64_t key : lost) {
    if (std::ranges::binary_search(*there, key)) continue;
    std::string last;
    auto done = with.db.each(
        "SELECT to_state, transaction_id FROM command_step WHERE command = ? ORDER BY number",
        [&](const sqlite::Row& row) { last = row.string(0); }, key);
    if (!done) return done;
    with.told.push_back("command " + id_of(with, key) + ": its record is lost" +
                        (last.empty() ? "" : "; the last that is known of it is `" + last + "`") +
                        "; sent again under the same id it would be done again");
    done = with.db.run("DELETE FROM command_step WHERE command = ?", key);
    if (!done) return done;
  }
  return Done{};
}

struct Record {
  std::int64_t key = 0;
  std::string id;
  std::string meter;
  std::string state;
  std::int64_t steps = 0;
  std::int64_t last_number = 0;
  std::string last_state;
  bool last_is_newer = false;
};

Stored<Done> compare_steps(const MendWith& with) {
  std::vector<Record> odd;
  auto done = with.db.each(
      "SELECT c.key, c.id, m.id, c.state, count(s.number), ifnull(max(s.number), 0),"
      // With one max() the other columns are those of its row.
      " ifnull(s.to_state, ''), ifnull(s.at_ms >= c.changed_ms, 0)"
      " FROM command c JOIN meter m ON m.key = c.meter LEFT JOIN command_step s"
      " ON s.command = c.key GROUP BY c.key",
      [&](const sqlite::Row& row) {
        Record r{row.integer(0), row.string(1),  row.string(2), row.string(3),
                 row.integer(4), row.integer(5), row.string(6), row.integer(7) != 0};
        if (r.steps != r.last_number || r.last_state != r.state) odd.push_back(std::move(r));
      });
  if (!done) return done;
  for (const Record& r : odd) {
    std::string what = "command " + r.id + " of meter " + r.meter + ": ";
    if (r.steps == r.last_number && !r.last_is_newer) {
      what += "its last steps are lost; it stands at `" + r.state + "`";
    } else if (r.steps != r.last_number) {
      what += std::to_string(r.last_number - r.steps) + " of its first " +
              std::to_string(r.last_number) + " steps are lost; it stands at `" + r.state + "`";
    }
    // What was done must not be done again because the row is older than the step.
    if (r.last_is_newer && r.last_state != r.state) {
      what += (what.ends_with(": ") ? "" : "; ") +
              std::string{
                  "its own row is older than its last "
                  "step; it stands at `"} +
              r.last_state + "` now";
      done = with.db.run(
          "UPDATE command SET (state, reason, attempt, changed_ms, transaction_id) ="
          " (SELECT s.to_state, s.reason, s.attempt, s.at_ms,"
          "   iif(s.transaction_id = 0, command.transaction_id, s.transaction_id)"
          "  FROM command_step s WHERE s.command = ?1 AND s.number = ?2), ended = ?3"
          " WHERE key = ?1",
          r.key, r.last_number, is_terminal(*parse_stored_state(r.last_state)));
      if (!done) return done;
    }
    with.told.push_back(std::move(what));
  }
  return Done{};
}

Stored<Done> mend_tokens(const MendWith& with) {
  auto lost = with.db.number(
      "SELECT count(DISTINCT issue) FROM issued_token WHERE issue NOT IN"
      " (SELECT key FROM token_issue)");
  if (!lost) return failure(lost.error());
  if (lost->value_or(0) != 0) {
    with.told.push_back(std::to_string(**lost) +
                        " issues of tokens are lost, though not their digits: they stay in the "
                        "broken file");
  }
  auto done = with.db.script(
      "DELETE FROM issued_token WHERE issue NOT IN (SELECT key FROM token_issue);"
      "DELETE FROM token_handover WHERE issue NOT IN (SELECT key FROM token_issue);");
  if (!done) return done;
  done = with.db.each(
      "SELECT i.id, m.id FROM token_issue i JOIN meter m ON m.key = i.meter WHERE NOT EXISTS"
      " (SELECT 1 FROM issued_token t WHERE t.issue = i.key)",
      [&](const sqlite::Row& row) {
        with.told.push_back("issue " + row.string(0) + " of meter " + row.string(1) +
                            ": the digits of its tokens are lost");
      });
  if (!done || !with.lost_any({"meter_sts"})) return done;
  return with.db.each(
      "SELECT DISTINCT m.id FROM token_issue i JOIN meter m ON m.key = i.meter"
      " WHERE i.meter NOT IN (SELECT meter FROM meter_sts)",
      [&](const sqlite::Row& row) {
        with.told.push_back("meter " + row.string(0) +
                            ": what its decoder key is made of is lost, and will be taken from the "
                            "configuration: see that it is still so before tokens are made");
      });
}

}  // namespace

Stored<Done> mend_commands(const MendWith& with) {
  if (auto done = take_out_unreadable(with); !done) return done;
  if (auto done = name_lost_commands(with); !done) return done;
  if (auto done = compare_steps(with); !done) return done;
  return mend_tokens(with);
}

}  // namespace metergate::care
