// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "config/model_file.hpp"

namespace metergate::sim {

/// A model as it is shipped; of the virtual meter over DLMS, unless another is named.
inline model::MeterModel dlms_model(const std::string& name = "virtual-prepayment-dlms") {
  const auto model =
      config::load_model(METERGATE_SOURCE_DIR "/meters/models/data/" + name + ".toml");
  if (!model) throw std::runtime_error{model.error().front().text()};
  return *model;
}

}  // namespace metergate::sim
