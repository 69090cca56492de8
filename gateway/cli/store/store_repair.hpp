// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/care/repair.hpp"

namespace metergate::cli {

/// What a repair took and what is lost, table by table, and what to do with the new file.
[[nodiscard]] std::string repair_text(const care::Repaired& done);

}  // namespace metergate::cli
