// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/model_file.hpp"

namespace metergate::config {

/// What a configuration that is right says.
inline Configuration good(const std::string& text) {
  auto read = parse(text, "/etc/m.toml");
  if (!read) throw std::runtime_error{read.error().front().text()};
  return *std::move(read);
}

/// Nothing of what is right.
template <typename Read>
std::vector<std::string> told_of(const Read& read) {
  std::vector<std::string> out;
  if (read) return out;
  for (const ConfigError& error : read.error()) out.push_back(error.text());
  return out;
}

/// What is told of a configuration.
inline std::vector<std::string> mistakes(const std::string& text) {
  return told_of(parse(text, "m.toml"));
}

/// What is told of a meter model, a line each.
inline std::string model_mistakes(const std::string& text) {
  std::string out;
  for (const std::string& error : told_of(parse_model(text, "probe.toml"))) out += error + '\n';
  return out;
}

}  // namespace metergate::config
