// SPDX-License-Identifier: Apache-2.0
#include "gateway/drivers/dlms_seen.hpp"

#include <utility>

namespace metergate::dlms_driver {

void Seen::profile(std::uint16_t meter, const cosem::ObisCode& name, SeenProfile profile) {
  auto& kept = profiles_[{meter, name}];
  if (kept != nullptr && *kept == profile) return;
  kept = profile_pool_.one(std::move(profile));
}

const SeenProfile* Seen::profile(std::uint16_t meter, const cosem::ObisCode& name) const {
  const auto found = profiles_.find({meter, name});
  return found == profiles_.end() ? nullptr : found->second.get();
}

void Seen::scalers(std::uint16_t meter, const Scalers& read) {
  if (read.empty()) return;
  auto& kept = scalers_[meter];
  Scalers all = kept == nullptr ? Scalers{} : *kept;
  for (const auto& [name, scaler] : read) all.insert_or_assign(name, scaler);
  if (kept != nullptr && *kept == all) return;
  kept = scaler_pool_.one(std::move(all));
}

const cosem::ScalerUnit* Seen::scaler(std::uint16_t meter, const cosem::ObisCode& name) const {
  const auto found = scalers_.find(meter);
  if (found == scalers_.end()) return nullptr;
  const auto scaler = found->second->find(name);
  return scaler == found->second->end() ? nullptr : &scaler->second;
}

}  // namespace metergate::dlms_driver
