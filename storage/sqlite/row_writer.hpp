// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "storage/sqlite/database.hpp"

namespace metergate::sqlite {

/// One column of a table, as its schema has it.
struct Column {
  std::string name;
  std::string type;  ///< INTEGER, TEXT or BLOB: all tables of the ledger are STRICT
  bool is_required = false;
  bool may_be_null = true;
};

/// A table as it lies in the file: its columns in the order of its records.
struct TableShape {
  std::string name;
  std::vector<Column> columns;
  bool is_index = false;  ///< WITHOUT ROWID: its rows lie in the tree of its primary key
  /// Which column is another name of the row's number, and NULL in the record; none: -1.
  int rowid_column = -1;
};

/// All tables, in the order in which they were made.
[[nodiscard]] Stored<std::vector<TableShape>> table_shapes(Database& database);

/// All indexes, those of keys too: as tables that lie in a tree of the indexed columns and, at the
/// end, the number or the key of the row.
[[nodiscard]] Stored<std::vector<TableShape>> index_shapes(Database& database);

/// Puts rows that were read elsewhere into a table, field by field. For repair: everything else
/// says at compile time what it writes.
class RowWriter {
 public:
  using Value = std::variant<std::monostate, std::int64_t, std::string, Octets>;
  enum class Put : std::uint8_t {
    Done,
    AlreadyThere,  ///< a row with its key is
    Unfit,         ///< the table's own rules refuse it
  };

  RowWriter(Database& database, const TableShape& table) : database_{database}, table_{table} {}

  /// `values` are those of the table's first columns; the others take their defaults.
  [[nodiscard]] Stored<Put> put(const std::vector<Value>& values);

 private:
  [[nodiscard]] sqlite3_stmt* statement_for(std::size_t columns);

  Database& database_;
  const TableShape& table_;
  std::map<std::size_t, std::unique_ptr<sqlite3_stmt, Database::Finalize>> statements_;
};

}  // namespace metergate::sqlite
