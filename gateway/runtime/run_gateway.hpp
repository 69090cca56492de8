// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace metergate::runtime {

/// Runs the gateway until it is told to stop (SIGTERM, SIGINT); SIGHUP reloads `config_file`.
/// Returns the exit code of the process (docs/operations.md, "Exit codes").
[[nodiscard]] int run_gateway(const std::filesystem::path& config_file);

}  // namespace metergate::runtime
