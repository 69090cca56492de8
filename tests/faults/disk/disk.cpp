// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/disk/disk.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>

namespace metergate::test {
namespace {

sqlite3_vfs* system_vfs = nullptr;
sqlite3_mem_methods system_memory{};

/// SQLite hands out `szOsFile` octets; the system's own file lies behind this head.
struct File {
  sqlite3_file base;
  const char* name;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
const sqlite3_io_methods& real_methods(sqlite3_file* file) { return *of(file).real()->pMethods; }

std::string name_of(sqlite3_file* file) {
  return of(file).name == nullptr ? std::string{}
                                  : std::filesystem::path{of(file).name}.filename().string();
}

int close(sqlite3_file* file) { return real_methods(file).xClose(of(file).real()); }

int read(sqlite3_file* file, void* into, int octets, sqlite3_int64 offset) {
  if (Disk::get().fails(DiskCall::Read)) return SQLITE_IOERR_READ;
  return real_methods(file).xRead(of(file).real(), into, octets, offset);
}

int write(sqlite3_file* file, const void* from, int octets, sqlite3_int64 offset) {
  if (Disk::get().fails(DiskCall::Write)) {
    return Disk::get().says_full() ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  const auto* first = static_cast<const std::uint8_t*>(from);
  Disk::get().note({DiskChange::Kind::Write, name_of(file), static_cast<std::size_t>(offset),
                    Octets(first, first + octets)});
  return real_methods(file).xWrite(of(file).real(), from, octets, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (Disk::get().fails(DiskCall::Truncate)) return SQLITE_IOERR_TRUNCATE;
  Disk::get().note({DiskChange::Kind::Truncate, name_of(file), static_cast<std::size_t>(size), {}});
  return real_methods(file).xTruncate(of(file).real(), size);
}

int sync(sqlite3_file* file, int flags) {
  if (Disk::get().fails(DiskCall::Sync)) return SQLITE_IOERR_FSYNC;
  Disk::get().note({DiskChange::Kind::Sync, name_of(file), 0, {}});
  return real_methods(file).xSync(of(file).real(), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  if (Disk::get().fails(DiskCall::FileSize)) return SQLITE_IOERR_FSTAT;
  return real_methods(file).xFileSize(of(file).real(), size);
}

int lock(sqlite3_file* file, int level) {
  if (Disk::get().fails(DiskCall::Lock)) return SQLITE_IOERR_LOCK;
  return real_methods(file).xLock(of(file).real(), level);
}
int unlock(sqlite3_file* file, int level) {
  return real_methods(file).xUnlock(of(file).real(), level);
}
int reserved(sqlite3_file* file, int* out) {
  return real_methods(file).xCheckReservedLock(of(file).real(), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return real_methods(file).xFileControl(of(file).real(), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_methods(file).xSectorSize(of(file).real()); }
int characteristics(sqlite3_file* file) {
  return real_methods(file).xDeviceCharacteristics(of(file).real());
}
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  if (Disk::get().fails(DiskCall::SharedMemory)) return SQLITE_IOERR_SHMMAP;
  return real_methods(file).xShmMap(of(file).real(), region, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_methods(file).xShmLock(of(file).real(), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real_methods(file).xShmBarrier(of(file).real()); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real_methods(file).xShmUnmap(of(file).real(), remove);
}

// Version 2: with shared memory for the WAL, without reading through a mapping of the file.
const sqlite3_io_methods kMethods{.iVersion = 2,
                                  .xClose = close,
                                  .xRead = read,
                                  .xWrite = write,
                                  .xTruncate = truncate,
                                  .xSync = sync,
                                  .xFileSize = file_size,
                                  .xLock = lock,
                                  .xUnlock = unlock,
                                  .xCheckReservedLock = reserved,
                                  .xFileControl = control,
                                  .xSectorSize = sector_size,
                                  .xDeviceCharacteristics = characteristics,
                                  .xShmMap = shm_map,
                                  .xShmLock = shm_lock,
                                  .xShmBarrier = shm_barrier,
                                  .xShmUnmap = shm_unmap,
                                  .xFetch = nullptr,
                                  .xUnfetch = nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  file->pMethods = nullptr;
  if (Disk::get().fails(DiskCall::Open)) return SQLITE_CANTOPEN;
  of(file).name = name;
  const int code = system_vfs->xOpen(system_vfs, name, of(file).real(), flags, out);
  if (of(file).real()->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

int remove(sqlite3_vfs*, const char* name, int sync_directory) {
  Disk::get().note(
      {DiskChange::Kind::Delete, std::filesystem::path{name}.filename().string(), 0, {}});
  return system_vfs->xDelete(system_vfs, name, sync_directory);
}

void* allocate(int octets) {
  return Disk::get().fails(DiskCall::Memory) ? nullptr : system_memory.xMalloc(octets);
}
void* reallocate(void* old, int octets) {
  return Disk::get().fails(DiskCall::Memory) ? nullptr : system_memory.xRealloc(old, octets);
}

}  // namespace

std::string_view disk_call_word(DiskCall call) {
  constexpr std::array<std::string_view, kDiskCalls.size()> kWords{
      "open", "read", "write", "sync", "truncate", "file-size", "lock", "shared-memory", "memory"};
  return kWords.at(static_cast<std::size_t>(call));
}

Disk& Disk::get() {
  static Disk disk;
  return disk;
}

Disk& Disk::install() {
  if (system_vfs != nullptr) return get();
  // Memory first: SQLite takes another one only before it has begun.
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory);
  sqlite3_mem_methods memory = system_memory;
  memory.xMalloc = allocate;
  memory.xRealloc = reallocate;
  if (sqlite3_config(SQLITE_CONFIG_MALLOC, &memory) != SQLITE_OK) {
    throw std::runtime_error("SQLite takes no other memory");
  }
  sqlite3_initialize();
  system_vfs = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs ours = *system_vfs;
  ours.pNext = nullptr;
  ours.zName = "metergate-faults";
  ours.szOsFile = static_cast<int>(sizeof(File)) + system_vfs->szOsFile;
  ours.xOpen = open;
  ours.xDelete = remove;
  if (sqlite3_vfs_register(&ours, 1) != SQLITE_OK) {
    throw std::runtime_error("SQLite takes no other file system");
  }
  return get();
}

void Disk::record() {
  changes_.clear();
  recording_ = true;
}

void Disk::fail(const FailingCall& failing) {
  count_anew();
  failed_ = 0;
  failing_ = failing;
}

bool Disk::fails(DiskCall call) {
  const std::uint64_t number = ++counts_.at(static_cast<std::size_t>(call));
  if (!failing_ || failing_->call != call) return false;
  const bool fails = failing_->for_ever ? number >= failing_->nth : number == failing_->nth;
  failed_ += fails ? 1U : 0U;
  return fails;
}

void Disk::note(DiskChange change) {
  if (recording_) changes_.push_back(std::move(change));
}

}  // namespace metergate::test
