// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

namespace metergate::virtual_meter {

/// What is left in the meter: consumption takes from it, codes add to it. Two registers as in an
/// STS meter with both: units of energy, which are used up first, and money. The balance is what
/// both are worth. A meter of the open rule has money only, and takes each digit string once.
class Account {
 public:
  /// 21,474.00 currency units; a vend that would pass it is refused whole (1.4).
  static constexpr std::int64_t kMaximumMinor = 2'147'400;
  static constexpr std::int64_t kLowMinor = 500;

  Account(std::int64_t balance_minor, std::int64_t price_minor_per_kwh)
      : balance_{balance_minor}, price_{price_minor_per_kwh} {}

  /// Pays for a load that lasted; what is less than one minor unit is carried on.
  void pay(unsigned watts, std::int64_t seconds) {
    const std::int64_t used = static_cast<std::int64_t>(watts) * seconds;
    const std::int64_t from_units = std::min(used, units_);
    units_ -= from_units;
    owed_ += (used - from_units) * price_;
    balance_ -= owed_ / kWattSecondsPerKwh;
    owed_ %= kWattSecondsPerKwh;
  }
  [[nodiscard]] bool would_overflow(std::int64_t minor) const {
    return minor > kMaximumMinor || balance_minor() + minor > kMaximumMinor;
  }
  void add(std::int64_t minor) { balance_ += minor; }
  void add_units(std::int64_t wh) { units_ += wh * kWattSecondsPerWh; }
  /// What is used from now on costs this.
  void set_price(std::int64_t minor_per_kwh) { price_ = minor_per_kwh; }
  void clear_units() { units_ = 0; }
  void clear_money() { balance_ = owed_ = 0; }
  /// The money becomes units of the same worth, as a meter that counts units would have it.
  void count_in_units() {
    if (price_ <= 0 || balance_ <= 0) return;
    units_ += (balance_ * kWattSecondsPerKwh + price_ - 1) / price_;
    balance_ = 0;
  }
  [[nodiscard]] std::int64_t minor_for_wh(std::int64_t wh) const { return wh * price_ / 1000; }

  [[nodiscard]] bool used_before(const std::string& digits) const { return used_.contains(digits); }
  void remember(std::string digits) { used_.insert(std::move(digits)); }

  [[nodiscard]] std::int64_t balance_minor() const {
    return balance_ + units_ * price_ / kWattSecondsPerKwh;
  }
  [[nodiscard]] std::int64_t money_minor() const { return balance_; }
  [[nodiscard]] std::int64_t units_wh() const { return units_ / kWattSecondsPerWh; }
  [[nodiscard]] std::int64_t units_watt_seconds() const { return units_; }
  [[nodiscard]] std::int64_t owed() const { return owed_; }
  void restore(std::int64_t money_minor, std::int64_t owed, std::int64_t units_watt_seconds) {
    balance_ = money_minor;
    owed_ = owed;
    units_ = units_watt_seconds;
  }

 private:
  static constexpr std::int64_t kWattSecondsPerKwh = 3'600'000;
  static constexpr std::int64_t kWattSecondsPerWh = 3'600;

  std::int64_t balance_;
  std::int64_t price_;
  std::int64_t units_ = 0;  ///< watt-seconds
  std::int64_t owed_ = 0;   ///< watt-seconds times price not yet taken off
  std::set<std::string> used_;
};

}  // namespace metergate::virtual_meter
