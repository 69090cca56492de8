// SPDX-License-Identifier: Apache-2.0
#include "config/tariff_index.hpp"

#include "protocols/sts/key_attributes.hpp"

namespace metergate::config {

std::vector<std::string> tariff_index_warnings(const Configuration& configuration) {
  const MeterSts usual;
  std::vector<std::string> warnings;
  for (const Meter& meter : configuration.meters) {
    if (!meter.sts || meter.sts->tariff_index == usual.tariff_index) continue;
    const auto index = sts::TariffIndex::of(meter.sts->tariff_index);
    warnings.push_back("meter " + meter.id.text() + ": tariff_index " +
                       (index ? index->digits() : std::string{}) +
                       " is part of its key; 01 is usual, others are most often a mistake");
  }
  return warnings;
}

}  // namespace metergate::config
