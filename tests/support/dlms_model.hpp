// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

#include "config/model_file.hpp"

/// The model of the virtual meter over DLMS, as it is shipped.
namespace metergate::sim {

inline model::MeterModel dlms_model() {
  const auto model =
      config::load_model(METERGATE_SOURCE_DIR "/meters/models/data/virtual-prepayment-dlms.toml");
  if (!model) throw std::runtime_error{model.error().front().text()};
  return *model;
}

}  // namespace metergate::sim
