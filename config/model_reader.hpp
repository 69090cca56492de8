// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/table_reader.hpp"
#include "meters/models/meter_model.hpp"

namespace metergate::config {

/// Where the parts of a model stand in its file, for mistakes that only show when all is read.
struct ModelLines {
  struct Place {
    std::uint32_t line = 0;
    std::string key;  ///< `modbus.register[3]`
  };
  Place capabilities;
  Place registers;  ///< the table that holds them
  std::vector<Place> each_register;
  std::vector<Place> each_capture;
  Place profile_channels;
  Place daily_channels;
  Place event_codes;
};

struct ReadModel {
  model::MeterModel model;
  ModelLines lines;
};

/// First half of `parse_model`: every key read and judged on its own.
[[nodiscard]] ReadModel read_model(const Node& root, ErrorList& errors);

}  // namespace metergate::config
