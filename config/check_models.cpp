// SPDX-License-Identifier: Apache-2.0
#include "config/check_models.hpp"

#include <set>
#include <string>

namespace metergate::config {

std::vector<ConfigError> check_models(const Configuration& configuration,
                                      const ModelCatalogue& models,
                                      const std::filesystem::path& file) {
  std::string known;
  for (const auto& [name, model] : models) known += (known.empty() ? "" : ", ") + name;
  std::set<std::string> told;
  std::vector<ConfigError> errors;
  for (const Meter& meter : configuration.meters) {
    if (models.contains(meter.model) || !told.insert(meter.model).second) continue;
    errors.push_back({ConfigError::Kind::Wrong, file, 0, "model of meter " + meter.id.text(),
                      '"' + meter.model + '"',
                      known.empty() ? "a model; none was found in the model directories" : known});
  }
  return errors;
}

}  // namespace metergate::config
