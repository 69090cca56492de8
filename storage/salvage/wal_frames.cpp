// SPDX-License-Identifier: Apache-2.0
#include "storage/salvage/wal_frames.hpp"

#include <algorithm>

#include "storage/salvage/fields.hpp"

namespace metergate::salvage {
namespace {

constexpr std::size_t kWalHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr std::uint64_t kMagicLittleEndian = 0x377F0682;
constexpr std::uint64_t kMagicBigEndian = 0x377F0683;

/// Section 4.2: two sums over pairs of 32-bit words.
struct Sums {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool big_endian = false;

  void add(OctetView octets) {
    for (std::size_t at = 0; at + 8 <= octets.size(); at += 8) {
      first += word(octets, at) + second;
      second += word(octets, at + 4) + first;
    }
  }
  [[nodiscard]] bool stand_at(OctetView octets, std::size_t at) const {
    return number_at(octets, at, 4) == first && number_at(octets, at + 4, 4) == second;
  }

 private:
  [[nodiscard]] std::uint32_t word(OctetView octets, std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= std::uint32_t{octets[at + i]} << 8U * (big_endian ? 3 - i : i);
    }
    return value;
  }
};

bool is_page_size(std::uint64_t octets) {
  return octets >= 512 && octets <= 65536 && (octets & (octets - 1)) == 0;
}

// Room that was reserved for a log in which nothing was written yet: zeros, and all of them
// legible.
bool is_unused(const std::function<Octets(std::uint64_t at, std::size_t count)>& read,
               std::uint64_t size) {
  constexpr std::uint64_t kAtOnce = 65'536;
  for (std::uint64_t at = 0; at < size; at += kAtOnce) {
    const auto count = static_cast<std::size_t>(std::min(kAtOnce, size - at));
    const Octets part = read(at, count);
    if (part.size() < count) return false;
    if (std::ranges::any_of(part, [](std::uint8_t octet) { return octet != 0; })) return false;
  }
  return true;
}

}  // namespace

WalFrames read_wal(const std::function<Octets(std::uint64_t at, std::size_t count)>& read,
                   std::uint64_t size) {
  WalFrames out;
  if (size == 0) return out;
  const Octets header = read(0, kWalHeader);
  if (is_unused(read, size)) return out;
  const auto magic = number_at(header, 0, 4);
  const auto page_octets = number_at(header, 8, 4).value_or(0);
  Sums sums;
  sums.big_endian = magic == kMagicBigEndian;
  if (header.size() == kWalHeader) sums.add(OctetView{header}.first(kWalHeader - 8));
  if ((magic != kMagicLittleEndian && magic != kMagicBigEndian) || !is_page_size(page_octets) ||
      !sums.stand_at(header, kWalHeader - 8)) {
    out.trouble = "its head is unreadable; what was committed last is lost";
    return out;
  }
  out.page_octets = static_cast<std::uint32_t>(page_octets);
  const auto salts = number_at(header, 16, 8);
  std::map<std::uint32_t, std::uint64_t> uncommitted;
  const std::uint64_t step = kFrameHeader + page_octets;
  std::uint64_t at = kWalHeader;
  for (; at + step <= size; at += step) {
    const Octets frame = read(at, step);
    // The end of this round, with frames of an earlier one behind it; or a damaged frame.
    if (number_at(frame, 8, 8) != salts) break;
    sums.add(OctetView{frame}.first(8));
    sums.add(OctetView{frame}.subspan(kFrameHeader));
    if (!sums.stand_at(frame, 16)) break;
    uncommitted[static_cast<std::uint32_t>(number_at(frame, 0, 4).value_or(0))] = at + kFrameHeader;
    const auto commit = number_at(frame, 4, 4).value_or(0);
    if (commit == 0) continue;
    out.pages_after = static_cast<std::uint32_t>(commit);
    for (const auto& [page, place] : uncommitted) out.pages[page] = place;
    uncommitted.clear();
  }
  // A crash leaves an end without a commit, and nothing of this round behind it.
  const std::uint64_t end = at;
  for (at += step; at + step <= size; at += step) {
    if (number_at(read(at, kFrameHeader), 8, 8) != salts) continue;
    out.trouble = "it is damaged from octet " + std::to_string(end) +
                  " on; what was committed after that is lost";
    break;
  }
  return out;
}

}  // namespace metergate::salvage
