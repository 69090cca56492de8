// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meters/models/meter_model.hpp"
#include "meters/models/register_codec.hpp"
#include "meters/virtual/token_rules.hpp"
#include "meters/virtual/virtual_meter.hpp"

/// A model with every block, small enough to keep in mind while reading a test.
namespace metergate::sim {

inline model::Field field(model::FieldRole role, model::NumberType type = model::NumberType::U16,
                          std::uint16_t text_registers = 0) {
  model::Field out;
  out.role = role;
  out.type = type;
  out.registers = text_registers != 0 ? text_registers : model::registers_of(type);
  return out;
}

inline model::Field channel(const char* obis) {
  model::Field out = field(model::FieldRole::Channel);
  out.channel = *cosem::ObisCode::parse(obis);
  return out;
}

inline model::ModbusRegister reg(const char* obis, std::uint16_t address, model::NumberType type,
                                 std::int8_t scale = 0) {
  model::ModbusRegister out;
  out.obis = *cosem::ObisCode::parse(obis);
  out.address = address;
  out.type = type;
  out.scale = scale;
  return out;
}

inline constexpr std::uint16_t kSerialAt = 100;
inline constexpr std::uint16_t kClockAt = 120;
inline constexpr std::uint16_t kRelayAt = 130;
inline constexpr std::uint16_t kTransactionAt = 140;
inline constexpr std::uint16_t kTokenAt = 200;
inline constexpr std::uint16_t kOperateAt = 220;
inline constexpr std::uint16_t kSetClockAt = 230;
inline constexpr std::uint16_t kProfileSelectAt = 300;
inline constexpr std::uint16_t kProfileAt = 310;
inline constexpr std::uint16_t kLogSelectAt = 500;
inline constexpr std::uint16_t kLogAt = 510;

inline model::MeterModel sim_model() {
  using enum model::FieldRole;
  using enum model::NumberType;
  const auto holding = model::RegisterSpace::Holding;
  model::MeterModel out;
  out.name = "sim-test";
  out.token_kinds = {TokenKind::Sts, TokenKind::Utrn};
  model::ModbusLayout& layout = out.modbus;
  layout.gaps_readable = true;
  layout.registers = {reg("1-0:1.8.0", 0, U32), reg("0-0:19.10.0", 2, S32),
                      reg("1-0:32.7.0", 4, U16, -1), reg("1-0:1.7.0", 39, U16)};
  layout.identification = model::Block{holding, kSerialAt, {field(Serial, Ascii, 16)}};
  layout.clock = model::Block{holding, kClockAt, {field(Time, U32), field(ClockTrusted)}};
  layout.relay = model::Block{
      holding,
      kRelayAt,
      {field(State), field(Causes), field(OperationsToday), field(TransactionId, U32)}};
  layout.transaction = model::Block{
      holding,
      kTransactionAt,
      {field(TransactionId, U32), field(OrderKind), field(OrderResult), field(OrderValue, S32)}};
  layout.token =
      model::Block{holding, kTokenAt, {field(TransactionId, U32), field(Digits, Ascii, 10)}};
  layout.operate_relay =
      model::Block{holding, kOperateAt, {field(TransactionId, U32), field(Order)}};
  layout.set_clock =
      model::Block{holding, kSetClockAt, {field(TransactionId, U32), field(Time, U32)}};
  model::Window profile;
  profile.select =
      model::Block{holding, kProfileSelectAt, {field(FromTime, U32), field(ToTime, U32)}};
  profile.header =
      model::Block{holding, kProfileAt, {field(Count), field(More), field(CoveredTo, U32)}};
  profile.record = {field(StartTime, U32), field(Marks), channel("1-0:1.29.0")};
  profile.max_records = 24;
  layout.profile = profile;
  model::Window logs;
  logs.select = model::Block{holding, kLogSelectAt, {field(LogNumber), field(AfterSequence, U32)}};
  logs.header = model::Block{holding, kLogAt, {field(Count), field(More)}};
  logs.record = {field(Sequence, U32), field(Time, U32), field(EventCode), field(Cause),
                 field(Detail, U32)};
  logs.max_records = 8;
  layout.logs = logs;
  layout.relay_states = {{0, SupplyState::Off}, {1, SupplyState::Armed}, {2, SupplyState::On}};
  for (const LogId log : kAllLogs) layout.log_numbers[static_cast<std::uint16_t>(log)] = log;
  for (std::uint16_t number = 1; number <= virtual_meter::kRefusals; ++number) {
    layout.refusals[number] = static_cast<operation::MeterRefusal>(number - 1);
  }
  return out;
}

inline constexpr UtcSeconds kStreetTime =
    std::chrono::sys_days{std::chrono::year{2026} / 3 / 4} + std::chrono::hours{10};

inline virtual_meter::Settings street_meter(std::uint64_t number) {
  virtual_meter::Settings settings{*SerialNumber::parse("VM-" + std::to_string(number))};
  settings.seed = number;
  settings.supply = SupplyState::On;
  settings.history = std::chrono::days{2};
  return settings;
}

}  // namespace metergate::sim
