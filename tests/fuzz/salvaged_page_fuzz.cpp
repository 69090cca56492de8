// SPDX-License-Identifier: Apache-2.0
// Pages and the log of a broken ledger, as a repair reads them: whatever stands in them, nothing
// outside of them is touched, and a record that is read adds up.
#include <algorithm>
#include <cstdlib>

#include "storage/salvage/btree_page.hpp"
#include "storage/salvage/wal_frames.hpp"

using namespace metergate;
using namespace metergate::salvage;

namespace {

void read_page(OctetView page, PageNumber number) {
  const auto read = parse_tree_page(page, number);
  if (!read) return;
  for (const Cell& cell : read->cells) {
    if (cell.here.data() != nullptr &&
        (cell.here.data() < page.data() ||
         cell.here.data() + cell.here.size() > page.data() + page.size())) {
      std::abort();
    }
    if (cell.has_record && cell.elsewhere == 0) static_cast<void>(decode_record(cell.here));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetView octets{data, size};
  static_cast<void>(decode_record(octets));
  Octets page(octets.begin(),
              octets.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(size, 4096)));
  page.resize(std::max<std::size_t>(page.size(), 512));
  read_page(page, 1);
  read_page(page, 2);
  const WalFrames frames = read_wal(
      [octets](std::uint64_t at, std::size_t count) -> Octets {
        if (at >= octets.size()) return {};
        const auto part = octets.subspan(static_cast<std::size_t>(at));
        const auto taken = part.first(std::min(count, part.size()));
        return {taken.begin(), taken.end()};
      },
      size);
  for (const auto& [number, at] : frames.pages) {
    if (at + frames.page_octets > size) std::abort();
  }
  return 0;
}
