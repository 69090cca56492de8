// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "config/config_error.hpp"
#include "config/document.hpp"
#include "protocols/result.hpp"

/// The configuration and the files of `conf.d` beside it, `*.toml` in the order of their names, as
/// one document. Lists of tables ([[meter]], [[line]], [[role]], ...) go on from file to file; any
/// other section stands in one file only.
namespace metergate::config {

struct Gathered {
  Node root;
  std::vector<std::filesystem::path> files;  ///< the configuration itself first
};

[[nodiscard]] Result<Gathered, std::vector<ConfigError>> gather(const std::filesystem::path& file);

/// Errors of the document as a whole, in the words of the file each stands in.
void name_files(std::vector<ConfigError>& errors, const Gathered& gathered);

}  // namespace metergate::config
