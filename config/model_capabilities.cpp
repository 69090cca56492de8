// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "config/model_judge.hpp"
#include "meters/models/model_words.hpp"

namespace metergate::config {
namespace {

using model::Field;
using model::FieldRole;
using Roles = std::initializer_list<FieldRole>;

class CapabilityJudge {
 public:
  CapabilityJudge(const ReadModel& read, ErrorList& errors) : read_{read}, errors_{errors} {}

  void needs(Capability capability, bool there, std::string_view what) {
    if (!read_.model.capabilities.has(capability) || there) return;
    say(std::string{what} + " for the capability " + std::string{capability_word(capability)});
  }

  void block(Capability capability, const std::optional<model::Block>& block, std::string_view name,
             Roles roles) {
    const std::string table = "[modbus." + std::string{name} + "]";
    needs(capability, block.has_value(), table);
    if (block) fields(block->fields, table, roles);
  }

  void window(Capability capability, const std::optional<model::Window>& window,
              std::string_view name, Roles select, Roles header, Roles record) {
    const std::string table = "[modbus." + std::string{name} + "]";
    needs(capability, window.has_value(), table);
    if (!window) return;
    fields(window->select.fields, table + " select", select);
    fields(window->header.fields, table + " header", header);
    fields(window->record, table + " record", record);
  }

  /// Every channel of the records is described, so that its values have a unit.
  void channels(const std::optional<model::Window>& window,
                const std::vector<model::Channel>& described, std::string_view table) {
    if (!window) return;
    for (const Field& field : window->record) {
      if (field.role != FieldRole::Channel) continue;
      if (std::ranges::find(described, field.channel, &model::Channel::obis) == described.end()) {
        say("a [[" + std::string{table} + "]] for " + field.channel.text());
      }
    }
  }

 private:
  void fields(const std::vector<Field>& there, const std::string& where, Roles roles) {
    for (const FieldRole role : roles) {
      if (std::ranges::find(there, role, &Field::role) != there.end()) continue;
      say("a field " + std::string{model::field_role_word(role)} + " in " + where);
    }
  }

  void say(std::string expected) {
    const ModelLines::Place& place = read_.lines.capabilities;
    errors_.add(ConfigError::Kind::Wrong, place.line, place.key, "", std::move(expected));
  }

  const ReadModel& read_;
  ErrorList& errors_;
};

void judge_modbus(CapabilityJudge& judge, const model::MeterModel& meter_model) {
  using enum FieldRole;
  const model::ModbusLayout& at = meter_model.modbus;
  judge.needs(Capability::Registers, !at.registers.empty(), "a [[modbus.register]]");
  judge.window(Capability::Profile, at.profile, "profile", {FromTime, ToTime}, {Count, CoveredTo},
               {StartTime, FieldRole::Channel});
  judge.window(Capability::Daily, at.daily, "daily", {FromTime, ToTime}, {Count, CoveredTo},
               {StartTime, FieldRole::Channel});
  judge.window(Capability::Logs, at.logs, "logs", {LogNumber, AfterSequence}, {Count, More},
               {Sequence, Time, FieldRole::EventCode});
  judge.needs(Capability::Logs, !at.log_numbers.empty(), "[modbus.log_numbers]");
  judge.needs(Capability::Logs, !meter_model.event_codes.empty(), "[event_codes]");
  judge.block(Capability::ReadClock, at.clock, "clock", {Time});
  judge.block(Capability::SetClock, at.set_clock, "set_clock", {Time});
  judge.block(Capability::ReadRelay, at.relay, "relay", {State});
  judge.needs(Capability::ReadRelay, !at.relay_states.empty(), "[modbus.relay_states]");
  judge.block(Capability::OperateRelay, at.operate_relay, "operate_relay", {Order});
  judge.block(Capability::Tokens, at.token, "token", {Digits});
  judge.block(Capability::Transactions, at.transaction, "transaction",
              {TransactionId, OrderResult});
  judge.window(Capability::Billing, at.billing, "billing", {AfterSequence}, {Count, More},
               {Sequence, Time, Cause, ImportWh, ImportVarh, Balance, TariffId, SupplierId});
  judge.window(Capability::Tariffs, at.tariff, "tariff", {},
               {Count, TariffId, SupplierId, SupplierName, Price},
               {Effective, TariffId, SupplierId, SupplierName, Price});
  judge.block(Capability::Tariffs, at.set_tariff, "set_tariff",
              {Effective, TariffId, SupplierId, SupplierName, Price});
  judge.block(Capability::ChangeTenancy, at.change_tenancy, "change_tenancy",
              {Effective, Actions, FieldRole::RelayAfter});
  judge.block(Capability::ChangeSupplier, at.change_supplier, "change_supplier",
              {Effective, Actions, FieldRole::RelayAfter, SupplierId, SupplierName});
  if (at.identification) {
    judge.block(Capability::Registers, at.identification, "identification", {Serial});
  }
  judge.channels(at.profile, meter_model.profile_channels, "profile_channel");
  judge.channels(at.daily, meter_model.daily_channels, "daily_channel");
}

void judge_dlms(CapabilityJudge& judge, const model::MeterModel& meter_model) {
  const model::DlmsLayout& at = meter_model.dlms;
  judge.needs(Capability::Registers, !at.registers.empty(), "a [[dlms.register]]");
  judge.needs(Capability::Profile, at.load_profile.has_value(), "dlms.load_profile");
  judge.needs(Capability::Daily, at.daily_profile.has_value(), "dlms.daily_profile");
  judge.needs(Capability::Logs, !at.logs.empty(), "[dlms.logs]");
  judge.needs(Capability::Logs, !meter_model.event_codes.empty(), "[event_codes]");
  judge.needs(Capability::ReadClock, at.clock.has_value(), "dlms.clock");
  judge.needs(Capability::SetClock, at.clock.has_value(), "dlms.clock");
  judge.needs(Capability::ReadRelay, at.disconnect_control.has_value(), "dlms.disconnect_control");
  judge.needs(Capability::OperateRelay, at.disconnect_control.has_value(),
              "dlms.disconnect_control");
  judge.needs(Capability::Tokens, at.token_gateway.has_value(), "dlms.token_gateway");
  judge.needs(Capability::Transactions, at.transaction && at.outcome,
              "dlms.transaction and dlms.outcome");
  judge.needs(Capability::Billing, at.billing_profile.has_value(), "dlms.billing_profile");
  judge.needs(Capability::Tariffs, at.tariff.has_value(), "dlms.tariff");
  judge.needs(Capability::ChangeTenancy, at.change_tenancy || at.tenancy_date,
              "dlms.change_tenancy or dlms.tenancy_date");
  judge.needs(Capability::ChangeSupplier, at.change_supplier.has_value(), "dlms.change_supplier");
}

/// A readout is all there is: orders, profiles and logs would need the programming mode.
void judge_mode_c(CapabilityJudge& judge, const model::MeterModel& meter_model) {
  const model::ModeCLayout& at = meter_model.mode_c;
  judge.needs(Capability::Registers, !at.registers.empty(), "a [[mode_c.register]]");
  judge.needs(Capability::ReadClock, !at.date.empty() || !at.date_time.empty(),
              "mode_c.date and mode_c.time, or mode_c.date_time");
  for (const std::string_view word : meter_model.capabilities.words()) {
    const auto capability = parse_capability(word);
    if (capability == Capability::Registers || capability == Capability::ReadClock) continue;
    judge.needs(*capability, false, "another protocol than mode-c, which has only a readout,");
  }
}

}  // namespace

void judge_capabilities(const ReadModel& read, ErrorList& errors) {
  CapabilityJudge judge{read, errors};
  if (read.model.protocol == model::Protocol::Modbus) judge_modbus(judge, read.model);
  if (read.model.protocol == model::Protocol::Dlms) judge_dlms(judge, read.model);
  if (read.model.protocol == model::Protocol::ModeC) judge_mode_c(judge, read.model);
  judge.needs(Capability::Profile, !read.model.profile_channels.empty(), "a [[profile_channel]]");
  judge.needs(Capability::Daily, !read.model.daily_channels.empty(), "a [[daily_channel]]");
  judge.needs(Capability::Tokens, !read.model.token_kinds.empty(), "token_kinds");
}

}  // namespace metergate::config
