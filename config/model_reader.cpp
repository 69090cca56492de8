// SPDX-License-Identifier: Apache-2.0
#include "config/model_reader.hpp"

#include <charconv>
#include <functional>

#include "config/model_dlms.hpp"
#include "config/model_mode_c.hpp"
#include "meters/identifier_rule.hpp"
#include "meters/identity.hpp"
#include "meters/models/model_words.hpp"
#include "protocols/modbus/pdu.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

using model::Block;
using model::Field;

constexpr Bounds kU16{0, 65'535};
constexpr unsigned kRegisters = 65'536;

// A Block's own sum is 16 bits wide and has to be judged before it is trusted.
unsigned length_of(const std::vector<Field>& fields) {
  unsigned registers = 0;
  for (const Field& field : fields) registers += field.registers;
  return registers;
}

std::vector<Field> read_fields(TableReader& in, std::string_view key,
                               unsigned most = modbus::kMaxReadRegisters) {
  std::vector<Field> fields;
  for (const std::string& text : in.texts(key, Need::Required)) {
    const auto field = model::parse_field(text);
    if (field) {
      fields.push_back(*field);
    } else {
      in.contradicts(key, "fields such as time:u32, digits:ascii20 or 1-0:1.29.0:u16, not " + text);
    }
  }
  if (const unsigned length = length_of(fields); length > most) {
    in.contradicts(key, "fields of at most " + std::to_string(most) + " registers; these have " +
                            std::to_string(length));
    fields.clear();
  }
  return fields;
}

Block read_block(TableReader& in, unsigned most = modbus::kMaxReadRegisters) {
  Block block;
  in.word<model::RegisterSpace>("space", block.space, model::parse_space, "holding or input");
  in.number("address", block.address, kU16, Need::Required);
  block.fields = read_fields(in, "fields", most);
  if (block.address + length_of(block.fields) > kRegisters) {
    in.contradicts("address", "an address from which the fields end at register 65535");
  }
  in.finish();
  return block;
}

/// A block that is written: its length is that of the writing function.
void read_written(TableReader& in, std::string_view key, std::optional<Block>& into) {
  auto table = in.table(key);
  if (!table) return;
  into = read_block(*table, modbus::kMaxWriteRegisters);
  if (into->space != model::RegisterSpace::Holding) {
    table->contradicts("space", "holding: input registers cannot be written");
  }
}

void read_block(TableReader& in, std::string_view key, std::optional<Block>& into) {
  if (auto table = in.table(key)) into = read_block(*table);
}

void read_window(TableReader& in, std::string_view key, std::optional<model::Window>& into) {
  auto table = in.table(key);
  if (!table) return;
  model::Window window;
  table->word<model::WindowAccess>("access", window.access, model::parse_window_access,
                                   "write-read, write-then-read or read");
  table->number("max_records", window.max_records, {1, 125}, Need::Required);
  const bool selects = window.access != model::WindowAccess::Read;
  if (auto select = table->table("select", selects ? Need::Required : Need::Optional)) {
    if (!selects) table->contradicts("select", "no select beside access = \"read\"");
    // Written together with the read (6.17), or on its own, which may be two registers longer.
    window.select = read_block(*select, modbus::kMaxReadWriteWriteRegisters);
  }
  if (auto header = table->table("header", Need::Required)) window.header = read_block(*header);
  window.record = read_fields(*table, "record");
  const unsigned registers =
      window.header.registers() + unsigned{window.max_records} * window.record_registers();
  if (registers > modbus::kMaxReadRegisters) {
    table->contradicts("max_records", "a window of at most 125 registers; this one has " +
                                          std::to_string(registers));
  } else if (window.header.address + registers > kRegisters) {
    table->contradicts("max_records", "a window that ends at register 65535");
  }
  table->finish();
  into = window;
}

/// A table whose keys are raw numbers and whose values are words.
template <typename T>
void read_map(TableReader& in, std::string_view key, std::map<std::uint16_t, T>& into,
              const std::function<std::optional<T>(std::string_view)>& parse,
              std::string_view expected) {
  auto table = in.table(key);
  if (!table) return;
  for (const Entry& entry : table->entries()) {
    std::uint16_t raw = 0;
    const char* const end = entry.key.data() + entry.key.size();
    const auto [at, error] = std::from_chars(entry.key.data(), end, raw);
    const auto* word = std::get_if<std::string>(&entry.node.value);
    const auto value = word == nullptr ? std::nullopt : parse(*word);
    if (error != std::errc{} || at != end || !value) {
      table->wrong(entry.key, entry.node, expected);
    } else {
      into[raw] = *value;
    }
  }
}

void read_obis(TableReader& in, cosem::ObisCode& into) {
  in.word<cosem::ObisCode>("obis", into, cosem::ObisCode::parse, "an OBIS code such as 1-0:1.8.0",
                           Need::Required);
}

model::ModbusRegister read_register(TableReader& in) {
  model::ModbusRegister reg;
  read_obis(in, reg.obis);
  in.text("name", reg.name, Need::Required);
  in.word<model::RegisterSpace>("space", reg.space, model::parse_space, "holding or input");
  in.number("address", reg.address, kU16, Need::Required);
  in.word<model::NumberType>("type", reg.type, model::parse_number_type,
                             "u16, s16, u32, s32, u64, s64 or f32", Need::Required);
  if (reg.type == model::NumberType::Ascii) {
    in.contradicts("type", "a number; texts stand in blocks only");
    reg.type = model::NumberType::U16;
  }
  in.word<model::WordOrder>("word_order", reg.order, model::parse_word_order,
                            "big-endian or little-endian");
  in.word<Unit>("unit", reg.unit, parse_unit, "a unit such as Wh, W, V, A, Hz");
  in.number("scale", reg.scale, {-12, 12});
  in.number("resolution", reg.resolution, {-9, 9});
  if (const auto absent =
          in.whole("absent", {0, std::numeric_limits<std::int64_t>::max()}, Need::Optional)) {
    reg.absent = static_cast<std::uint64_t>(*absent);
  }
  in.text("source", reg.source);
  in.finish();
  return reg;
}

std::vector<model::Channel> read_channels(TableReader& in, std::string_view key) {
  std::vector<model::Channel> channels;
  for (TableReader& table : in.tables(key)) {
    model::Channel channel;
    read_obis(table, channel.obis);
    table.text("name", channel.name, Need::Required);
    table.word<Unit>("unit", channel.unit, parse_unit, "a unit such as Wh");
    table.number("scale", channel.scale, {-12, 12});
    table.finish();
    channels.push_back(std::move(channel));
  }
  return channels;
}

void read_octets(TableReader& in, std::string_view key, Octets& into) {
  in.word<Octets>(key, into, hex::parse, "octets in hex: address and PDU, without the CRC",
                  Need::Required);
}

/// A readout in mode C is text; in the file its lines end as the file's do.
void read_readout(TableReader& in, Octets& into) {
  std::string text;
  in.text("readout", text, Need::Required);
  for (const char c : text) {
    if (c == '\n' && (into.empty() || into.back() != '\r')) into.push_back('\r');
    into.push_back(static_cast<std::uint8_t>(c));
  }
}

model::Capture read_capture(TableReader& in, model::Protocol protocol) {
  model::Capture capture;
  in.word<model::CaptureKind>("kind", capture.kind, model::parse_capture_kind,
                              "recorded, document or computed", Need::Required);
  in.text("source", capture.source, Need::Required);
  if (protocol == model::Protocol::ModeC) {
    read_readout(in, capture.response);
  } else {
    read_octets(in, "request", capture.request);
    read_octets(in, "response", capture.response);
  }
  if (auto expected = in.table("expect", Need::Required)) {
    for (const Entry& entry : expected->entries()) {
      const auto obis = cosem::ObisCode::parse(entry.key);
      const auto* value = std::get_if<std::string>(&entry.node.value);
      if (obis && value != nullptr) {
        capture.expected.push_back({*obis, *value});
      } else {
        expected->wrong(entry.key, entry.node, "an OBIS code with a decimal number as text");
      }
    }
  }
  in.finish();
  return capture;
}

void read_modbus(TableReader in, model::ModbusLayout& into, ModelLines& lines) {
  in.number("max_registers_per_read", into.max_registers_per_read, {1, 125});
  in.duration("turn_round_ms", into.turn_round, {0, 10'000});
  in.flag("gaps_readable", into.gaps_readable);
  in.number("result_taken", into.result_taken, kU16);
  in.number("result_busy", into.result_busy, kU16);
  lines.registers = {in.line(), in.key_path("register")};
  for (TableReader& table : in.tables("register")) {
    lines.each_register.push_back({table.line(), table.key_path("")});
    into.registers.push_back(read_register(table));
  }
  read_block(in, "identification", into.identification);
  read_block(in, "clock", into.clock);
  read_written(in, "set_clock", into.set_clock);
  read_block(in, "relay", into.relay);
  read_written(in, "operate_relay", into.operate_relay);
  read_written(in, "token", into.token);
  read_block(in, "transaction", into.transaction);
  read_window(in, "profile", into.profile);
  read_window(in, "daily", into.daily);
  read_window(in, "logs", into.logs);
  read_window(in, "billing", into.billing);
  read_window(in, "tariff", into.tariff);
  read_written(in, "change_tenancy", into.change_tenancy);
  read_written(in, "change_supplier", into.change_supplier);
  read_written(in, "set_tariff", into.set_tariff);
  read_map<SupplyState>(in, "relay_states", into.relay_states, parse_supply,
                        "a raw number with off, armed or on");
  read_map<LogId>(in, "log_numbers", into.log_numbers, parse_log,
                  "a raw number with the word of a log, such as supply");
  read_map<operation::MeterRefusal>(in, "refusals", into.refusals, operation::parse_meter_refusal,
                                    "a raw number with a refusal word, such as duplicate");
  in.finish();
}

void read_capabilities(TableReader& in, CapabilitySet& into) {
  for (const std::string& word : in.texts("capabilities", Need::Required)) {
    const auto capability = parse_capability(word);
    if (capability) {
      into.add(*capability);
    } else {
      in.contradicts("capabilities",
                     "registers, daily, profile, logs, read-clock, set-clock, read-relay, "
                     "operate-relay, close-relay, tokens, transactions, billing, tariffs, "
                     "change-tenancy, change-supplier; not " +
                         word);
    }
  }
}

void read_capture_period(TableReader& in, CapturePeriod& into) {
  in.duration("capture_period_min", into, {15, 60});
  if (into.count() != 15 && into.count() != 30 && into.count() != 60) {
    in.contradicts("capture_period_min", "15, 30 or 60");
  }
}

void read_token_kinds(TableReader& in, std::vector<TokenKind>& into) {
  for (const std::string& word : in.texts("token_kinds")) {
    const auto kind = parse_token_kind(word);
    if (kind) {
      into.push_back(*kind);
    } else {
      in.contradicts("token_kinds", "sts, utrn; not " + word);
    }
  }
}

/// The table of the model's protocol, and no other.
void read_layouts(TableReader& in, model::MeterModel& into, ModelLines& lines) {
  if (auto modbus = in.table("modbus")) {
    if (into.protocol != model::Protocol::Modbus) {
      const std::string protocol{model::protocol_word(into.protocol)};
      in.contradicts("modbus", "no [modbus] table beside protocol = \"" + protocol + '"');
    }
    read_modbus(*modbus, into.modbus, lines);
  }
  if (auto dlms = in.table("dlms")) {
    if (into.protocol != model::Protocol::Dlms) {
      in.contradicts("dlms", "protocol = \"dlms\" beside a [dlms] table");
    }
    read_dlms(*dlms, into.dlms);
  }
  if (auto mode_c = in.table("mode_c")) {
    if (into.protocol != model::Protocol::ModeC) {
      in.contradicts("mode_c", "protocol = \"mode-c\" beside a [mode_c] table");
    }
    read_mode_c(*mode_c, into.mode_c);
  }
}

}  // namespace

ReadModel read_model(const Node& root, ErrorList& errors) {
  ReadModel out;
  model::MeterModel& into = out.model;
  TableReader in{root, "", errors};
  in.text("name", into.name, Need::Required);
  if (!into.name.empty() && !is_identifier(into.name)) {
    in.contradicts("name", kIdentifierRule);
  }
  in.text("manufacturer", into.manufacturer, Need::Required);
  in.text("description", into.description);
  in.text("document", into.document, Need::Required);
  in.word<model::Protocol>("protocol", into.protocol, model::parse_protocol,
                           "modbus, mqtt, dlms or mode-c", Need::Required);
  out.lines.capabilities = {in.line_of("capabilities"), "capabilities"};
  read_capabilities(in, into.capabilities);
  read_capture_period(in, into.capture_period);
  out.lines.profile_channels = {in.line_of("profile_channel"), "profile_channel"};
  into.profile_channels = read_channels(in, "profile_channel");
  out.lines.daily_channels = {in.line_of("daily_channel"), "daily_channel"};
  into.daily_channels = read_channels(in, "daily_channel");
  read_token_kinds(in, into.token_kinds);
  in.number("relay_operations_per_day", into.relay_operations_per_day, {1, 10'000});
  out.lines.event_codes = {in.line_of("event_codes"), "event_codes"};
  read_map<EventCode>(in, "event_codes", into.event_codes, parse_event,
                      "a raw number with an event word, such as supply-off");
  read_layouts(in, into, out.lines);
  for (TableReader& table : in.tables("capture")) {
    out.lines.each_capture.push_back({table.line(), table.key_path("")});
    into.captures.push_back(read_capture(table, into.protocol));
  }
  in.finish();
  return out;
}

}  // namespace metergate::config
