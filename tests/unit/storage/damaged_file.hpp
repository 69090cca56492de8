// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>

#include "storage/salvage/btree_page.hpp"
#include "storage/salvage/forest.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {

/// A SQLite file that is damaged on purpose, where it hurts.
class DamagedFile {
 public:
  explicit DamagedFile(std::filesystem::path file) : file_{std::move(file)} {}

  [[nodiscard]] Octets octets() const {
    std::ifstream in{file_, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  void restore(const Octets& octets) const {
    std::ofstream out{file_, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(octets.data()),
              static_cast<std::streamsize>(octets.size()));
  }

  void overwrite(std::size_t at, std::size_t count, unsigned seed = 1) const {
    const std::size_t size = std::filesystem::file_size(file_);
    std::mt19937 draw{seed};
    std::string noise;
    for (std::size_t i = at; i < std::min(at + count, size); ++i) {
      noise.push_back(static_cast<char>(draw()));
    }
    std::fstream out{file_, std::ios::in | std::ios::out | std::ios::binary};
    out.seekp(static_cast<std::streamoff>(at));
    out.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  /// All of it, so that it is no page of a tree any more.
  void overwrite_page(salvage::PageNumber page) const { overwrite((page - 1) * 4096UL, 4096, 3); }

  /// One octet of this text is another one, wherever it stands on the page.
  void change(salvage::PageNumber page, const std::string& text, std::size_t place, char to) const {
    const std::size_t begin = (page - 1) * 4096UL;
    const Octets whole = octets();
    const std::string content{whole.begin() + static_cast<std::ptrdiff_t>(begin),
                              whole.begin() + static_cast<std::ptrdiff_t>(begin + 4096)};
    if (content.find(text) == std::string::npos) throw std::runtime_error(text + " is not there");
    std::fstream out{file_, std::ios::in | std::ios::out | std::ios::binary};
    for (auto at = content.find(text); at != std::string::npos; at = content.find(text, at + 1)) {
      out.seekp(static_cast<std::streamoff>(begin + at + place));
      out.put(to);
    }
  }

  [[nodiscard]] salvage::PageNumber root_of(const std::string& name) const {
    const auto pages = good(salvage::Pages::open(file_));
    salvage::TreeWalk walk{pages};
    return salvage::find_roots(pages, walk).at(name);
  }
  [[nodiscard]] bool is_inner(salvage::PageNumber page) const {
    const auto pages = good(salvage::Pages::open(file_));
    const Octets octets = pages.page(page);
    return salvage::is_inner(salvage::parse_tree_page(octets, page)->kind);
  }
  /// The leaf of this place among the children of the root, which has more than one.
  [[nodiscard]] salvage::PageNumber leaf_of(const std::string& name, std::size_t place) const {
    const auto pages = good(salvage::Pages::open(file_));
    const Octets octets = pages.page(root_of(name));
    const auto root = salvage::parse_tree_page(octets, root_of(name));
    if (!salvage::is_inner(root->kind)) throw std::runtime_error(name + " has one page only");
    return root->cells.at(place).child;
  }

 private:
  std::filesystem::path file_;
};

}  // namespace metergate::test
