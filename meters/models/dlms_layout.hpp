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
#include "protocols/cosem/obis_names.hpp"
#include "protocols/cosem/push_list.hpp"
#include "protocols/dlms/acse/names.hpp"

/// Where a meter that speaks DLMS/COSEM keeps what we want of it. Scalers, columns and periods are
/// read from the meter itself; here stands what it does not say.
namespace metergate::model {

/// A register (class 3), or an attribute of another class that holds a number.
struct DlmsRegister {
  cosem::ObisCode obis;
  std::string name;
  std::uint16_t class_id = 3;
  std::int8_t attribute = 2;  ///< where that is a structure, its first field
  Unit unit = Unit::None;     ///< what it must be; another one in the meter is an error

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
  std::uint16_t sequence = 0;   ///< the running number; 0: none, rows are numbered by their time
  std::uint16_t cause = 0;
  std::uint16_t detail = 0;

  friend bool operator==(const DlmsLogColumns&, const DlmsLogColumns&) = default;
};

/// Scripts (class 9) that move the relay, in the place of the methods of disconnect control.
struct DlmsRelayScripts {
  cosem::ObisCode table;
  std::uint16_t off = 0;  ///< 0: there is none
  std::uint16_t armed = 0;
  std::uint16_t on = 0;

  friend bool operator==(const DlmsRelayScripts&, const DlmsRelayScripts&) = default;
};

/// What meters of the model usually want to be shown; a meter's own access is in the configuration.
struct DlmsUsualAccess {
  std::uint16_t client = 1;
  dlms::AuthenticationMechanism authentication = dlms::AuthenticationMechanism::Lowest;
  bool ciphered = false;
  cosem::ObisCode invocation_counter = cosem::invocation_counter_object(0);

  friend bool operator==(const DlmsUsualAccess&, const DlmsUsualAccess&) = default;
};

/// What a profile captures in every meter of the model, for rows that are pushed before the meter
/// was asked.
struct DlmsColumns {
  cosem::ObisCode profile;
  std::vector<cosem::CaptureObject> elements;
  std::chrono::minutes period{0};  ///< 0: the model's capture period, or event driven

  friend bool operator==(const DlmsColumns&, const DlmsColumns&) = default;
};

struct DlmsLayout {
  std::optional<DlmsUsualAccess> access;
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
  bool times_are_numbers = false;  ///< rows are stamped in seconds since 2000, UTC
  std::optional<cosem::ObisCode> disconnect_control;
  std::optional<DlmsRelayScripts> relay_scripts;
  std::optional<cosem::ObisCode> relay_causes;      ///< bits of SupplyCauses
  std::optional<cosem::ObisCode> relay_operations;  ///< today
  std::optional<cosem::ObisCode> token_gateway;
  TokenEncoding token_encoding = TokenEncoding::Ascii;
  /// Written before an order, which then carries this number; read, the last one taken.
  std::optional<cosem::ObisCode> transaction;
  std::optional<cosem::ObisCode> outcome;  ///< {transaction, 0 or number of the refusal, value}
  std::optional<cosem::ObisCode> change_tenancy;
  /// A date instead of that: what is from before it is hidden from whoever comes after.
  std::optional<cosem::ObisCode> tenancy_date;
  std::optional<cosem::ObisCode> change_supplier;
  std::optional<cosem::ObisCode> tariff;
  /// What the elements of a push are that does not bring its own list.
  std::vector<cosem::PushObjects> pushes;
  std::vector<DlmsColumns> columns;
  /// Of values that are pushed before the meter's own scaler was read.
  std::map<cosem::ObisCode, std::int8_t> scalers;
  /// Minutes from the meter's standard time to UTC, for times without deviation.
  std::chrono::minutes to_utc{0};
  std::uint8_t attributes_per_list = 10;  ///< 1: lists are not asked for
  std::uint16_t rows_per_page = 96;

  friend bool operator==(const DlmsLayout&, const DlmsLayout&) = default;
};

}  // namespace metergate::model
