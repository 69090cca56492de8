// SPDX-License-Identifier: Apache-2.0
#include "config/model_file.hpp"

#include <algorithm>

#include "config/model_judge.hpp"

namespace metergate::config {

Result<model::MeterModel, std::vector<ConfigError>> parse_model(std::string_view text,
                                                                const std::filesystem::path& file) {
  const auto document = parse_document(text, file);
  if (!document) return failure(std::vector<ConfigError>{document.error()});
  ErrorList errors{file};
  ReadModel read = read_model(*document, errors);
  judge_registers(read, errors);
  judge_capabilities(read, errors);
  judge_captures(read, errors);
  if (!errors.empty()) return failure(errors.take());
  return std::move(read.model);
}

Result<model::MeterModel, std::vector<ConfigError>> load_model(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return failure(std::vector<ConfigError>{text.error()});
  return parse_model(*text, file);
}

Result<ModelCatalogue, std::vector<ConfigError>> load_models(
    const std::vector<std::filesystem::path>& directories) {
  ModelCatalogue catalogue;
  std::vector<ConfigError> errors;
  for (const auto& directory : directories) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{directory, failed}) {
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    if (failed) {
      ErrorList missing{directory};
      missing.add(ConfigError::Kind::Wrong, 0, "model_directories", directory.string(),
                  "a directory that can be read: " + failed.message());
      for (ConfigError& error : missing.take()) errors.push_back(std::move(error));
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
      auto read = load_model(file);
      if (read) {
        catalogue[read->name] = std::move(*read);
      } else {
        for (const ConfigError& error : read.error()) errors.push_back(error);
      }
    }
  }
  if (!errors.empty()) return failure(std::move(errors));
  return catalogue;
}

}  // namespace metergate::config
