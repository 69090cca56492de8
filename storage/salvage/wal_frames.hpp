// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "protocols/octets/octets.hpp"

namespace metergate::salvage {

/// What the log beside the file (-wal) has committed: where the newest copy of each page stands.
struct WalFrames {
  std::uint32_t page_octets = 0;
  std::map<std::uint32_t, std::uint64_t> pages;  ///< page number to the octet its content begins at
  std::uint32_t pages_after = 0;                 ///< how many pages the file has after it; 0: none
  std::string trouble;  ///< a sentence, where commits in it cannot be had any more
};

/// Reads the log frame by frame, as SQLite does after a crash: up to the last commit whose
/// checksums hold (file format, section 4.3). `read` gives octets of the log, fewer at its end.
[[nodiscard]] WalFrames read_wal(
    const std::function<Octets(std::uint64_t at, std::size_t count)>& read, std::uint64_t size);

}  // namespace metergate::salvage
