// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "gateway/cli/dlms/caller.hpp"
#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// Writes what a caller asks and is told into a new capture file, like that of `metergate trace`.
/// Of what it writes to a meter only the length is there: that may be a key or a token.
[[nodiscard]] CliResult<DlmsCaller::Watch> capture_into(const std::string& file,
                                                        std::uint16_t server);

}  // namespace metergate::cli
