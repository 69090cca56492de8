// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/salvage/pages.hpp"
#include "storage/sqlite/row_writer.hpp"

namespace metergate::salvage {

/// What became of one table.
struct TableTally {
  std::string name;
  std::size_t rows = 0;         ///< taken
  std::size_t from_strays = 0;  ///< of them on pages that nothing led to any more
  std::size_t rows_lost = 0;    ///< known by their place, unreadable or against the table's rules
  std::size_t pages_lost = 0;   ///< of them nobody knows how many rows they held
  bool root_lost = false;       ///< where the table began could not be found
  [[nodiscard]] bool is_whole() const { return rows_lost == 0 && pages_lost == 0 && !root_lost; }
};

struct Copied {
  std::vector<TableTally> tables;
  std::vector<std::string> damaged_indexes;  ///< they are made anew: nothing is lost with them
  std::size_t unplaced_pages = 0;  ///< with rows that could belong to more than one table, or none
  /// What indexes know of rows, whether or not the tables still have them: id by key.
  std::map<std::int64_t, std::string> meter_ids;
  std::map<std::int64_t, std::string> command_ids;
  std::map<std::int64_t, std::string> channels;
  /// What the rows of meters say. In the table they bear their keys as names: a damaged name may be
  /// none, or another's, and its row is worth keeping all the same.
  std::map<std::int64_t, std::string> meter_ids_of_rows;
};

/// Copies every row that can be read into `target`, a new ledger without triggers, whose rules
/// (types, keys) judge what is a row. Read by the rules of the file format, without SQLite.
[[nodiscard]] Stored<Copied> copy_rows(const Pages& pages, sqlite::Database& target);

}  // namespace metergate::salvage
