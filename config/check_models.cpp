// SPDX-License-Identifier: Apache-2.0
#include "config/check_models.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace metergate::config {

namespace {

/// What a meter's place wants of its model; empty when they go together.
std::string protocol_wanted(const Configuration& configuration, const Meter& meter,
                            model::Protocol spoken) {
  if (meter.line.empty()) {
    return spoken == model::Protocol::Mqtt ? "" : "a model for MQTT, or a line for the meter";
  }
  const auto line = std::ranges::find(configuration.lines, meter.line, &Line::name);
  if (line == configuration.lines.end()) return {};
  if (line->is_dlms()) {
    return spoken == model::Protocol::Dlms
               ? ""
               : "a model for DLMS, or a line without protocol = \"dlms\"";
  }
  if (line->protocol == LineProtocol::ModeC) {
    return spoken == model::Protocol::ModeC
               ? ""
               : "a model for mode C, or a line without protocol = \"mode-c\"";
  }
  if (spoken == model::Protocol::Modbus) return {};
  if (spoken == model::Protocol::ModeC) {
    return "a model for Modbus, or protocol = \"mode-c\" for line " + line->name;
  }
  return spoken == model::Protocol::Dlms
             ? "a model for Modbus, or protocol = \"dlms\" for line " + line->name
             : "a model for Modbus, or a meter without a line";
}

}  // namespace

std::vector<ConfigError> check_models(const Configuration& configuration,
                                      const ModelCatalogue& models,
                                      const std::filesystem::path& file) {
  std::string known;
  for (const auto& [name, model] : models) known += (known.empty() ? "" : ", ") + name;
  if (known.empty()) known = "a model; none was found in the model directories";
  std::set<std::string> unknown;
  std::vector<ConfigError> errors;
  for (const Meter& meter : configuration.meters) {
    const auto found = models.find(meter.model);
    const bool is_known = found != models.end();
    // A model that is not there is one mistake; a meter in the wrong place is one each.
    if (!is_known && !unknown.insert(meter.model).second) continue;
    const std::string wanted =
        is_known ? protocol_wanted(configuration, meter, found->second.protocol) : known;
    if (wanted.empty()) continue;
    errors.push_back({ConfigError::Kind::Wrong, file, 0, "model of meter " + meter.id.text(),
                      '"' + meter.model + '"', wanted});
  }
  return errors;
}

}  // namespace metergate::config
