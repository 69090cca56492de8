// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "storage/salvage/tree_walk.hpp"
#include "storage/sqlite/row_writer.hpp"

namespace metergate::salvage {

/// Where the tree of each table and index begins, by its name, as the file's own schema says. A
/// schema whose first page is gone is put together from those of its pages that are left.
[[nodiscard]] std::map<std::string, PageNumber> find_roots(const Pages& pages, TreeWalk& walk);

/// Whether the fields could be a row of this table: their number and their types.
[[nodiscard]] bool fits(const Values& values, const sqlite::TableShape& table);

/// Whether packed octets in the row can be unpacked, and an interval stands in the table of its
/// day: a table's own rules don't look into that.
[[nodiscard]] bool is_sound(const Values& values, const sqlite::TableShape& table);

}  // namespace metergate::salvage
