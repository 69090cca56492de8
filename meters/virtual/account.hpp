// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace metergate::virtual_meter {

/// The money in the meter: consumption takes from it, tokens add to it, each digit string once.
class Account {
 public:
  /// 21,474.00 currency units; a vend that would pass it is refused whole (1.4).
  static constexpr std::int64_t kMaximumMinor = 2'147'400;
  static constexpr std::int64_t kLowMinor = 500;

  Account(std::int64_t balance_minor, std::int64_t price_minor_per_kwh)
      : balance_{balance_minor}, price_{price_minor_per_kwh} {}

  /// Pays for a load that lasted; what is less than one minor unit is carried on.
  void pay(unsigned watts, std::int64_t seconds) {
    owed_ += static_cast<std::int64_t>(watts) * seconds * price_;
    balance_ -= owed_ / kWattSecondsPerKwh;
    owed_ %= kWattSecondsPerKwh;
  }
  [[nodiscard]] bool would_overflow(std::int64_t minor) const {
    return balance_ + minor > kMaximumMinor;
  }
  void add(std::int64_t minor) { balance_ += minor; }
  [[nodiscard]] std::int64_t minor_for_wh(std::int64_t wh) const { return wh * price_ / 1000; }

  [[nodiscard]] bool used_before(const std::string& digits) const { return used_.contains(digits); }
  void remember(std::string digits) { used_.insert(std::move(digits)); }

  [[nodiscard]] std::int64_t balance_minor() const { return balance_; }
  [[nodiscard]] std::int64_t owed() const { return owed_; }
  void restore(std::int64_t balance_minor, std::int64_t owed) {
    balance_ = balance_minor;
    owed_ = owed;
  }

 private:
  static constexpr std::int64_t kWattSecondsPerKwh = 3'600'000;

  std::int64_t balance_;
  std::int64_t price_;
  std::int64_t owed_ = 0;  ///< watt-seconds times price not yet taken off
  std::set<std::string> used_;
};

}  // namespace metergate::virtual_meter
