// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "storage/salvage/btree_page.hpp"

namespace metergate::salvage {

enum class TreeKind : std::uint8_t { Table, Index };

/// What could not be read of one tree.
struct TreeLosses {
  std::vector<PageNumber> pages;  ///< led to, and no page of this tree
  std::size_t rows = 0;           ///< whose place is known, and whose content makes no sense
  /// Something below a page that could not be read may lie in pages nothing leads to any more.
  bool has_lost_branches = false;
};

/// Goes through the trees of a damaged file from their roots, and remembers which pages belong to
/// one, so that those that nothing leads to are known at the end.
class TreeWalk {
 public:
  using OnRow = std::function<void(std::int64_t rowid, Values values)>;

  explicit TreeWalk(const Pages& pages) : pages_{pages} {}

  /// Every row that can be read, below `root`. No page is entered twice, whatever leads to it.
  [[nodiscard]] TreeLosses walk(PageNumber root, TreeKind kind, const OnRow& on_row);

  /// The rows of one page, as if it were a leaf; what stands below it is left alone. `kind` is told
  /// which kind of tree it is from.
  [[nodiscard]] TreeLosses rows_on(PageNumber page, TreeKind& kind, const OnRow& on_row);

  /// Pages that hold rows and that nothing led to, those that are known to be free left out. Empty
  /// when it is not known what is free: they could hold what was deleted.
  [[nodiscard]] std::vector<PageNumber> stray() const;

 private:
  void take_rows(const TreePage& page, const OnRow& on_row, TreeLosses& losses);

  const Pages& pages_;
  std::set<PageNumber> seen_;
};

}  // namespace metergate::salvage
