// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/row_writer.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace metergate::sqlite {
namespace {

/// What `PRAGMA table_info` has of a column.
struct Declared {
  Column column;
  std::int64_t key_place = 0;  ///< from 1, in the primary key
};

Stored<std::vector<Declared>> declared(Database& database, const std::string& table) {
  std::vector<Declared> out;
  auto done = database.each(
      "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?) ORDER BY cid",
      [&](const Row& row) {
        const bool not_null = row.integer(2) != 0 || row.integer(4) != 0;
        out.push_back({{row.string(0), row.string(1), not_null && row.is_null(3), !not_null},
                       row.integer(4)});
      },
      table);
  if (!done) return failure(done.error());
  return out;
}

void bind(sqlite3_stmt* statement, int index, const RowWriter::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  } else if (const auto* octets = std::get_if<Octets>(&value)) {
    // A null pointer would bind NULL.
    const void* data = octets->empty() ? "" : static_cast<const void*>(octets->data());
    sqlite3_bind_blob64(statement, index, data, octets->size(), SQLITE_STATIC);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

}  // namespace

Stored<std::vector<TableShape>> table_shapes(Database& database) {
  std::vector<TableShape> out;
  auto done = database.each(
      "SELECT t.name, t.wr FROM pragma_table_list t JOIN sqlite_schema s ON s.name = t.name"
      " WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
      " ORDER BY s.rowid",
      [&](const Row& row) {
        TableShape shape;
        shape.name = row.string(0);
        shape.is_index = row.integer(1) != 0;
        out.push_back(std::move(shape));
      });
  if (!done) return failure(done.error());
  for (TableShape& shape : out) {
    auto columns = declared(database, shape.name);
    if (!columns) return failure(columns.error());
    const auto in_key = [](const Declared& one) { return one.key_place > 0; };
    const bool alone = std::ranges::count_if(*columns, in_key) == 1;
    for (std::size_t i = 0; i < columns->size(); ++i) {
      const Declared& one = (*columns)[i];
      if (!shape.is_index && alone && in_key(one) && one.column.type == "INTEGER") {
        shape.rowid_column = static_cast<int>(i);
      }
    }
    if (shape.is_index) {
      // The key first, in its own order; the others behind it as they were declared.
      std::ranges::stable_sort(*columns, {}, [&](const Declared& one) {
        return in_key(one) ? one.key_place : std::int64_t{1000};
      });
    }
    for (Declared& one : *columns) shape.columns.push_back(std::move(one.column));
  }
  return out;
}

Stored<std::vector<TableShape>> index_shapes(Database& database) {
  std::vector<TableShape> out;
  auto done = database.each(
      "SELECT i.name, coalesce(c.name, ''), coalesce(c.type, 'INTEGER'), coalesce(c.\"notnull\", 1)"
      " FROM sqlite_schema i, pragma_index_xinfo(i.name) x"
      " LEFT JOIN pragma_table_info(i.tbl_name) c ON c.cid = x.cid"
      " WHERE i.type = 'index' ORDER BY i.rowid, x.seqno",
      [&](const Row& row) {
        if (out.empty() || out.back().name != row.text(0)) {
          out.emplace_back().name = row.string(0);
          out.back().is_index = true;
        }
        out.back().columns.push_back({row.string(1), row.string(2), true, row.integer(3) == 0});
      });
  if (!done) return failure(done.error());
  return out;
}

sqlite3_stmt* RowWriter::statement_for(std::size_t columns) {
  auto& slot = statements_[columns];
  if (slot) return slot.get();
  std::string names;
  std::string places;
  for (std::size_t i = 0; i < columns; ++i) {
    names += (i == 0 ? "" : ", ") + table_.columns[i].name;
    places += i == 0 ? "?" : ", ?";
  }
  const std::string sql = "INSERT INTO " + table_.name + " (" + names + ") VALUES (" + places + ")";
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(database_.connection_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                     &statement, nullptr);
  slot.reset(statement);
  return statement;
}

Stored<RowWriter::Put> RowWriter::put(const std::vector<Value>& values) {
  if (values.empty() || values.size() > table_.columns.size()) return Put::Unfit;
  sqlite3_stmt* statement = statement_for(values.size());
  if (statement == nullptr) return failure(database_.last_error());
  for (std::size_t i = 0; i < values.size(); ++i) {
    bind(statement, static_cast<int>(i) + 1, values[i]);
  }
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code == SQLITE_DONE) return Put::Done;
  switch (code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_UNIQUE:
      return Put::AlreadyThere;
    default:
      break;
  }
  if ((code & 0xFF) == SQLITE_CONSTRAINT || (code & 0xFF) == SQLITE_MISMATCH) return Put::Unfit;
  return failure(database_.error_of(code));
}

}  // namespace metergate::sqlite
