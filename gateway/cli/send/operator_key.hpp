// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "gateway/cli/terminal/console.hpp"
#include "protocols/crypto/ed25519.hpp"

namespace metergate::cli {

/// `metergate operator`: keys that operators sign their commands with.
void add_operator(CLI::App& app, Action& action);

/// The pair in a private key file (PEM), which nobody but its owner may read.
[[nodiscard]] CliResult<crypto::Ed25519KeyPair> read_operator_key(
    const std::filesystem::path& file);

}  // namespace metergate::cli
