// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/copy_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "storage/salvage/forest.hpp"

namespace metergate::salvage {
namespace {

/// A table or an index of the new ledger, and what was found of it in the old one.
struct Tree {
  const sqlite::TableShape* shape = nullptr;
  std::optional<sqlite::RowWriter> writer;               ///< of tables
  std::map<std::int64_t, std::string>* names = nullptr;  ///< of indexes that name rows
  bool is_of_meters = false;
  TableTally tally;
  bool has_lost_branches = false;
};

/// The name of a meter's row, which gets another instead: its key, behind what no name may hold.
std::string set_name_aside(std::int64_t rowid, Values& values) {
  auto* const id = values.size() > 1 ? std::get_if<std::string>(&values[1]) : nullptr;
  return id == nullptr ? std::string{} : std::exchange(*id, "#" + std::to_string(rowid));
}

class Copy {
 public:
  Copy(const Pages& pages, sqlite::Database& target) : walk_{pages}, target_{target} {
    roots_ = find_roots(pages, walk_);
  }

  Stored<Copied> run(const std::vector<sqlite::TableShape>& tables,
                     const std::vector<sqlite::TableShape>& indexes) {
    for (const auto& shape : tables) {
      trees_.emplace_back().shape = &shape;
      trees_.back().writer.emplace(target_, shape);
      trees_.back().is_of_meters = shape.name == "meter";
    }
    for (const auto& shape : indexes) {
      trees_.emplace_back().shape = &shape;
      trees_.back().names = names_in(shape.name);
    }
    for (Tree& tree : trees_) take_tree(tree);
    take_strays();
    if (failed_) return failure(*failed_);
    for (Tree& tree : trees_) {
      tree.tally.name = tree.shape->name;
      if (tree.writer) {
        out_.tables.push_back(std::move(tree.tally));
      } else if (!tree.tally.is_whole()) {
        out_.damaged_indexes.push_back(std::move(tree.tally.name));
      }
    }
    return std::move(out_);
  }

 private:
  std::map<std::int64_t, std::string>* names_in(const std::string& index) {
    if (index == "sqlite_autoindex_meter_1") return &out_.meter_ids;
    if (index == "sqlite_autoindex_command_1") return &out_.command_ids;
    if (index == "sqlite_autoindex_channel_1") return &out_.channels;
    return nullptr;
  }

  void take_tree(Tree& tree) {
    const auto root = roots_.find(tree.shape->name);
    if (root == roots_.end()) {
      tree.tally.root_lost = tree.has_lost_branches = true;
      return;
    }
    const TreeLosses losses =
        walk_.walk(root->second, tree.shape->is_index ? TreeKind::Index : TreeKind::Table,
                   [&](std::int64_t rowid, Values values) { take_row(tree, rowid, values); });
    tree.tally.pages_lost += losses.pages.size();
    tree.tally.rows_lost += losses.rows;
    tree.has_lost_branches = losses.has_lost_branches;
  }

  void take_row(Tree& tree, std::int64_t rowid, Values& values) {
    if (failed_) return;
    std::string name;
    if (tree.is_of_meters) name = set_name_aside(rowid, values);
    if (!is_legible(values) || !fits(values, *tree.shape) || !is_sound(values, *tree.shape)) {
      ++tree.tally.rows_lost;
      return;
    }
    if (!tree.writer) {
      if (tree.names != nullptr) {
        (*tree.names)[std::get<std::int64_t>(values[1])] = std::get<std::string>(values[0]);
      }
      ++tree.tally.rows;
      return;
    }
    if (tree.shape->rowid_column >= 0) {
      values[static_cast<std::size_t>(tree.shape->rowid_column)] = rowid;
    }
    const auto put = tree.writer->put(values);
    if (!put) {
      failed_ = put.error();
    } else if (*put == sqlite::RowWriter::Put::Done) {
      ++tree.tally.rows;
      if (tree.is_of_meters) out_.meter_ids_of_rows.emplace(rowid, std::move(name));
    } else if (*put == sqlite::RowWriter::Put::Unfit) {
      ++tree.tally.rows_lost;
    }
  }

  /// Rows below a page that was lost are still there; which table they are of is seen from their
  /// fields, where only one table that lost a branch has such.
  void take_strays() {
    for (const PageNumber page : walk_.stray()) {
      auto kind = TreeKind::Table;
      std::vector<std::pair<std::int64_t, Values>> rows;
      const TreeLosses losses = walk_.rows_on(page, kind, [&](std::int64_t rowid, Values values) {
        rows.emplace_back(rowid, std::move(values));
      });
      Tree* const owner = owner_of(rows, kind);
      if (owner == nullptr) {
        ++out_.unplaced_pages;
        continue;
      }
      const std::size_t before = owner->tally.rows;
      for (auto& [rowid, values] : rows) take_row(*owner, rowid, values);
      owner->tally.from_strays += owner->tally.rows - before;
      owner->tally.rows_lost += losses.rows;
    }
  }

  Tree* owner_of(const std::vector<std::pair<std::int64_t, Values>>& rows, TreeKind kind) {
    // What cannot be read of a row says nothing of where it belongs.
    const auto tells = [](const auto& row) { return is_legible(row.second); };
    if (std::ranges::none_of(rows, tells)) return nullptr;
    Tree* found = nullptr;
    for (Tree& tree : trees_) {
      if (!tree.has_lost_branches || tree.shape->is_index != (kind == TreeKind::Index)) continue;
      const bool all = std::ranges::all_of(
          rows, [&](const auto& row) { return !tells(row) || fits(row.second, *tree.shape); });
      if (!all) continue;
      if (found != nullptr) return nullptr;
      found = &tree;
    }
    return found;
  }

  TreeWalk walk_;
  sqlite::Database& target_;
  std::map<std::string, PageNumber> roots_;
  std::vector<Tree> trees_;
  Copied out_;
  std::optional<StorageError> failed_;
};

}  // namespace

Stored<Copied> copy_rows(const Pages& pages, sqlite::Database& target) {
  auto tables = sqlite::table_shapes(target);
  if (!tables) return failure(tables.error());
  auto indexes = sqlite::index_shapes(target);
  if (!indexes) return failure(indexes.error());
  return Copy{pages, target}.run(*tables, *indexes);
}

}  // namespace metergate::salvage
