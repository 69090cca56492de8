// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "storage/salvage/pages.hpp"
#include "storage/salvage/record.hpp"

namespace metergate::salvage {

/// What stands on a page of a tree, by its first octet (file format, section 1.6). Rows of tables
/// WITHOUT ROWID stand on the pages of an index.
enum class PageKind : std::uint8_t {
  IndexInner = 2,
  TableInner = 5,
  IndexLeaf = 10,
  TableLeaf = 13,
};
[[nodiscard]] constexpr bool is_inner(PageKind kind) {
  return kind == PageKind::IndexInner || kind == PageKind::TableInner;
}
[[nodiscard]] constexpr bool is_index(PageKind kind) {
  return kind == PageKind::IndexInner || kind == PageKind::IndexLeaf;
}

struct Cell {
  PageNumber child = 0;     ///< on inner pages: what comes before this cell
  std::int64_t rowid = 0;   ///< on pages of a table
  bool has_record = false;  ///< everywhere but on inner pages of a table
  std::uint64_t octets = 0;
  OctetView here;            ///< the part of the record that stands on the page
  PageNumber elsewhere = 0;  ///< where it goes on; 0: it does not
};

struct TreePage {
  PageKind kind = PageKind::TableLeaf;
  PageNumber last_child = 0;
  std::vector<Cell> cells;
  std::size_t unreadable = 0;  ///< cells that lie outside the page or do not add up
};

/// The cells of a page; they point into `page`. Nothing when it is no page of a tree.
[[nodiscard]] std::optional<TreePage> parse_tree_page(OctetView page, PageNumber number);

/// The record of a cell, put together over its overflow pages, each of which is told to `used`.
/// Nothing when one of them is not there or the whole does not add up.
[[nodiscard]] std::optional<Values> record_of(const Pages& pages, const Cell& cell,
                                              const std::function<void(PageNumber)>& used);

}  // namespace metergate::salvage
