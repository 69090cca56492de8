// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/table_reader.hpp"
#include "meters/models/dlms_layout.hpp"

namespace metergate::config {

/// The table [dlms] of a model file: where a meter keeps what we want among its COSEM objects.
void read_dlms(TableReader in, model::DlmsLayout& into);

}  // namespace metergate::config
