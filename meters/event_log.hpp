// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meters/time.hpp"

namespace metergate {

/// The ten logs of a Premier-style meter (utrn-and-premier.md 1.3).
enum class LogId : std::uint8_t {
  Token = 1,  ///< the UTRN log: vends, supply and engineering codes, refusals
  Supply,
  Security,
  Configuration,
  Account,
  Prepayment,
  Tamper,
  Hardware,
  SupplyQuality,
  OperatingCondition,
};

inline constexpr std::array kAllLogs{LogId::Token,         LogId::Supply,
                                     LogId::Security,      LogId::Configuration,
                                     LogId::Account,       LogId::Prepayment,
                                     LogId::Tamper,        LogId::Hardware,
                                     LogId::SupplyQuality, LogId::OperatingCondition};

/// `token`, `supply`, ..., `supply-quality`, `operating-condition`
[[nodiscard]] std::string_view log_word(LogId log);
[[nodiscard]] std::optional<LogId> parse_log(std::string_view word);

/// What happened, in the vocabulary all meter models are mapped onto; `raw_code` keeps the meter's.
enum class EventCode : std::uint16_t {
  Unknown = 0,
  // token log
  TokenAccepted = 100,
  TokenRefused = 101,
  // supply log
  SupplyOff = 200,
  SupplyArmed = 201,
  SupplyOn = 202,
  RelayOperationHeld = 203,
  // security log
  SecurityAccessRefused = 300,
  ExcessiveRelayOperations = 301,
  // configuration log
  ClockSet = 400,
  ConfigurationChanged = 401,
  PaymentModeChanged = 402,
  ProfileConfigured = 403,
  TenancyChangeReceived = 410,
  TenancyChanged = 411,
  SupplierChangeReceived = 412,
  SupplierChanged = 413,
  TariffReceived = 414,
  TariffActivated = 415,
  TariffCancelled = 416,
  // account and prepayment logs
  BalanceChanged = 500,
  LowCredit = 510,
  CreditExhausted = 511,
  CreditRestored = 512,
  // tamper log
  TamperStarted = 600,
  TamperEnded = 601,
  // hardware log
  PowerDown = 700,
  PowerUp = 701,
  ClockFault = 702,
  // supply quality log
  OverVoltage = 800,
  UnderVoltage = 801,
  VoltageNormal = 802,
  // operating condition log
  LoadLimitExceeded = 900,
  LoadLimitRestored = 901,
};

/// `token-accepted`, `supply-off`, ...; `unknown` for a code no model mapped.
[[nodiscard]] std::string_view event_word(EventCode code);
[[nodiscard]] std::optional<EventCode> parse_event(std::string_view word);

/// One entry of a meter's log. Keyed by (meter, epoch, log, sequence), so reading twice changes
/// nothing; `meter_time` is the meter's own, right or wrong.
struct LogEntry {
  LogId log = LogId::Token;
  std::uint32_t sequence = 0;  ///< the meter's running number inside the log, from 1
  UtcSeconds meter_time;
  EventCode code = EventCode::Unknown;
  std::uint16_t raw_code = 0;
  std::uint16_t cause = 0;   ///< meaning depends on the code: relay cause bits, token result, ...
  std::uint32_t detail = 0;  ///< remote transaction id for commanded changes, else model-specific

  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

}  // namespace metergate
