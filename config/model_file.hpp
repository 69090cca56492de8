// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "meters/models/meter_model.hpp"
#include "protocols/result.hpp"

namespace metergate::config {

/// Reads one meter model and checks it: every mistake at once (overlapping registers, a capability
/// without its block, unknown units, impossible addresses, captures that do not decode as
/// expected).
[[nodiscard]] Result<model::MeterModel, std::vector<ConfigError>> load_model(
    const std::filesystem::path& file);
[[nodiscard]] Result<model::MeterModel, std::vector<ConfigError>> parse_model(
    std::string_view text, const std::filesystem::path& file);

using ModelCatalogue = std::map<std::string, model::MeterModel>;

/// All `*.toml` of the directories; a later directory overrides a model of the same name.
[[nodiscard]] Result<ModelCatalogue, std::vector<ConfigError>> load_models(
    const std::vector<std::filesystem::path>& directories);

}  // namespace metergate::config
