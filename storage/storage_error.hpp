// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "protocols/result.hpp"

namespace metergate {

struct StorageError {
  enum class Reason : std::uint8_t {
    CannotOpen,
    NewerSchema,  ///< written by a later release; nothing was touched
    Corrupt,
    DiskFull,
    ReadOnly,
    Busy,
    Io,
    Misuse,
  };
  Reason reason = Reason::Io;
  std::string what;  ///< a sentence for the operator: file, what failed, SQLite's own words
};

template <typename T>
using Stored = Result<T, StorageError>;

}  // namespace metergate
