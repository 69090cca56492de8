// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "config/schema.hpp"
#include "protocols/result.hpp"

namespace metergate::config {

/// Reads and checks the file and those of `conf.d` beside it; all mistakes at once. Relative paths
/// in all of them are relative to the file.
[[nodiscard]] Result<Configuration, std::vector<ConfigError>> load(
    const std::filesystem::path& file);

/// The same for text, named `file` in the errors.
[[nodiscard]] Result<Configuration, std::vector<ConfigError>> parse(
    std::string_view text, const std::filesystem::path& file);

/// The files the configuration names, as they are on this machine: those of TLS readable, private
/// keys and password files readable by nobody else, those of DLMS meters with what they need.
/// `file` is named in the errors.
[[nodiscard]] std::vector<ConfigError> check_files(const Configuration& configuration,
                                                   const std::filesystem::path& file);

}  // namespace metergate::config
