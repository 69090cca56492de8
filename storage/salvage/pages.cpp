// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/pages.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "storage/salvage/fields.hpp"

namespace metergate::salvage {
namespace {

constexpr std::string_view kMagic{"SQLite format 3\0", 16};

// A sector that the disk cannot read costs the pages in it, not the file.
Octets read_at(const OwnedDescriptor& file, std::uint64_t at, std::size_t count) {
  Octets out(count);
  std::size_t have = 0;
  while (have < count) {
    const auto got =
        ::pread(file.get(), out.data() + have, count - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

}  // namespace

Stored<Pages> Pages::open(const std::filesystem::path& file) {
  Pages out;
  out.file_ = OwnedDescriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!out.file_.is_open()) {
    const int error = errno;
    return failure(StorageError{
        StorageError::Reason::CannotOpen,
        file.string() + ": cannot be read: " + std::generic_category().message(error)});
  }
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(file, failed);
  const std::filesystem::path wal = file.string() + "-wal";
  if (const auto wal_size = std::filesystem::file_size(wal, failed); !failed && wal_size > 0) {
    out.wal_ = OwnedDescriptor{::open(wal.c_str(), O_RDONLY | O_CLOEXEC)};
    out.frames_ = read_wal(
        [&out](std::uint64_t at, std::size_t count) { return read_at(out.wal_, at, count); },
        wal_size);
    if (!out.frames_.trouble.empty()) {
      out.troubles_.push_back(wal.string() + ": " + out.frames_.trouble);
    }
  }
  out.read_head();
  const std::uint64_t in_file = (size + out.octets_ - 1) / out.octets_;
  out.count_ = std::max(static_cast<PageNumber>(std::min<std::uint64_t>(in_file, 0xFFFFFFFE)),
                        out.frames_.pages_after);
  out.read_free();
  return out;
}

Octets Pages::page(PageNumber number) const {
  if (number == 0 || number > count_) return {};
  const auto newer = frames_.pages.find(number);
  Octets out = newer == frames_.pages.end()
                   ? read_at(file_, std::uint64_t{number - 1} * octets_, octets_)
                   : read_at(wal_, newer->second, octets_);
  if (out.size() != octets_) return {};
  return out;
}

void Pages::read_head() {
  if (frames_.page_octets != 0) octets_ = frames_.page_octets;
  Octets head = read_at(file_, 0, 100);
  if (const auto newer = frames_.pages.find(1); newer != frames_.pages.end()) {
    head = read_at(wal_, newer->second, 100);
  }
  const auto stated = number_at(head, 16, 2).value_or(0);
  const auto page_octets = stated == 1 ? 65536U : static_cast<std::uint32_t>(stated);
  has_head_ = head.size() == 100 && std::equal(kMagic.begin(), kMagic.end(), head.begin()) &&
              page_octets >= 512 && std::has_single_bit(page_octets) &&
              // Octets set aside at the end of each page: the ledger never does.
              head[20] == 0 && (frames_.page_octets == 0 || frames_.page_octets == page_octets);
  if (!has_head_) {
    troubles_.emplace_back("the head of the file is unreadable; pages of " +
                           std::to_string(octets_) + " octets are assumed");
    return;
  }
  octets_ = page_octets;
  schema_ = static_cast<std::int64_t>(number_at(head, 60, 4).value_or(0));
  application_ = static_cast<std::int64_t>(number_at(head, 68, 4).value_or(0));
}

// Section 1.5: trunk pages, each with the number of the next and those of free leaves.
void Pages::read_free() {
  if (!has_head_) return;
  const Octets head = page(1);
  const auto stated = number_at(head, 36, 4).value_or(0);
  std::set<PageNumber> found;
  auto trunk = static_cast<PageNumber>(number_at(head, 32, 4).value_or(0));
  while (trunk != 0) {
    const Octets octets = page(trunk);
    const auto next = number_at(octets, 0, 4);
    const auto leaves = number_at(octets, 4, 4).value_or(0);
    if (!next || !found.insert(trunk).second || leaves > octets_ / 4) break;
    for (std::size_t i = 0; i < leaves; ++i) {
      found.insert(static_cast<PageNumber>(number_at(octets, 8 + 4 * i, 4).value_or(0)));
    }
    trunk = static_cast<PageNumber>(*next);
  }
  if (trunk == 0 && found.size() == stated) {
    free_ = std::move(found);
  } else {
    troubles_.emplace_back("the list of free pages is unreadable");
  }
}

}  // namespace metergate::salvage
