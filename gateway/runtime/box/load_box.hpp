// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "config/config_error.hpp"
#include "config/model_file.hpp"
#include "config/schema.hpp"
#include "gateway/keys/vending_keys.hpp"
#include "protocols/crypto/ed25519.hpp"
#include "storage/ledger.hpp"

/// What a gateway is made of, read and checked before anything of it runs.
namespace metergate::runtime {

struct Plan {
  config::Configuration configuration;
  config::ModelCatalogue models;
};

/// The configuration with its files and models: every mistake at once, as far as they can be seen.
[[nodiscard]] Result<Plan, std::vector<config::ConfigError>> load_plan(
    const std::filesystem::path& config_file);

struct Box {
  Plan plan;
  Ledger ledger;
  std::unique_ptr<keys::KeyStore> keys;  ///< empty: none is configured
  std::optional<crypto::Ed25519KeyPair> audit_key;
};

/// ... with ledger and key store open. What is wrong is said on stderr; the error is the exit code
/// of the process.
[[nodiscard]] Result<Box, int> load_box(const std::filesystem::path& config_file);

}  // namespace metergate::runtime
