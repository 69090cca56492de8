// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "config/config_error.hpp"
#include "config/schema.hpp"
#include "protocols/result.hpp"

namespace metergate::config {

/// Reads and checks the file; all mistakes at once. Relative paths inside it are relative to it.
[[nodiscard]] Result<Configuration, std::vector<ConfigError>> load(
    const std::filesystem::path& file);

/// The same for text, named `file` in the errors.
[[nodiscard]] Result<Configuration, std::vector<ConfigError>> parse(
    std::string_view text, const std::filesystem::path& file);

/// The files the configuration names, as they are on this machine: those of TLS readable, private
/// keys and password files readable by nobody else. `file` is named in the errors.
[[nodiscard]] std::vector<ConfigError> check_files(const Configuration& configuration,
                                                   const std::filesystem::path& file);

}  // namespace metergate::config
