// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meters/event_log.hpp"

/// Change of tenancy (COT) and change of supplier (COS): what a meter is asked to do with what it
/// holds (utrn-and-premier.md 1.6, 1.7).
namespace metergate {

/// What a change does at the meter besides being logged; each is asked for by itself (P-06).
enum class ChangeAction : std::uint8_t {
  BillingBefore,   ///< billing action and snapshot before anything else (P-07, P-08)
  BillingAfter,    ///< and one after everything else
  ResetBalance,    ///< in credit mode only (P-09)
  DefaultTariff,   ///< until a new one is loaded (P-10)
  PurgeSnapshots,  ///< billing and midnight snapshots (P-11)
  PurgeProfile,    ///< P-12
  PurgeTokenLog,   ///< P-13, and the others in the order of the reference page
  PurgeAccountLog,
  PurgeHardwareLog,
  PurgeConfigurationLog,
  PurgeSupplyQualityLog,
  PurgeOperatingConditionLog,
  PurgeSupplyLog,
  PurgeTamperLog,
  PurgePrepaymentLog,  ///< named by Liberty only
};
inline constexpr std::size_t kChangeActions = 15;

/// `billing-before`, `reset-balance`, `purge-profile`, `purge-token-log`, ...
[[nodiscard]] std::string_view change_action_word(ChangeAction action);
[[nodiscard]] std::optional<ChangeAction> parse_change_action(std::string_view word);
/// The log a purge empties; nothing for the other actions. The security log is never purged.
[[nodiscard]] constexpr std::optional<LogId> purged_log(ChangeAction action) {
  switch (action) {
    case ChangeAction::PurgeTokenLog:
      return LogId::Token;
    case ChangeAction::PurgeAccountLog:
      return LogId::Account;
    case ChangeAction::PurgeHardwareLog:
      return LogId::Hardware;
    case ChangeAction::PurgeConfigurationLog:
      return LogId::Configuration;
    case ChangeAction::PurgeSupplyQualityLog:
      return LogId::SupplyQuality;
    case ChangeAction::PurgeOperatingConditionLog:
      return LogId::OperatingCondition;
    case ChangeAction::PurgeSupplyLog:
      return LogId::Supply;
    case ChangeAction::PurgeTamperLog:
      return LogId::Tamper;
    case ChangeAction::PurgePrepaymentLog:
      return LogId::Prepayment;
    default:
      return std::nullopt;
  }
}

class ChangeActions {
 public:
  constexpr ChangeActions() = default;
  /// Bits as on the wire, bit 0 = BillingBefore; unknown ones are dropped.
  static constexpr ChangeActions of_bits(std::uint32_t bits) {
    ChangeActions set;
    set.bits_ = bits & ((1U << kChangeActions) - 1U);
    return set;
  }
  /// All of them: what a tenant's leaving asks for unless told otherwise.
  static constexpr ChangeActions all() { return of_bits(~0U); }

  constexpr void add(ChangeAction action) { bits_ = bits_ | bit(action); }
  [[nodiscard]] constexpr bool has(ChangeAction action) const { return (bits_ & bit(action)) != 0; }
  [[nodiscard]] constexpr bool purges(LogId log) const {
    for (std::size_t i = 0; i < kChangeActions; ++i) {
      const auto action = static_cast<ChangeAction>(i);
      if (has(action) && purged_log(action) == log) return true;
    }
    return false;
  }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] std::vector<std::string_view> words() const;

  friend constexpr bool operator==(ChangeActions, ChangeActions) = default;

 private:
  static constexpr std::uint32_t bit(ChangeAction a) { return 1U << static_cast<unsigned>(a); }
  std::uint32_t bits_ = 0;
};

/// Why the tenancy changes (P-24 to P-26).
enum class TenancySituation : std::uint8_t {
  LeftUnannounced,  ///< told by the new tenant
  LeavesNow,        ///< told by the old one
  LeavesLater,      ///< told ahead, with a date
};
/// `left-unannounced`, `leaves-now`, `leaves-later`
[[nodiscard]] std::string_view situation_word(TenancySituation situation);
[[nodiscard]] std::optional<TenancySituation> parse_situation(std::string_view word);

/// What the relay does with a change: OFF, ARMED, or nothing. Never ON (P-21).
enum class RelayAfter : std::uint8_t { Unchanged, Off, Armed };
/// `unchanged`, `off`, `armed`
[[nodiscard]] std::string_view relay_after_word(RelayAfter relay);
[[nodiscard]] std::optional<RelayAfter> parse_relay_after(std::string_view word);

/// Whether the meter shows what a change was to do.
struct TenancyCheck {
  std::string item;  ///< the action's word, `relay`, or `recorded`: the entry of the change
  std::optional<bool> holds;  ///< empty: it cannot be told
  std::string found;          ///< what the meter shows, for people
};

}  // namespace metergate
