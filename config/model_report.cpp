// SPDX-License-Identifier: Apache-2.0
#include "config/model_report.hpp"

#include <iomanip>
#include <sstream>

#include "meters/models/model_words.hpp"
#include "meters/models/register_codec.hpp"
#include "protocols/modbus/read_plan.hpp"

namespace metergate::config {
namespace {

void block_line(std::ostringstream& out, std::string_view name,
                const std::optional<model::Block>& block) {
  if (!block) return;
  out << "  " << std::left << std::setw(15) << name << " at " << block->address << ", "
      << block->registers() << " registers\n";
}

void window_line(std::ostringstream& out, std::string_view name,
                 const std::optional<model::Window>& window) {
  if (!window) return;
  out << "  " << std::left << std::setw(15) << name;
  if (window->access != model::WindowAccess::Read) {
    out << " selected at " << window->select.address << ',';
  }
  out << " read at " << window->header.address << ", " << window->max_records << " records of "
      << window->record_registers() << " registers a read ("
      << model::window_access_word(window->access) << ")\n";
}

std::size_t requests(const model::MeterModel& meter_model) {
  std::vector<modbus::WantedRegisters> wanted;
  for (const auto& reg : meter_model.modbus.registers) {
    wanted.push_back({reg.space == model::RegisterSpace::Input
                          ? modbus::FunctionCode::ReadInputRegisters
                          : modbus::FunctionCode::ReadHoldingRegisters,
                      reg.address, model::registers_of(reg.type)});
  }
  return modbus::plan_reads(wanted, {meter_model.modbus.max_registers_per_read, 0}).size();
}

void object_line(std::ostringstream& out, std::string_view name,
                 const std::optional<cosem::ObisCode>& object) {
  if (object) out << "  " << std::left << std::setw(18) << name << object->text() << '\n';
}

void report_dlms(std::ostringstream& out, const model::DlmsLayout& at) {
  for (const auto& reg : at.registers) {
    out << "  " << std::left << std::setw(18) << reg.obis.text() << std::setw(34) << reg.name
        << "class " << reg.class_id << ", attribute " << int{reg.attribute} << "  "
        << unit_symbol(reg.unit) << '\n';
  }
  object_line(out, "serial", at.serial);
  object_line(out, "clock", at.clock);
  object_line(out, "load profile", at.load_profile);
  object_line(out, "daily values", at.daily_profile);
  for (const auto& [log, name] : at.logs) {
    object_line(out, std::string{log_word(log)} + " log", name);
  }
  if (!at.logs.empty() && at.log_columns.sequence == 0) {
    out << "  log entries have no number: told apart by their time\n";
  }
  object_line(out, "relay", at.disconnect_control);
  if (at.relay_scripts) object_line(out, "relay scripts", at.relay_scripts->table);
  object_line(out, "token gateway", at.token_gateway);
  if (at.token_gateway) {
    out << "  token digits      " << model::token_encoding_word(at.token_encoding) << '\n';
  }
  object_line(out, "tenancy date", at.tenancy_date);
  if (at.access) {
    const bool open = at.access->authentication == dlms::AuthenticationMechanism::Lowest;
    out << "  usually asked by  client " << at.access->client << ", "
        << (open ? "no authentication" : dlms::mechanism_word(at.access->authentication))
        << (at.access->ciphered ? ", ciphered" : "") << '\n';
  }
}

void report_mode_c(std::ostringstream& out, const model::MeterModel& meter_model) {
  const model::ModeCLayout& at = meter_model.mode_c;
  for (const auto& reg : at.registers) {
    out << "  " << std::left << std::setw(18) << reg.obis.text() << std::setw(34) << reg.name
        << std::setw(18) << reg.readout << unit_symbol(reg.unit) << '\n';
  }
  const auto set = [&out](std::string_view name, const std::string& readout) {
    if (!readout.empty()) out << "  " << std::left << std::setw(18) << name << readout << '\n';
  };
  set("serial", at.serial);
  set("firmware", at.firmware);
  set("date", at.date);
  set("time", at.time);
  set("date and time", at.date_time);
  out << "  all of it in one readout; " << meter_model.captures.size()
      << " readouts that decode as expected\n";
}

}  // namespace

std::string report(const model::MeterModel& meter_model) {
  std::ostringstream out;
  out << meter_model.name << ": " << meter_model.manufacturer << ", " << meter_model.description
      << "\n  document        " << meter_model.document << "\n  protocol        "
      << model::protocol_word(meter_model.protocol) << "\n  can do          ";
  std::string_view separator;
  for (const std::string_view word : meter_model.capabilities.words()) {
    out << separator << word;
    separator = ", ";
  }
  out << '\n';
  if (meter_model.protocol == model::Protocol::Dlms) report_dlms(out, meter_model.dlms);
  if (meter_model.protocol == model::Protocol::ModeC) report_mode_c(out, meter_model);
  if (meter_model.protocol == model::Protocol::Modbus) {
    for (const auto& reg : meter_model.modbus.registers) {
      out << "  " << std::left << std::setw(18) << reg.obis.text() << std::setw(28) << reg.name
          << std::right << std::setw(6) << reg.address << "  " << std::left << std::setw(8)
          << model::space_word(reg.space) << std::setw(6) << model::number_type_word(reg.type)
          << unit_symbol(reg.unit) << '\n';
    }
    const auto& at = meter_model.modbus;
    block_line(out, "identification", at.identification);
    block_line(out, "clock", at.clock);
    block_line(out, "relay", at.relay);
    block_line(out, "operate_relay", at.operate_relay);
    block_line(out, "token", at.token);
    block_line(out, "transaction", at.transaction);
    block_line(out, "change_tenancy", at.change_tenancy);
    block_line(out, "change_supplier", at.change_supplier);
    block_line(out, "set_tariff", at.set_tariff);
    window_line(out, "profile", at.profile);
    window_line(out, "daily", at.daily);
    window_line(out, "logs", at.logs);
    window_line(out, "billing", at.billing);
    window_line(out, "tariff", at.tariff);
    out << "  " << meter_model.modbus.registers.size() << " registers in " << requests(meter_model)
        << " requests, " << meter_model.captures.size() << " exchanges that decode as expected\n";
  }
  return out.str();
}

}  // namespace metergate::config
