// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/tariff_book.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace metergate::virtual_meter {

bool TariffBook::await(PendingTariff tariff) {
  const auto same_id = [&](const PendingTariff& one) { return one.tariff.id == tariff.tariff.id; };
  const auto others = std::ranges::count_if(pending_, std::not_fn(same_id));
  if (static_cast<std::size_t>(others) >= kMostPending) return false;
  std::erase_if(pending_, same_id);
  const auto after =
      std::ranges::upper_bound(pending_, tariff.activates, {}, &PendingTariff::activates);
  pending_.insert(after, std::move(tariff));
  return true;
}

bool TariffBook::cancel(std::uint32_t id) {
  return std::erase_if(pending_, [&](const PendingTariff& one) { return one.tariff.id == id; }) !=
         0;
}

std::vector<std::uint32_t> TariffBook::cancel_others(std::uint32_t supplier_id) {
  std::vector<std::uint32_t> cancelled;
  std::erase_if(pending_, [&](const PendingTariff& one) {
    if (one.tariff.supplier.id == supplier_id) return false;
    cancelled.push_back(one.tariff.id);
    return true;
  });
  return cancelled;
}

std::optional<UtcSeconds> TariffBook::next() const {
  if (pending_.empty()) return std::nullopt;
  return pending_.front().activates;
}

Tariff TariffBook::take_next() {
  Tariff next = std::move(pending_.front().tariff);
  pending_.erase(pending_.begin());
  return next;
}

}  // namespace metergate::virtual_meter
