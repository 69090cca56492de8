// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/tree_walk.hpp"

namespace metergate::salvage {

TreeLosses TreeWalk::walk(PageNumber root, TreeKind kind, const OnRow& on_row) {
  TreeLosses losses;
  std::vector<PageNumber> to_visit{root};
  while (!to_visit.empty()) {
    const PageNumber number = to_visit.back();
    to_visit.pop_back();
    const Octets octets = pages_.page(number);
    const auto page = parse_tree_page(octets, number);
    if (!page || is_index(page->kind) != (kind == TreeKind::Index) ||
        !seen_.insert(number).second) {
      losses.pages.push_back(number);
      losses.has_lost_branches = true;
      continue;
    }
    take_rows(*page, on_row, losses);
    if (!is_inner(page->kind)) continue;
    losses.has_lost_branches |= page->unreadable > 0;
    // Backwards, so that the first child is the next to be visited: rows come in their order.
    to_visit.push_back(page->last_child);
    for (auto cell = page->cells.rbegin(); cell != page->cells.rend(); ++cell) {
      to_visit.push_back(cell->child);
    }
  }
  return losses;
}

TreeLosses TreeWalk::rows_on(PageNumber number, TreeKind& kind, const OnRow& on_row) {
  TreeLosses losses;
  const Octets octets = pages_.page(number);
  if (const auto page = parse_tree_page(octets, number)) {
    seen_.insert(number);
    kind = is_index(page->kind) ? TreeKind::Index : TreeKind::Table;
    take_rows(*page, on_row, losses);
  }
  return losses;
}

void TreeWalk::take_rows(const TreePage& page, const OnRow& on_row, TreeLosses& losses) {
  losses.rows += page.kind == PageKind::TableInner ? 0 : page.unreadable;
  for (const Cell& cell : page.cells) {
    if (!cell.has_record) continue;
    auto values = record_of(pages_, cell, [this](PageNumber used) { seen_.insert(used); });
    if (values) {
      on_row(cell.rowid, std::move(*values));
    } else {
      ++losses.rows;
    }
  }
}

std::vector<PageNumber> TreeWalk::stray() const {
  std::vector<PageNumber> out;
  if (!pages_.free()) return out;
  for (PageNumber number = 2; number <= pages_.count(); ++number) {
    if (seen_.contains(number) || pages_.free()->contains(number)) continue;
    const Octets octets = pages_.page(number);
    const auto page = parse_tree_page(octets, number);
    if (page && page->kind != PageKind::TableInner && !page->cells.empty()) out.push_back(number);
  }
  return out;
}

}  // namespace metergate::salvage
