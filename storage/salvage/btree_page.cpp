// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/btree_page.hpp"

#include <algorithm>

#include "storage/salvage/fields.hpp"

namespace metergate::salvage {
namespace {

constexpr std::size_t kFileHeader = 100;  ///< in front of the first page's own
/// Far beyond what the ledger writes into one row; a length above it is damage.
constexpr std::uint64_t kMaxRecord = 16ULL << 20U;

/// How much of a record stands on the page itself (section 1.6).
std::size_t octets_here(std::uint64_t octets, std::size_t usable, PageKind kind) {
  const std::size_t least = (usable - 12) * 32 / 255 - 23;
  const std::size_t most =
      kind == PageKind::TableLeaf ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  if (octets <= most) return static_cast<std::size_t>(octets);
  const std::size_t fitting = least + static_cast<std::size_t>((octets - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

std::optional<Cell> parse_cell(OctetView page, std::size_t at, PageKind kind) {
  Cell out;
  if (is_inner(kind)) {
    const auto child = number_at(page, at, 4);
    if (!child) return std::nullopt;
    out.child = static_cast<PageNumber>(*child);
    at += 4;
  }
  out.has_record = kind != PageKind::TableInner;
  if (out.has_record) {
    const auto octets = varint_at(page, at);
    if (!octets || octets->value > kMaxRecord) return std::nullopt;
    out.octets = octets->value;
    at += octets->width;
  }
  if (!is_index(kind)) {
    const auto rowid = varint_at(page, at);
    if (!rowid) return std::nullopt;
    out.rowid = static_cast<std::int64_t>(rowid->value);
    at += rowid->width;
  }
  if (!out.has_record) return out;
  const std::size_t here = octets_here(out.octets, page.size(), kind);
  if (at + here > page.size()) return std::nullopt;
  out.here = page.subspan(at, here);
  if (here == out.octets) return out;
  const auto elsewhere = number_at(page, at + here, 4);
  if (!elsewhere) return std::nullopt;
  out.elsewhere = static_cast<PageNumber>(*elsewhere);
  return out;
}

}  // namespace

std::optional<TreePage> parse_tree_page(OctetView page, PageNumber number) {
  const std::size_t begin = number == 1 ? kFileHeader : 0;
  const auto kind = number_at(page, begin, 1).value_or(0);
  if (kind != 2 && kind != 5 && kind != 10 && kind != 13) return std::nullopt;
  TreePage out;
  out.kind = static_cast<PageKind>(kind);
  const std::size_t header = is_inner(out.kind) ? 12 : 8;
  const auto cells = number_at(page, begin + 3, 2).value_or(0);
  const std::size_t content = begin + header + 2 * cells;
  if (content > page.size()) return std::nullopt;
  if (is_inner(out.kind)) {
    out.last_child = static_cast<PageNumber>(number_at(page, begin + 8, 4).value_or(0));
  }
  for (std::size_t i = 0; i < cells; ++i) {
    const auto at = number_at(page, begin + header + 2 * i, 2).value_or(0);
    auto cell = at < content ? std::nullopt : parse_cell(page, at, out.kind);
    if (cell) {
      out.cells.push_back(*cell);
    } else {
      ++out.unreadable;
    }
  }
  return out;
}

std::optional<Values> record_of(const Pages& pages, const Cell& cell,
                                const std::function<void(PageNumber)>& used) {
  if (cell.elsewhere == 0) return decode_record(cell.here);
  Octets whole{cell.here.begin(), cell.here.end()};
  PageNumber next = cell.elsewhere;
  while (whole.size() < cell.octets) {
    const Octets page = pages.page(next);
    if (page.size() <= 4) return std::nullopt;
    used(next);
    const auto rest = static_cast<std::size_t>(cell.octets) - whole.size();
    const OctetView content =
        OctetView{page}.subspan(4, std::min<std::size_t>(rest, page.size() - 4));
    whole.insert(whole.end(), content.begin(), content.end());
    next = static_cast<PageNumber>(number_at(page, 0, 4).value_or(0));
  }
  // A chain that goes on is not this record's.
  if (next != 0) return std::nullopt;
  return decode_record(whole);
}

}  // namespace metergate::salvage
