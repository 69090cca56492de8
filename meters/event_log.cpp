// SPDX-License-Identifier: Apache-2.0
#include "meters/event_log.hpp"

#include <algorithm>

namespace metergate {
namespace {

struct LogWord {
  LogId log;
  std::string_view word;
};

constexpr std::array kLogWords{
    LogWord{LogId::Token, "token"},
    LogWord{LogId::Supply, "supply"},
    LogWord{LogId::Security, "security"},
    LogWord{LogId::Configuration, "configuration"},
    LogWord{LogId::Account, "account"},
    LogWord{LogId::Prepayment, "prepayment"},
    LogWord{LogId::Tamper, "tamper"},
    LogWord{LogId::Hardware, "hardware"},
    LogWord{LogId::SupplyQuality, "supply-quality"},
    LogWord{LogId::OperatingCondition, "operating-condition"},
};

struct EventWord {
  EventCode code;
  std::string_view word;
};

constexpr std::array kEventWords{
    EventWord{EventCode::Unknown, "unknown"},
    EventWord{EventCode::TokenAccepted, "token-accepted"},
    EventWord{EventCode::TokenRefused, "token-refused"},
    EventWord{EventCode::SupplyOff, "supply-off"},
    EventWord{EventCode::SupplyArmed, "supply-armed"},
    EventWord{EventCode::SupplyOn, "supply-on"},
    EventWord{EventCode::RelayOperationHeld, "relay-operation-held"},
    EventWord{EventCode::SecurityAccessRefused, "security-access-refused"},
    EventWord{EventCode::ExcessiveRelayOperations, "excessive-relay-operations"},
    EventWord{EventCode::ClockSet, "clock-set"},
    EventWord{EventCode::ConfigurationChanged, "configuration-changed"},
    EventWord{EventCode::PaymentModeChanged, "payment-mode-changed"},
    EventWord{EventCode::ProfileConfigured, "profile-configured"},
    EventWord{EventCode::TenancyChangeReceived, "tenancy-change-received"},
    EventWord{EventCode::TenancyChanged, "tenancy-changed"},
    EventWord{EventCode::SupplierChangeReceived, "supplier-change-received"},
    EventWord{EventCode::SupplierChanged, "supplier-changed"},
    EventWord{EventCode::TariffReceived, "tariff-received"},
    EventWord{EventCode::TariffActivated, "tariff-activated"},
    EventWord{EventCode::TariffCancelled, "tariff-cancelled"},
    EventWord{EventCode::BalanceChanged, "balance-changed"},
    EventWord{EventCode::LowCredit, "low-credit"},
    EventWord{EventCode::CreditExhausted, "credit-exhausted"},
    EventWord{EventCode::CreditRestored, "credit-restored"},
    EventWord{EventCode::TamperStarted, "tamper-started"},
    EventWord{EventCode::TamperEnded, "tamper-ended"},
    EventWord{EventCode::PowerDown, "power-down"},
    EventWord{EventCode::PowerUp, "power-up"},
    EventWord{EventCode::ClockFault, "clock-fault"},
    EventWord{EventCode::OverVoltage, "over-voltage"},
    EventWord{EventCode::UnderVoltage, "under-voltage"},
    EventWord{EventCode::VoltageNormal, "voltage-normal"},
    EventWord{EventCode::LoadLimitExceeded, "load-limit-exceeded"},
    EventWord{EventCode::LoadLimitRestored, "load-limit-restored"},
};

}  // namespace

std::string_view log_word(LogId log) {
  return std::ranges::find(kLogWords, log, &LogWord::log)->word;
}

std::optional<LogId> parse_log(std::string_view word) {
  const auto found = std::ranges::find(kLogWords, word, &LogWord::word);
  if (found == kLogWords.end()) return std::nullopt;
  return found->log;
}

std::string_view event_word(EventCode code) {
  const auto found = std::ranges::find(kEventWords, code, &EventWord::code);
  return found == kEventWords.end() ? kEventWords.front().word : found->word;
}

std::optional<EventCode> parse_event(std::string_view word) {
  const auto found = std::ranges::find(kEventWords, word, &EventWord::word);
  if (found == kEventWords.end()) return std::nullopt;
  return found->code;
}

}  // namespace metergate
