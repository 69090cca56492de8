// SPDX-License-Identifier: Apache-2.0
#include "config/model_file.hpp"

#include <algorithm>
#include <array>

#include "config/model_reader.hpp"
#include "meters/models/register_codec.hpp"
#include "protocols/modbus/pdu.hpp"

namespace metergate::config {
namespace {

/// Second half of `parse_model`: what only shows when all of it is read.
class Judge {
 public:
  Judge(const ReadModel& read, ErrorList& errors)
      : model_{read.model}, lines_{read.lines}, errors_{errors} {}

  void run() {
    if (!is_identifier(model_.name)) say({0, "name"}, "1 to 64 of A-Z a-z 0-9 _ . -");
    if (model_.protocol == model::Protocol::Modbus) {
      blocks_for_capabilities();
      overlaps();
      for (std::size_t i = 0; i < model_.captures.size(); ++i) capture(i);
    }
    if (model_.capabilities.has(Capability::Profile) && model_.profile_channels.empty()) {
      say(lines_.capabilities, "a [[profile_channel]] for the capability profile");
    }
    if (model_.capabilities.has(Capability::Daily) && model_.daily_channels.empty()) {
      say(lines_.capabilities, "a [[daily_channel]] for the capability daily");
    }
    if (model_.capabilities.has(Capability::Tokens) && model_.token_kinds.empty()) {
      say(lines_.capabilities, "token_kinds for the capability tokens");
    }
  }

 private:
  void say(const ModelLines::Place& place, std::string expected) {
    errors_.add(ConfigError::Kind::Wrong, place.line, place.key, "", std::move(expected));
  }

  void blocks_for_capabilities() {
    const model::ModbusLayout& at = model_.modbus;
    const auto needs = [&](Capability capability, bool there, std::string_view block) {
      if (!model_.capabilities.has(capability) || there) return;
      say(lines_.capabilities, "[modbus." + std::string{block} + "] for the capability " +
                                   std::string{capability_word(capability)});
    };
    needs(Capability::Registers, !at.registers.empty(), "register");
    needs(Capability::Profile, at.profile.has_value(), "profile");
    needs(Capability::Daily, at.daily.has_value(), "daily");
    needs(Capability::Logs, at.logs.has_value(), "logs");
    needs(Capability::Logs, !at.log_numbers.empty(), "log_numbers");
    needs(Capability::ReadClock, at.clock.has_value(), "clock");
    needs(Capability::SetClock, at.set_clock.has_value(), "set_clock");
    needs(Capability::ReadRelay, at.relay.has_value(), "relay");
    needs(Capability::ReadRelay, !at.relay_states.empty(), "relay_states");
    needs(Capability::OperateRelay, at.operate_relay.has_value(), "operate_relay");
    needs(Capability::Tokens, at.token.has_value(), "token");
    needs(Capability::Transactions, at.transaction.has_value(), "transaction");
  }

  void overlaps() {
    const auto& registers = model_.modbus.registers;
    for (std::size_t i = 0; i < registers.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto end = [](const model::ModbusRegister& reg) {
          return reg.address + model::registers_of(reg.type);
        };
        const auto& a = registers[i];
        const auto& b = registers[j];
        if (a.space == b.space && a.address < end(b) && b.address < end(a)) {
          say(lines_.each_register[i], "registers that do not overlap those of " + b.name);
        }
        if (a.obis == b.obis) {
          say(lines_.each_register[i], "an OBIS code no other register has; " + b.name +
                                           " has " + a.obis.text());
        }
      }
    }
  }

  /// The exchange must decode to what it is said to hold: the proof of the register table.
  void capture(std::size_t index) {
    const model::Capture& one = model_.captures[index];
    const ModelLines::Place& place = lines_.each_capture[index];
    if (one.request.size() < 2 || one.response.size() < 2 ||
        one.request.front() != one.response.front()) {
      return say(place, "a request and its response, each with the same address first");
    }
    const auto request = modbus::decode_request(OctetView{one.request}.subspan(1));
    if (!request) return say(place, "a request that is Modbus: " + fault(request.error()));
    const auto response = modbus::decode_response(*request, OctetView{one.response}.subspan(1));
    if (!response) return say(place, "a response to the request: " + fault(response.error()));
    const auto* read = std::get_if<modbus::ReadRegisters>(&*request);
    const auto* values = std::get_if<modbus::RegistersRead>(&*response);
    if (read == nullptr || values == nullptr) return say(place, "a read that was answered");
    for (const auto& expected : one.expected) {
      const std::string got = decoded(*read, values->values, expected.obis);
      if (got != expected.value) {
        say(place, expected.obis.text() + " to decode to " + expected.value + ", not to " + got);
      }
    }
  }

  [[nodiscard]] std::string decoded(const modbus::ReadRegisters& read,
                                    const modbus::Registers& values, cosem::ObisCode obis) const {
    const auto reg =
        std::ranges::find(model_.modbus.registers, obis, &model::ModbusRegister::obis);
    if (reg == model_.modbus.registers.end()) return "nothing: no register has this code";
    const unsigned width = model::registers_of(reg->type);
    if (reg->address < read.address ||
        reg->address + width > unsigned{read.address} + read.count) {
      return "nothing: the read does not cover its registers";
    }
    const auto raw = std::span{values}.subspan(
        static_cast<std::size_t>(reg->address - read.address), width);
    const auto value = model::decode_register(*reg, raw);
    return value ? value->text() : "nothing: not available";
  }

  [[nodiscard]] static std::string fault(const modbus::PduFault& fault) {
    return std::string{modbus::fault_word(fault.reason)} + " at octet " +
           std::to_string(fault.offset);
  }

  const model::MeterModel& model_;
  const ModelLines& lines_;
  ErrorList& errors_;
};

}  // namespace

Result<model::MeterModel, std::vector<ConfigError>> parse_model(std::string_view text,
                                                                const std::filesystem::path& file) {
  const auto document = parse_document(text, file);
  if (!document) return failure(std::vector<ConfigError>{document.error()});
  ErrorList errors{file};
  ReadModel read = read_model(*document, errors);
  Judge{read, errors}.run();
  if (!errors.empty()) return failure(errors.take());
  return std::move(read.model);
}

Result<model::MeterModel, std::vector<ConfigError>> load_model(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return failure(std::vector<ConfigError>{text.error()});
  return parse_model(*text, file);
}

Result<ModelCatalogue, std::vector<ConfigError>> load_models(
    const std::vector<std::filesystem::path>& directories) {
  ModelCatalogue catalogue;
  std::vector<ConfigError> errors;
  for (const auto& directory : directories) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{directory, failed}) {
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    if (failed) {
      ErrorList missing{directory};
      missing.add(ConfigError::Kind::Wrong, 0, "model_directories", directory.string(),
                  "a directory that can be read: " + failed.message());
      for (ConfigError& error : missing.take()) errors.push_back(std::move(error));
    }
    std::ranges::sort(files);
    for (const auto& file : files) {
      auto read = load_model(file);
      if (read) {
        catalogue[read->name] = std::move(*read);
      } else {
        for (const ConfigError& error : read.error()) errors.push_back(error);
      }
    }
  }
  if (!errors.empty()) return failure(std::move(errors));
  return catalogue;
}

}  // namespace metergate::config
