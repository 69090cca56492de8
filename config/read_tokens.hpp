// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/schema.hpp"
#include "config/table_reader.hpp"

/// What has to do with tokens made on this box.
namespace metergate::config {

/// `[key_store]`: where the vending keys are; never the keys.
[[nodiscard]] KeyStore read_key_store(TableReader in, const std::filesystem::path& base);

/// `[meter.sts]`: what enters a meter's decoder key, from its plate and the utility's records.
[[nodiscard]] MeterSts read_meter_sts(TableReader in);

}  // namespace metergate::config
