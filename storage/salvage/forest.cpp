// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/forest.hpp"

#include <algorithm>

#include "storage/blobs/profile_blob.hpp"
#include "storage/blobs/reading_blob.hpp"
#include "storage/tables/hot_tables.hpp"

namespace metergate::salvage {
namespace {

constexpr PageNumber kSchemaRoot = 1;

/// A row of `sqlite_schema`: type, name, table, root page, SQL.
bool is_schema_row(const Values& row) {
  if (row.size() != 5) return false;
  const auto* type = std::get_if<std::string>(row.data());
  return type != nullptr && (*type == "table" || *type == "index" || *type == "trigger") &&
         std::holds_alternative<std::string>(row[1]);
}

void keep_root(const Values& row, std::map<std::string, PageNumber>& roots) {
  const auto* root = std::get_if<std::int64_t>(&row[3]);
  if (root == nullptr || *root <= 0) return;
  roots.emplace(std::get<std::string>(row[1]), static_cast<PageNumber>(*root));
}

bool is_of(HotTable table, const Values& hot_row) {
  const auto* start = hot_row.empty() ? nullptr : std::get_if<std::int64_t>(&hot_row.front());
  if (start == nullptr) return false;
  const std::chrono::sys_seconds at{std::chrono::seconds{*start}};
  return hot_table_of(std::chrono::floor<std::chrono::days>(at)) == table;
}

}  // namespace

std::map<std::string, PageNumber> find_roots(const Pages& pages, TreeWalk& walk) {
  std::map<std::string, PageNumber> roots;
  const auto take = [&](std::int64_t, const Values& row) {
    if (is_schema_row(row)) keep_root(row, roots);
  };
  const TreeLosses losses = walk.walk(kSchemaRoot, TreeKind::Table, take);
  if (losses.pages.empty() && losses.rows == 0) return roots;
  for (PageNumber number = 2; number <= pages.count(); ++number) {
    const Octets octets = pages.page(number);
    const auto page = parse_tree_page(octets, number);
    if (!page || page->kind != PageKind::TableLeaf || page->cells.empty()) continue;
    const auto first = record_of(pages, page->cells.front(), [](PageNumber) {});
    auto kind = TreeKind::Table;
    if (first && is_schema_row(*first)) static_cast<void>(walk.rows_on(number, kind, take));
  }
  return roots;
}

bool fits(const Values& values, const sqlite::TableShape& table) {
  if (values.size() > table.columns.size()) return false;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const sqlite::Column& column = table.columns[i];
    if (i >= values.size()) {
      if (column.is_required) return false;
      continue;
    }
    const Value& value = values[i];
    const bool fits_column =
        std::holds_alternative<std::monostate>(value)
            ? column.may_be_null || static_cast<int>(i) == table.rowid_column
            : (std::holds_alternative<std::int64_t>(value) && column.type == "INTEGER" &&
               static_cast<int>(i) != table.rowid_column) ||
                  (std::holds_alternative<std::string>(value) && column.type == "TEXT") ||
                  (std::holds_alternative<Octets>(value) && column.type == "BLOB");
    if (!fits_column) return false;
  }
  return true;
}

bool is_sound(const Values& values, const sqlite::TableShape& table) {
  if (table.name == "profile_hot_0" || table.name == "profile_hot_1") {
    return is_of(table.name.back() == '0' ? HotTable::Even : HotTable::Odd, values);
  }
  const bool is_profile = table.name == "profile_day";
  if (!is_profile && table.name != "register_reading") return true;
  const auto* blob = values.empty() ? nullptr : std::get_if<Octets>(&values.back());
  if (blob == nullptr) return false;
  if (!is_profile) return blobs::decode_reading(*blob).has_value();
  // It is found by four weeks, meter, epoch, day.
  const auto* day = values.size() == 5 ? std::get_if<std::int64_t>(&values[3]) : nullptr;
  if (day == nullptr || *day < -1'000'000 || *day > 1'000'000) return false;
  return blobs::decode_profile_day(std::chrono::sys_days{std::chrono::days{*day}}, *blob)
      .has_value();
}

}  // namespace metergate::salvage
