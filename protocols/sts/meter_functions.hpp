// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/sts/token_content.hpp"
#include "protocols/sts/token_result.hpp"

namespace metergate::sts {

/// What a meter can be told by tokens. The largest values are those its registers hold.
struct MeterAbilities {
  bool electricity = true;
  bool water = false;
  bool gas = false;
  bool time = false;
  bool currency = false;                       ///< credit in money (class 0, subclasses 4 to 7)
  bool polyphase = false;                      ///< has phases that can be unbalanced
  std::uint64_t most_units = 99'999'999;       ///< of each credit register, 0.1 kWh ...
  std::int64_t most_currency = 2'147'400'000;  ///< hundred-thousandths
  std::uint64_t most_watts = 100'000;          ///< of a power limit
  std::uint64_t tests = kKnownTestBits;        ///< MeterTest bits it knows

  [[nodiscard]] bool measures(Commodity commodity) const;
};

/// The registers and settings behind a meter's token process: what class 0 adds to, class 2 sets
/// and class 1 asks for. What a limit or a tamper state does to the load switch is the meter's
/// business.
class MeterFunctions {
 public:
  static constexpr std::uint16_t kFlags = 12;  ///< STS 202-5 flags 0..11

  explicit MeterFunctions(MeterAbilities abilities) : abilities_{abilities} {}

  /// Accept, or Overflow (the credit is unchanged), Range or Function. For TokenProcess.
  [[nodiscard]] TokenResult execute(const TokenContent& content);

  [[nodiscard]] std::uint64_t credit_units(Commodity commodity) const;
  /// Hundred-thousandths of the currency.
  [[nodiscard]] std::int64_t credit_currency(Commodity commodity) const;
  /// Takes what was used off a register; not below zero.
  void consume(Commodity commodity, std::uint64_t units);
  void consume_currency(Commodity commodity, std::int64_t hundred_thousandths);

  [[nodiscard]] std::optional<std::uint64_t> power_limit_w() const { return power_limit_w_; }
  [[nodiscard]] std::optional<std::uint64_t> unbalance_limit_w() const {
    return unbalance_limit_w_;
  }
  [[nodiscard]] std::uint16_t tariff_rate() const { return tariff_rate_; }
  [[nodiscard]] std::uint16_t water_factor() const { return water_factor_; }
  [[nodiscard]] std::uint16_t control_value() const { return control_value_; }
  [[nodiscard]] bool flag(std::uint16_t number) const;

  /// Ends with a clear-tamper token only.
  [[nodiscard]] bool tampered() const { return tampered_; }
  void tamper() { tampered_ = true; }

  /// The tests and displays the last class 1 token asked for; taking them forgets them.
  [[nodiscard]] std::uint64_t take_tests();

 private:
  TokenResult run(const UnitCredit& token);
  TokenResult run(const CurrencyCredit& token);
  TokenResult run(const InitiateMeterTest& token);
  TokenResult run(const ManagementToken& token);
  TokenResult clear_credit(std::uint16_t number);
  TokenResult set_extended(std::uint16_t value);
  [[nodiscard]] std::optional<std::uint64_t> limit_of(std::uint16_t code) const;

  MeterAbilities abilities_;
  std::array<std::uint64_t, 4> units_{};
  std::array<std::int64_t, 4> currency_{};
  std::optional<std::uint64_t> power_limit_w_;
  std::optional<std::uint64_t> unbalance_limit_w_;
  std::uint16_t tariff_rate_ = 0;
  std::uint16_t water_factor_ = 0;
  std::uint16_t control_value_ = 0;
  std::uint16_t flags_ = 0;
  std::uint64_t tests_ = 0;
  bool tampered_ = false;
};

}  // namespace metergate::sts
