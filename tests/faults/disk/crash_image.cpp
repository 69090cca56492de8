// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/disk/crash_image.hpp"

#include <algorithm>
#include <fstream>

namespace metergate::test {
namespace {

constexpr std::size_t kSector = 512;

void put(Octets& content, std::size_t offset, const std::uint8_t* from, std::size_t octets) {
  if (content.size() < offset + octets) content.resize(offset + octets);
  std::copy_n(from, octets, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

void apply(const DiskChange& change, Octets& content, bool& there) {
  switch (change.kind) {
    case DiskChange::Kind::Write:
      there = true;
      return put(content, change.offset, change.octets.data(), change.octets.size());
    case DiskChange::Kind::Truncate:
      content.resize(change.offset);
      return;
    case DiskChange::Kind::Delete:
      content.clear();
      there = false;
      return;
    case DiskChange::Kind::Sync:
      return;
  }
}

/// The write as far as chance had it: sector by sector.
void tear(const DiskChange& change, Octets& content, std::mt19937_64& chance) {
  const std::size_t end = change.offset + change.octets.size();
  for (std::size_t at = change.offset; at < end;) {
    const std::size_t next = std::min(end, (at / kSector + 1) * kSector);
    if (chance() % 2 == 0) {
      put(content, at, change.octets.data() + (at - change.offset), next - at);
    }
    at = next;
  }
}

}  // namespace

void CrashImages::cut_after(std::size_t count) {
  for (; done_ < count; ++done_) {
    const DiskChange& change = changes_[done_];
    File& file = files_[change.file];
    if (change.kind != DiskChange::Kind::Sync) {
      file.pending.push_back(&change);
      continue;
    }
    // The first sync of a new file is one of its folder too: whatever was deleted there is gone.
    if (!file.there) delete_for_good();
    for (const DiskChange* one : file.pending) apply(*one, file.durable, file.there);
    file.pending.clear();
  }
}

void CrashImages::delete_for_good() {
  for (auto& [name, file] : files_) {
    const auto deleted = std::ranges::find(file.pending.rbegin(), file.pending.rend(),
                                           DiskChange::Kind::Delete, &DiskChange::kind);
    if (deleted == file.pending.rend()) continue;
    file.durable.clear();
    file.there = false;
    file.pending.erase(file.pending.begin(), deleted.base());
  }
}

void CrashImages::write(const std::filesystem::path& folder, Unsynced unsynced,
                        std::mt19937_64& chance) const {
  for (const auto& [name, file] : files_) {
    Octets content = file.durable;
    bool there = file.there;
    std::vector<const DiskChange*> pending = file.pending;
    if (unsynced == Unsynced::Lost) pending.clear();
    if (unsynced == Unsynced::Torn) std::ranges::shuffle(pending, chance);
    for (const DiskChange* change : pending) {
      if (unsynced == Unsynced::Kept) {
        apply(*change, content, there);
        continue;
      }
      const auto luck = chance() % 3;  // gone, whole, torn
      if (luck == 0) continue;
      if (luck == 1 || change->kind != DiskChange::Kind::Write) {
        apply(*change, content, there);
      } else {
        there = true;
        tear(*change, content, chance);
      }
    }
    const std::filesystem::path path = folder / name;
    std::filesystem::remove(path);
    if (!there) continue;
    std::ofstream out{path, std::ios::binary};
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
  }
}

}  // namespace metergate::test
