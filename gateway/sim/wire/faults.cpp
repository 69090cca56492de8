// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/faults.hpp"

#include <utility>

namespace metergate::sim {

void WireFaults::set(const FaultSettings& settings) {
  const std::lock_guard lock{mutex_};
  settings_ = settings;
}

FaultSettings WireFaults::settings() const {
  const std::lock_guard lock{mutex_};
  return settings_;
}

bool WireFaults::request_arrives() {
  const std::lock_guard lock{mutex_};
  if (settings_.silent) return false;
  if (settings_.ignore_next == 0) return true;
  --settings_.ignore_next;
  return false;
}

std::optional<WireFaults::Delivery> WireFaults::deliver(Octets answer) {
  const std::lock_guard lock{mutex_};
  if (settings_.drop_next > 0) {
    --settings_.drop_next;
    return std::nullopt;
  }
  if (happens(settings_.lose_per_mille)) return std::nullopt;
  Delivery delivery{std::move(answer)};
  if (settings_.late.count() > 0 && happens(settings_.late_per_mille)) {
    delivery.late = settings_.late;
  }
  if (!delivery.octets.empty() && happens(settings_.corrupt_per_mille)) {
    const std::size_t bit = below(delivery.octets.size() * 8);
    delivery.octets[bit / 8] =
        static_cast<std::uint8_t>(delivery.octets[bit / 8] ^ (1U << (bit % 8)));
    delivery.damaged = true;
  }
  if (delivery.octets.size() > 1 && happens(settings_.truncate_per_mille)) {
    delivery.octets.resize(1 + below(delivery.octets.size() - 1));
    delivery.damaged = true;
  }
  if (happens(settings_.babble_per_mille)) {
    Octets noise(settings_.babble_octets);
    for (std::uint8_t& octet : noise) octet = static_cast<std::uint8_t>(below(256));
    delivery.octets.insert(delivery.octets.begin(), noise.begin(), noise.end());
    delivery.damaged = true;
  }
  return delivery;
}

bool WireFaults::happens(unsigned per_mille) { return per_mille > 0 && below(1000) < per_mille; }

std::size_t WireFaults::below(std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>{0, bound - 1}(chance_);
}

}  // namespace metergate::sim
