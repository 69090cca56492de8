// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meters/audit.hpp"

namespace metergate {

/// Which entries of the trail are asked for; empty fields ask for all.
struct AuditFilter {
  std::string meter{};
  std::string operator_name{};  ///< as the first or the second operator
  std::vector<AuditKind> kinds{};
  std::optional<UtcTime> since{};
  std::optional<UtcTime> until{};  ///< excluded
  std::int64_t after_seq = 0;
  std::size_t limit = 1000;
};

}  // namespace metergate
