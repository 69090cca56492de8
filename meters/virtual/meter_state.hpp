// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "meters/virtual/account.hpp"
#include "meters/virtual/billing_book.hpp"
#include "meters/virtual/energy_recorder.hpp"
#include "meters/virtual/event_book.hpp"
#include "meters/virtual/limit_watch.hpp"
#include "meters/virtual/supply_switch.hpp"
#include "meters/virtual/tariff_book.hpp"
#include "meters/virtual/token_acceptance.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// The inside of a VirtualMeter (private to this folder).
///
/// Three times: true time, as the street lives; `ticks`, seconds counted by the meter's oscillator
/// since it was born; and the meter's clock, ticks plus what it was last set to. Everything that
/// must not be moved by a clock setting (24-hour limits, the overload pause, the load) runs on
/// ticks.
namespace metergate::virtual_meter {

/// What an order to arm undoes; credit, overload and tamper have their own remedies.
inline constexpr std::uint16_t kUndoneByArming = SupplyCauses::kRemote | SupplyCauses::kToken |
                                                 SupplyCauses::kManual | SupplyCauses::kTenancy |
                                                 SupplyCauses::kInitial;

/// What a code did, for the answer.
struct CodeDone {
  std::optional<std::int64_t> credited_minor;
  /// The meter's state forbids what the token asks for, whatever the standard calls that.
  bool not_permitted = false;
};

struct VirtualMeter::State {
  State(Settings settings, UtcSeconds born, UtcSeconds made);

  // ---- the passing of time (meter_life.cpp) -----------------------------------------------------
  void advance(UtcSeconds now);
  /// Lives from birth to the making: consumption, cuts, weekly vends.
  void live_history();

  // ---- orders (meter_orders.cpp) ----------------------------------------------------------------
  [[nodiscard]] operation::OrderAnswer take(const operation::WriteToken& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::OperateRelay& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::SetClock& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::ChangeTenancy& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::ChangeSupplier& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::SetTariff& order);
  /// The order that carried this id when it was not stale.
  [[nodiscard]] const OrderSeen* judged(operation::TransactionId id) const;
  [[nodiscard]] operation::TransactionEvidence evidence(operation::TransactionId id) const;

  // ---- codes (meter_codes.cpp, token_effects.cpp) -----------------------------------------------
  /// Where a code came from, and what of it goes into the logs.
  struct Entry {
    operation::TransactionId transaction = 0;  ///< 0: keyed in
    std::optional<std::uint32_t> by_hand;      ///< its reference (meters/token_log.hpp)
  };
  [[nodiscard]] operation::OrderAnswer judge_open(const Token& token, const Entry& entry);
  /// By the keys; `digits` may be anything when keyed in.
  [[nodiscard]] operation::OrderAnswer judge_keyed(std::string_view digits, const Entry& entry);
  [[nodiscard]] operation::OrderAnswer key_in(const std::string& digits);
  void log_code(const Entry& entry, std::optional<operation::MeterRefusal> refusal);
  [[nodiscard]] TokenAcceptance::Effects effects(const Entry& entry, CodeDone& done);
  [[nodiscard]] sts::TokenResult carry_out(const sts::TokenContent& content, const Entry& entry,
                                           CodeDone& done);
  [[nodiscard]] sts::TokenResult carry_out(const sts::ManagementToken& token, const Entry& entry,
                                           CodeDone& done);
  [[nodiscard]] sts::TokenResult clear_credit(std::uint16_t which, const Entry& entry);
  [[nodiscard]] sts::TokenResult run_tests(const sts::InitiateMeterTest& test, const Entry& entry);
  void key_changed(const Entry& entry);
  void fit_keys(MeterKeys keys);
  void write_tokens(StateWriter& out) const;  // token_state_text.cpp
  void read_tokens(StateReader& in);

  // ---- changes of tenancy, supplier, tariff (meter_changes.cpp) ---------------------------------
  /// When the meter's clock comes to something that waits for it.
  [[nodiscard]] std::optional<UtcSeconds> next_change() const;
  /// Brings into force what the clock has come to; without power it waits.
  void fire_due();
  void take_billing(BillingCause cause);
  [[nodiscard]] Tariff default_tariff() const;
  void write_changes(StateWriter& out) const;  // changes_text.cpp
  void read_changes(StateReader& in);

  // ---- reads (meter_reads.cpp) ------------------------------------------------------------------
  /// The named ones, or the usual ones.
  [[nodiscard]] RegisterReading registers(const std::vector<cosem::ObisCode>& only) const;
  [[nodiscard]] operation::ProfilePage profile_page(const operation::ReadProfile& op) const;
  [[nodiscard]] operation::DailyPage daily_page(const operation::ReadDaily& op) const;
  [[nodiscard]] operation::LogPage log_page(const operation::ReadLog& op) const;
  [[nodiscard]] operation::BillingPage billing_page(const operation::ReadBilling& op) const;

  // ---- people and causes (meter_life.cpp) -------------------------------------------------------
  void hold(std::uint16_t cause, operation::TransactionId transaction);
  void release(std::uint16_t causes, operation::TransactionId transaction);
  /// Opens it such that the user may close it, unless another cause than `causes` holds it OFF.
  void arm(std::uint16_t causes, std::uint16_t why, operation::TransactionId transaction);
  void set_clock(UtcSeconds to, operation::TransactionId transaction);
  void set_power(bool on);
  void check_credit();
  /// The balance at which the supply goes.
  [[nodiscard]] std::int64_t cut_off_minor() const;
  void write(LogId log, EventCode code, std::uint16_t cause = 0, std::uint32_t detail = 0) {
    book.write(log, code, meter_time(), cause, detail);
  }
  void write_supply(std::uint16_t cause, operation::TransactionId transaction);

  [[nodiscard]] UtcSeconds meter_time() const { return clock_base + std::chrono::seconds{ticks}; }
  [[nodiscard]] std::int64_t ticks_at(UtcSeconds now) const;
  /// Time as the oscillator counts it.
  [[nodiscard]] UtcSeconds running_time() const { return born + std::chrono::seconds{ticks}; }
  /// What flows now: nothing while the relay is open or the power is away.
  [[nodiscard]] PhaseWatts load() const;

  /// A remote order is judged by its id before anything else (utrn-and-premier.md 1.1).
  [[nodiscard]] std::optional<operation::OrderRefused> stale(operation::TransactionId id);
  operation::OrderAnswer remember(OrderSeen::Kind kind, operation::TransactionId id,
                                  std::string digits, operation::OrderAnswer answer);

  Settings settings;
  UtcSeconds born;  ///< true time of tick 0
  UtcSeconds made;  ///< the oscillator keeps true time until here, then drifts
  UtcSeconds lived_to;
  std::int64_t ticks = 0;
  UtcSeconds clock_base;  ///< what the clock shows at tick 0
  bool has_power = true;
  std::uint32_t boots = 1;
  bool cover_open = false;
  bool missed_midnight = false;  ///< a midnight passed without power
  bool low_credit_written = false;
  bool emergency_credit = false;               ///< the user has asked for it
  bool in_history = false;                     ///< being filled: nothing is paid for, no limit acts
  std::optional<std::int64_t> overload_until;  ///< in ticks
  /// The pause ends with the supply back on by itself, not armed.
  bool returns_by_itself = false;
  LimitCause limited_by = LimitCause::LoadLimit;  ///< the last pause
  std::optional<PhaseWatts> fixed_load;           ///< instead of the household's
  LimitWatch limits;
  std::uint16_t tariff_rate = 0;              ///< as a token set it; its use is not defined
  std::optional<TokenAcceptance> acceptance;  ///< none: codes go by the open rule
  std::vector<std::string> display;           ///< after the last code
  bool last_code_silent = false;

  EnergyRecorder energy;
  Account account;
  BillingBook billing;
  TariffBook tariffs;
  std::optional<operation::ChangeTenancy> pending_tenancy;
  std::optional<operation::ChangeSupplier> pending_supplier;
  std::vector<ChangeFired> changes_fired;
  /// As in Purged, in the meter's own form.
  struct Archive {
    std::vector<StoredInterval> intervals;
    std::vector<StoredSnapshot> daily;
    std::vector<LogEntry> entries;
    std::vector<BillingSnapshot> billing;
  };
  Archive purged;
  SupplySwitch relay;
  OperationLimit relay_limit;
  EventBook book;

  operation::TransactionId last_transaction = 0;
  std::vector<OrderSeen> orders;
  std::uint64_t changes = 0;
  std::vector<Deed> deeds;
  void note(decltype(Deed::what) what) { deeds.push_back({++changes, lived_to, std::move(what)}); }

  // ---- commissioning (relay_acts.cpp)
  // ------------------------------------------------------------
  struct Cycling {
    std::uint8_t movements_left = 0;
    std::int64_t next = 0;                 ///< in ticks
    SupplyState state = SupplyState::Off;  ///< before
    SupplyCauses causes;
  };
  std::optional<Cycling> cycling;
  std::optional<std::int64_t> confirm_until;  ///< the second key, in ticks
  void cycle();
  void end_cycling();

  // ---- pushes (meter_pushes.cpp) ----------------------------------------------------------------
  PushMark pushed;                ///< of what is new
  std::optional<PushMark> again;  ///< of what is pushed once more, up to `pushed`
  /// Where everything there is would be out.
  [[nodiscard]] PushMark newest() const;
  [[nodiscard]] Pushes gather(std::size_t rows) const;
  void everything_pushed();

 private:
  void step(std::int64_t target);
  void minute_passed(unsigned watts);
  [[nodiscard]] UtcSeconds true_time() const;
  void change_tenancy(const operation::ChangeTenancy& order);
  void change_supplier(const operation::ChangeSupplier& order);
  void activate(Tariff tariff, operation::TransactionId transaction, UtcSeconds effective);
  void reset_balance(operation::TransactionId transaction);
  void purge(const operation::ChangeTenancy& order, std::uint32_t own_billing, ChangeFired& fired);
  void purge_log(LogId log, UtcSeconds before, bool all);
  void move_relay(RelayAfter to, std::uint16_t cause, operation::TransactionId transaction);
  void begin_pause(LimitCause cause, unsigned watts, std::int64_t seconds);
  void end_pause();
};

[[nodiscard]] ProfileInterval profile_interval(const StoredInterval& stored);
[[nodiscard]] DailySnapshot daily_snapshot(const StoredSnapshot& stored);
/// The refusal with the meter's own word for it.
[[nodiscard]] operation::OrderRefused refused(operation::MeterRefusal why);

/// The `cause` of ConfigurationChanged in the configuration log, where a token changed something.
enum class TokenSetting : std::uint16_t {
  PowerLimit = 1,
  UnbalanceLimit = 2,
  TariffRate = 3,
  DecoderKey = 4,
};

}  // namespace metergate::virtual_meter
