// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "config/config_error.hpp"
#include "config/model_file.hpp"
#include "config/schema.hpp"

namespace metergate::config {

/// Models that meters name and the catalogue lacks, and those that speak something else than the
/// meter's line: mistakes that only show when the configuration and the models are read together.
/// Each is told once, with its first meter; `file` is named in the errors.
[[nodiscard]] std::vector<ConfigError> check_models(const Configuration& configuration,
                                                    const ModelCatalogue& models,
                                                    const std::filesystem::path& file);

}  // namespace metergate::config
