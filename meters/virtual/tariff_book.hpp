// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "meters/tariff.hpp"

namespace metergate::virtual_meter {

/// The tariff in force and those that wait for their time.
class TariffBook {
 public:
  static constexpr std::size_t kMostPending = 4;
  /// 1,000.00 currency units; more could not be multiplied with what an account holds.
  static constexpr std::uint32_t kHighestPrice = 100'000;

  explicit TariffBook(Tariff active) : active_{std::move(active)} {}

  [[nodiscard]] const Tariff& active() const { return active_; }
  [[nodiscard]] const std::vector<PendingTariff>& pending() const { return pending_; }

  void activate(Tariff tariff) { active_ = std::move(tariff); }
  void change_supplier(Supplier supplier) { active_.supplier = std::move(supplier); }
  /// In the place of a pending one with the same id; false: there are too many.
  [[nodiscard]] bool await(PendingTariff tariff);
  /// The pending one of this id; false: there is none.
  bool cancel(std::uint32_t id);
  /// All pending ones that are bound to another supplier than this; returns their ids.
  std::vector<std::uint32_t> cancel_others(std::uint32_t supplier_id);
  void cancel_all() { pending_.clear(); }
  /// When the next one is due.
  [[nodiscard]] std::optional<UtcSeconds> next() const;
  /// Takes out the one that is due next; there is one.
  [[nodiscard]] Tariff take_next();

  void restore(Tariff active, std::vector<PendingTariff> pending) {
    active_ = std::move(active);
    pending_ = std::move(pending);
  }

 private:
  Tariff active_;
  std::vector<PendingTariff> pending_;  ///< soonest first
};

}  // namespace metergate::virtual_meter
