// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "storage/owned_descriptor.hpp"
#include "storage/storage_error.hpp"

namespace metergate {

/// One writer per ledger, also across processes: a second gateway on the same file would hand out
/// the same transaction ids. The kernel gives the lock back when the process ends, however it ends.
class WriterLock {
 public:
  /// Holds `<file>.lock`, or Busy when another process does.
  [[nodiscard]] static Stored<WriterLock> take(const std::filesystem::path& file);

 private:
  explicit WriterLock(OwnedDescriptor descriptor) : descriptor_{std::move(descriptor)} {}
  OwnedDescriptor descriptor_;
};

}  // namespace metergate
