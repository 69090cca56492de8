// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meters/capability.hpp"
#include "meters/event_log.hpp"
#include "meters/load_profile.hpp"
#include "meters/models/dlms_layout.hpp"
#include "meters/models/mode_c_layout.hpp"
#include "meters/operation.hpp"
#include "meters/quantity.hpp"
#include "meters/supply.hpp"
#include "meters/token.hpp"
#include "protocols/cosem/obis_code.hpp"
#include "protocols/octets/octets.hpp"

/// A meter model is one file of data with its evidence (docs/meter-models.md); this is its shape
/// once read. `config/model_file.hpp` reads and checks it.
namespace metergate::model {

enum class Protocol : std::uint8_t { Modbus, Mqtt, Dlms, ModeC };

enum class RegisterSpace : std::uint8_t { Holding, Input };

/// How a number lies in 16-bit registers, octets big endian inside each register (Modbus).
enum class NumberType : std::uint8_t { U16, S16, U32, S32, U64, S64, F32, Ascii };

/// Whether the most significant register comes first.
enum class WordOrder : std::uint8_t { BigEndian, LittleEndian };

struct ModbusRegister {
  cosem::ObisCode obis;
  std::string name;  ///< `import_active_energy`
  RegisterSpace space = RegisterSpace::Holding;
  std::uint16_t address = 0;  ///< as on the wire, from 0
  NumberType type = NumberType::U16;
  WordOrder order = WordOrder::BigEndian;
  Unit unit = Unit::None;
  std::int8_t scale = 0;       ///< value = raw x 10^scale in `unit` (F32 too: kWh kept as Wh)
  std::int8_t resolution = 0;  ///< F32: the value is rounded to a multiple of 10^resolution
  std::optional<std::uint64_t> absent;  ///< the raw value that says "not available"
  std::string source;                   ///< where in the maker's document it stands

  friend bool operator==(const ModbusRegister&, const ModbusRegister&) = default;
};

/// One field of a block: `transaction_id:u32`, `1-0:1.29.0:u16`, `digits:ascii20`.
enum class FieldRole : std::uint8_t {
  Skip,
  Serial,
  Firmware,
  TransactionId,
  Time,          ///< seconds since 1970-01-01 UTC
  ClockTrusted,  ///< 1 trusted, 0 not
  State,
  Causes,
  OperationsToday,
  Order,
  Digits,
  OrderKind,  ///< 1 token, 2 relay, 3 clock, 5 tenancy, 6 supplier, 7 tariff
  OrderResult,
  OrderValue,
  FromTime,
  ToTime,
  LogNumber,
  AfterSequence,
  Count,      ///< records in the window
  More,       ///< 1: there is more after the last record
  CoveredTo,  ///< every record before this time is in the window
  StartTime,
  Marks,
  Sequence,
  EventCode,
  Cause,
  Detail,
  Effective,   ///< when a change or a tariff is to come: 0 at once, 4294967295 never (it cancels)
  Actions,     ///< bits of ChangeActions
  RelayAfter,  ///< 0 unchanged, 1 off, 2 armed
  EventId,
  TariffId,
  SupplierId,
  SupplierName,
  Price,  ///< minor units per kWh
  ImportWh,
  ImportVarh,
  Balance,  ///< minor units
  Channel,
};

struct Field {
  FieldRole role = FieldRole::Skip;
  NumberType type = NumberType::U16;
  std::uint16_t registers = 1;  ///< length; Ascii takes two characters a register
  cosem::ObisCode channel;      ///< for Channel

  friend bool operator==(const Field&, const Field&) = default;
};

/// Consecutive registers with named fields.
struct Block {
  RegisterSpace space = RegisterSpace::Holding;
  std::uint16_t address = 0;
  std::vector<Field> fields;

  [[nodiscard]] std::uint16_t registers() const;

  friend bool operator==(const Block&, const Block&) = default;
};

enum class WindowAccess : std::uint8_t {
  WriteRead,      ///< one exchange of function 23: selection and answer cannot be torn apart
  WriteThenRead,  ///< function 16, then 3
  Read,           ///< nothing to select: the window always shows all there is
};

/// Records behind a selector: write what is wanted, read a window of records. With nothing to
/// select, just the window.
struct Window {
  WindowAccess access = WindowAccess::WriteRead;
  Block select;
  Block header;               ///< first registers of the window
  std::vector<Field> record;  ///< follows the header, `max_records` times
  std::uint16_t max_records = 1;

  [[nodiscard]] std::uint16_t record_registers() const;

  friend bool operator==(const Window&, const Window&) = default;
};

struct Channel {
  cosem::ObisCode obis;
  std::string name;
  Unit unit = Unit::None;
  std::int8_t scale = 0;

  friend bool operator==(const Channel&, const Channel&) = default;
};

/// How much an exchange proves.
enum class CaptureKind : std::uint8_t {
  Recorded,  ///< off a real wire
  Document,  ///< printed in the maker's document
  Computed,  ///< worked out from the register table: proves the file's consistency, not the meter
};

/// A request and its answer, with what they must decode to. Octets are RTU frames without the CRC:
/// address and PDU.
struct Capture {
  CaptureKind kind = CaptureKind::Computed;
  std::string source;
  Octets request;
  Octets response;
  struct Expected {
    cosem::ObisCode obis;
    std::string value;  ///< decimal text

    friend bool operator==(const Expected&, const Expected&) = default;
  };
  std::vector<Expected> expected;

  friend bool operator==(const Capture&, const Capture&) = default;
};

struct ModbusLayout {
  std::uint16_t max_registers_per_read = 125;
  std::chrono::milliseconds turn_round{20};  ///< typical time from request to answer
  bool gaps_readable = false;  ///< registers between the named ones may be read along with them
  std::vector<ModbusRegister> registers;
  std::optional<Block> identification;
  std::optional<Block> clock;
  std::optional<Block> set_clock;
  std::optional<Block> relay;
  std::optional<Block> operate_relay;
  std::optional<Block> token;
  std::optional<Block> transaction;  ///< last remote order: id, kind, result, value
  std::optional<Block> change_tenancy;
  std::optional<Block> change_supplier;
  std::optional<Block> set_tariff;
  std::optional<Window> profile;
  std::optional<Window> daily;
  std::optional<Window> logs;
  std::optional<Window> billing;
  std::optional<Window> tariff;  ///< the header is the active one, records are those that wait
  std::map<std::uint16_t, SupplyState> relay_states;          ///< raw to ours
  std::map<std::uint16_t, LogId> log_numbers;                 ///< raw to ours
  std::map<std::uint16_t, operation::MeterRefusal> refusals;  ///< raw order result; 0 = taken
  std::uint16_t result_taken = 0;
  std::uint16_t result_busy = 0xFFFF;  ///< not yet worked off: ask again

  friend bool operator==(const ModbusLayout&, const ModbusLayout&) = default;
};

struct MeterModel {
  std::string name;  ///< `eastron-sdm120`; what a meter's `model` in the configuration says
  std::string manufacturer;
  std::string description;
  std::string document;  ///< the maker's document the data comes from
  Protocol protocol = Protocol::Modbus;
  CapabilitySet capabilities;
  CapturePeriod capture_period{30};
  std::vector<Channel> profile_channels;
  std::vector<Channel> daily_channels;
  std::vector<TokenKind> token_kinds;
  std::uint16_t relay_operations_per_day = 20;
  std::map<std::uint16_t, EventCode> event_codes;  ///< raw to ours
  ModbusLayout modbus;                             ///< for Protocol::Modbus
  DlmsLayout dlms;                                 ///< for Protocol::Dlms
  ModeCLayout mode_c;                              ///< for Protocol::ModeC
  std::vector<Capture> captures;

  /// Meters on MQTT say so themselves.
  [[nodiscard]] bool has_log(LogId log) const {
    if (protocol == Protocol::Dlms) return dlms.logs.contains(log);
    return protocol == Protocol::Mqtt ||
           std::ranges::any_of(modbus.log_numbers,
                               [&](const auto& entry) { return entry.second == log; });
  }

  /// Whether a number that is missing between two log entries is an entry that was lost.
  [[nodiscard]] bool numbers_log_entries() const {
    return protocol != Protocol::Dlms || dlms.log_columns.sequence != 0;
  }

  friend bool operator==(const MeterModel&, const MeterModel&) = default;
};

}  // namespace metergate::model
