// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/table_reader.hpp"
#include "meters/models/mode_c_layout.hpp"

namespace metergate::config {

/// The table [mode_c] of a model file.
void read_mode_c(TableReader in, model::ModeCLayout& into);

}  // namespace metergate::config
