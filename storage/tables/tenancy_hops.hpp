// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Data lies in the order of time and holds all meters, so that what belongs to one tenancy is
/// spread over whole tables. A tree is entered at each time anew instead, and there straight at the
/// meter: what that costs depends on the times there are, not on the other meters.

/// The values of the first column of a table's key, found by a search for each. `from` is empty or
/// a WHERE with the first value that counts.
#define METERGATE_HOPS(column, table, from)                                      \
  "WITH RECURSIVE hop (at) AS (SELECT min(" column ") FROM " table " " from      \
  " UNION ALL SELECT (SELECT min(n." column ") FROM " table " n WHERE n." column \
  " > hop.at) FROM hop WHERE hop.at IS NOT NULL) SELECT at FROM hop"             \
  " WHERE at IS NOT NULL"

/// The condition for rows of a tenancy, ?1 its meter and ?2 its epoch, in such a table.
#define METERGATE_OF_TENANCY(column, table, from) \
  " " column " IN (" METERGATE_HOPS(column, table, from) ") AND meter = ?1 AND epoch = ?2"
