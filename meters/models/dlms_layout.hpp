// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meters/event_log.hpp"
#include "meters/quantity.hpp"
#include "protocols/cosem/obis_code.hpp"

/// Where a meter that speaks DLMS/COSEM keeps what we want of it. Scalers, columns and periods are
/// read from the meter itself; here stands what it does not say.
namespace metergate::model {

/// A register (class 3), or another class with a number and a scaler_unit.
struct DlmsRegister {
  cosem::ObisCode obis;
  std::string name;
  std::uint16_t class_id = 3;
  Unit unit = Unit::None;  ///< what it must be; another one in the meter is an error

  friend bool operator==(const DlmsRegister&, const DlmsRegister&) = default;
};

/// How twenty digits are put into `token_gateway.enter`.
enum class TokenEncoding : std::uint8_t {
  Ascii,    ///< octet string of 20 characters
  Visible,  ///< visible string of 20 characters
  Bcd,      ///< octet string of 10 octets, two digits each
};

/// The columns of an event log, by value groups C and D of their logical names.
struct DlmsLogColumns {
  std::uint16_t code = 0x600B;  ///< 96.11
  std::uint16_t sequence = 0;   ///< the running number
  std::uint16_t cause = 0;
  std::uint16_t detail = 0;

  friend bool operator==(const DlmsLogColumns&, const DlmsLogColumns&) = default;
};

struct DlmsLayout {
  std::optional<cosem::ObisCode> serial;
  std::optional<cosem::ObisCode> firmware;
  std::optional<cosem::ObisCode> clock;
  std::vector<DlmsRegister> registers;
  std::optional<cosem::ObisCode> load_profile;
  std::optional<cosem::ObisCode> daily_profile;
  std::optional<cosem::ObisCode> billing_profile;
  std::map<LogId, cosem::ObisCode> logs;
  DlmsLogColumns log_columns;
  /// Bits of a profile's status column, and what they mark.
  std::map<std::uint16_t, std::uint16_t> status_marks;
  std::optional<cosem::ObisCode> disconnect_control;
  std::optional<cosem::ObisCode> relay_causes;      ///< bits of SupplyCauses
  std::optional<cosem::ObisCode> relay_operations;  ///< today
  std::optional<cosem::ObisCode> token_gateway;
  TokenEncoding token_encoding = TokenEncoding::Ascii;
  /// Written before an order, which then carries this number; read, the last one taken.
  std::optional<cosem::ObisCode> transaction;
  std::optional<cosem::ObisCode> outcome;  ///< {transaction, 0 or number of the refusal, value}
  std::optional<cosem::ObisCode> change_tenancy;
  std::optional<cosem::ObisCode> change_supplier;
  std::optional<cosem::ObisCode> tariff;
  /// Minutes from the meter's standard time to UTC, for times without deviation.
  std::chrono::minutes to_utc{0};
  std::uint8_t attributes_per_list = 10;  ///< 1: lists are not asked for
  std::uint16_t rows_per_page = 96;

  friend bool operator==(const DlmsLayout&, const DlmsLayout&) = default;
};

}  // namespace metergate::model
