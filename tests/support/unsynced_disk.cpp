// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <map>

/// Linked into programs whose gateway lives and dies in simulated time: a ledger there has nothing
/// to fear from a power cut that doesn't come (those that do come are tests/faults/disk's, above
/// this), and waiting for the disk after each of its commits was four fifths of their time.
namespace metergate::test {
namespace {

sqlite3_vfs* system_vfs = nullptr;

int sync_nothing(sqlite3_file*, int) { return SQLITE_OK; }

/// The system has several tables, by the sort of lock a file needs.
const sqlite3_io_methods* unsynced(const sqlite3_io_methods* methods) {
  static std::map<const sqlite3_io_methods*, sqlite3_io_methods> tables;
  const auto [table, is_new] = tables.emplace(methods, *methods);
  if (is_new) table->second.xSync = sync_nothing;
  return &table->second;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  const int code = system_vfs->xOpen(system_vfs, name, file, flags, out);
  if (file->pMethods != nullptr) file->pMethods = unsynced(file->pMethods);
  return code;
}

const bool installed = [] {
  system_vfs = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs ours = *system_vfs;
  ours.pNext = nullptr;
  ours.zName = "metergate-unsynced";
  ours.xOpen = open;
  return sqlite3_vfs_register(&ours, 1) == SQLITE_OK;
}();

}  // namespace
}  // namespace metergate::test
