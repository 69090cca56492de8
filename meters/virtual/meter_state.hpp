// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "meters/virtual/account.hpp"
#include "meters/virtual/energy_recorder.hpp"
#include "meters/virtual/event_book.hpp"
#include "meters/virtual/supply_switch.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// The inside of a VirtualMeter (private to this folder).
///
/// Three times: true time, as the street lives; `ticks`, seconds counted by the meter's oscillator
/// since it was born; and the meter's clock, ticks plus what it was last set to. Everything that
/// must not be moved by a clock setting (24-hour limits, the overload pause, the load) runs on
/// ticks.
namespace metergate::virtual_meter {

struct VirtualMeter::State {
  State(Settings settings, UtcSeconds born, UtcSeconds made);

  // ---- the passing of time (meter_life.cpp)
  // ------------------------------------------------------
  void advance(UtcSeconds now);
  /// Lives from birth to the making: consumption, cuts, weekly vends.
  void live_history();

  // ---- orders (meter_orders.cpp)
  // -----------------------------------------------------------------
  [[nodiscard]] operation::OrderAnswer take(const operation::WriteToken& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::OperateRelay& order);
  [[nodiscard]] operation::OrderAnswer take(const operation::SetClock& order);
  /// The order that carried this id when it was not stale.
  [[nodiscard]] const OrderSeen* judged(operation::TransactionId id) const;
  [[nodiscard]] operation::TransactionEvidence evidence(operation::TransactionId id) const;

  // ---- reads (meter_reads.cpp)
  // -------------------------------------------------------------------
  /// The named ones, or the usual ones.
  [[nodiscard]] RegisterReading registers(const std::vector<cosem::ObisCode>& only) const;
  [[nodiscard]] operation::ProfilePage profile_page(const operation::ReadProfile& op) const;
  [[nodiscard]] operation::DailyPage daily_page(const operation::ReadDaily& op) const;
  [[nodiscard]] operation::LogPage log_page(const operation::ReadLog& op) const;

  // ---- people and causes (meter_life.cpp)
  // --------------------------------------------------------
  void hold(std::uint16_t cause, operation::TransactionId transaction);
  void release(std::uint16_t causes, operation::TransactionId transaction);
  void set_clock(UtcSeconds to, operation::TransactionId transaction);
  void set_power(bool on);
  void check_credit();
  void write(LogId log, EventCode code, std::uint16_t cause = 0, std::uint32_t detail = 0) {
    book.write(log, code, meter_time(), cause, detail);
  }
  void write_supply(std::uint16_t cause, operation::TransactionId transaction);

  [[nodiscard]] UtcSeconds meter_time() const { return clock_base + std::chrono::seconds{ticks}; }
  [[nodiscard]] std::int64_t ticks_at(UtcSeconds now) const;
  [[nodiscard]] unsigned load() const;

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
  bool cover_open = false;
  bool missed_midnight = false;  ///< a midnight passed without power
  bool low_credit_written = false;
  bool in_history = false;                     ///< being filled: nothing is paid for, no limit acts
  std::optional<std::int64_t> overload_until;  ///< in ticks

  EnergyRecorder energy;
  Account account;
  SupplySwitch relay;
  OperationLimit relay_limit;
  EventBook book;

  operation::TransactionId last_transaction = 0;
  std::vector<OrderSeen> orders;
  std::uint64_t changes = 0;
  std::vector<Deed> deeds;
  void note(decltype(Deed::what) what) { deeds.push_back({++changes, lived_to, std::move(what)}); }

  /// Up to where pushes have been handed out.
  struct Pushed {
    std::array<std::uint32_t, kAllLogs.size()> sequences{};
    UtcSeconds interval;        ///< starts before this are out
    std::chrono::sys_days day;  ///< up to and including this one
  };
  Pushed pushed;
  void everything_pushed();

 private:
  void step(std::int64_t target);
  void minute_passed(unsigned watts);
};

[[nodiscard]] ProfileInterval profile_interval(const StoredInterval& stored);
[[nodiscard]] DailySnapshot daily_snapshot(const StoredSnapshot& stored);
/// The refusal with the meter's own word for it.
[[nodiscard]] operation::OrderRefused refused(operation::MeterRefusal why);

}  // namespace metergate::virtual_meter
