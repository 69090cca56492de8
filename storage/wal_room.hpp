// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace metergate {

/// Room that SQLite's log beside the ledger (`-wal`) is given at once, in written blocks, so that a
/// commit overwrites what is there and changes no metadata of the file system. While the log grew,
/// a kernel that took its disk read-only (ext4 6.18, its journal aborted) let fdatasync succeed and
/// then lost the file's new length, and with it the record of an order that had left
/// (docs/reliability.md, R4). SQLite reads a log to its last whole commit; zeros behind it are
/// none.
constexpr std::int64_t kWalRoomOctets = 1'310'720;

/// Fills the log of this ledger with zeros up to that length; a full disk keeps what it has. To be
/// called by the one writer, whose connection has made the log.
void reserve_wal_room(const std::filesystem::path& ledger);

}  // namespace metergate
