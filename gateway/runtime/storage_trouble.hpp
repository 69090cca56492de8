// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "meters/reason.hpp"

/// What is said and done while the ledger does not take what is to be written.
namespace metergate::runtime {

/// How long to wait before the next try.
inline constexpr std::chrono::seconds kStorageRetry{5};

/// To whoever asks meanwhile for something that has to be on disk first.
[[nodiscard]] inline Refusal storage_unavailable() {
  return {Reason::StorageUnavailable, "", "", "ask again later"};
}

}  // namespace metergate::runtime
