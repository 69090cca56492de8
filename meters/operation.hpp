// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "meters/billing.hpp"
#include "meters/event_log.hpp"
#include "meters/identity.hpp"
#include "meters/load_profile.hpp"
#include "meters/reading.hpp"
#include "meters/supply.hpp"
#include "meters/tariff.hpp"
#include "meters/tenancy.hpp"
#include "meters/time.hpp"
#include "meters/token.hpp"

/// What can be done with a meter, whatever it speaks: the vocabulary between `gateway/work` and the
/// drivers. An operation is small (one page, one order), so that a command can go in between.
namespace metergate::operation {

/// The running number a remote order carries. It only ever grows per meter, so a meter whose last
/// one is smaller has provably not taken ours (utrn-and-premier.md 1.1, P-42).
using TransactionId = std::uint32_t;

struct Identify {};
struct ReadRegisters {
  std::vector<cosem::ObisCode> only;  ///< empty: all of the model
};
struct ReadProfile {
  UtcSeconds from;  ///< start of the first interval wanted
  UtcSeconds to;    ///< end excluded
};
struct ReadDaily {
  std::chrono::sys_days from;
  std::chrono::sys_days to;  ///< end excluded
};
struct ReadLog {
  LogId log = LogId::Token;
  std::uint32_t after_sequence = 0;
};
struct ReadClock {};
struct SetClock {
  UtcSeconds time;
  TransactionId transaction = 0;
};
struct ReadRelay {};
struct OperateRelay {
  SupplyState order = SupplyState::Off;
  TransactionId transaction = 0;
};
struct WriteToken {
  Token token;
  TransactionId transaction = 0;
};
/// Asks the meter what became of a remote transaction: how `unconfirmed` is settled.
struct ReadTransaction {
  TransactionId transaction = 0;
};
struct ReadBilling {
  std::uint32_t after_sequence = 0;
};
struct ReadTariff {};
/// As the time of a change or of a tariff: what the meter keeps for later is dropped, and nothing
/// comes in its place (ZigBee SE's implementation time FFFFFFFF, utrn-and-premier.md 1.7).
inline constexpr UtcSeconds kNever{std::chrono::seconds{0xFFFF'FFFF}};
struct ChangeTenancy {
  /// Empty: at once. Past: at once too, and what is younger is kept for the new tenant. Future: the
  /// meter keeps it until then, instead of one it keeps already.
  std::optional<UtcSeconds> effective;
  ChangeActions actions;
  RelayAfter relay = RelayAfter::Off;
  std::uint32_t event_id = 0;  ///< the issuer's
  TransactionId transaction = 0;
};
struct ChangeSupplier {
  Supplier supplier;
  std::optional<UtcSeconds> effective;  ///< as above
  ChangeActions actions;                ///< billing, balance, tariff; purges nothing
  RelayAfter relay = RelayAfter::Unchanged;
  std::uint32_t event_id = 0;
  TransactionId transaction = 0;
};
struct SetTariff {
  Tariff tariff;
  std::optional<UtcSeconds> activates;  ///< empty: at once
  TransactionId transaction = 0;
};

using Operation = std::variant<Identify, ReadRegisters, ReadProfile, ReadDaily, ReadLog, ReadClock,
                               SetClock, ReadRelay, OperateRelay, WriteToken, ReadTransaction,
                               ReadBilling, ReadTariff, ChangeTenancy, ChangeSupplier, SetTariff>;

/// Operations that change the meter: written down before their first octet, never sent blindly
/// again.
[[nodiscard]] constexpr bool changes_meter(const Operation& op) {
  return std::holds_alternative<SetClock>(op) || std::holds_alternative<OperateRelay>(op) ||
         std::holds_alternative<WriteToken>(op) || std::holds_alternative<ChangeTenancy>(op) ||
         std::holds_alternative<ChangeSupplier>(op) || std::holds_alternative<SetTariff>(op);
}

// ---- what comes back ----------------------------------------------------------------------------

struct Identity {
  SerialNumber serial;
  std::string firmware;
};
struct ProfilePage {
  std::vector<ProfileInterval> intervals;  ///< ascending
  UtcSeconds covered_to;  ///< every interval the meter has that starts before this is in the page
};
struct DailyPage {
  std::vector<DailySnapshot> snapshots;
  std::chrono::sys_days covered_to;
};
struct LogPage {
  LogId log = LogId::Token;
  std::vector<LogEntry> entries;  ///< ascending by sequence
  bool complete = false;          ///< nothing newer was there
};
struct BillingPage {
  std::vector<BillingSnapshot> snapshots;  ///< ascending by sequence
  bool complete = false;                   ///< nothing newer was there
};
struct ClockReading {
  UtcSeconds meter_time;
  UtcTime read_at;  ///< the gateway's time of the read on the wire
  bool meter_trusts_it = true;
};

/// Why a meter said no, in one set for all models; the meter's own word travels beside it.
enum class MeterRefusal : std::uint8_t {
  Duplicate,     ///< this code was used before (STS UsedError, Secure Duplicate)
  WrongMeter,    ///< made for another meter (Secure Invalid)
  NotAuthentic,  ///< does not authenticate (STS CRCError, Secure Incorrect)
  Malformed,     ///< not a valid form (STS FormatError, Secure Incomplete)
  AccountHigh,   ///< would pass the maximum credit (STS OverflowError)
  AccountLow,
  LockedOut,         ///< too many wrong entries (STS LockoutError, Secure Key Locked)
  TooOld,            ///< STS OldError
  KeyExpired,        ///< STS KeyExpiredError
  OutOfRange,        ///< STS RangeError
  NotSupported,      ///< STS FunctionError, Modbus illegal function
  RelayLimit,        ///< more relay operations than the meter allows a day
  StaleTransaction,  ///< the transaction id was not greater than the last
  NotPermitted,      ///< the meter's state does not allow it
  Other,
};
[[nodiscard]] std::string_view meter_refusal_word(MeterRefusal refusal);
[[nodiscard]] std::optional<MeterRefusal> parse_meter_refusal(std::string_view word);

/// The meter's answer to an order.
struct OrderTaken {
  std::optional<std::int64_t> value;  ///< what it credited or set, if it says so
  std::string unit_word;              ///< names `value`: `wh`, `minor`; empty without one
};
struct OrderRefused {
  MeterRefusal refusal = MeterRefusal::Other;
  std::string raw;  ///< the meter's own code or word
};
using OrderAnswer = std::variant<OrderTaken, OrderRefused>;

/// What the meter knows of a transaction.
struct TransactionNotTaken {};
struct TransactionUnknown {};  ///< it can't tell (a later one has overwritten the record)
using TransactionEvidence =
    std::variant<OrderTaken, OrderRefused, TransactionNotTaken, TransactionUnknown>;

using Answer =
    std::variant<Identity, RegisterReading, ProfilePage, DailyPage, LogPage, ClockReading,
                 RelayReading, OrderAnswer, TransactionEvidence, BillingPage, TariffReading>;

}  // namespace metergate::operation
