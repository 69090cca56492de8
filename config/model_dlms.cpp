// SPDX-License-Identifier: Apache-2.0
#include "config/model_dlms.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "config/read_dlms.hpp"
#include "meters/load_profile.hpp"
#include "meters/models/model_words.hpp"

namespace metergate::config {
namespace {

constexpr std::string_view kObis = "an OBIS code such as 0-0:96.1.0";

void read_object(TableReader& in, std::string_view key, std::optional<cosem::ObisCode>& into) {
  cosem::ObisCode code;
  in.word<cosem::ObisCode>(key, code, cosem::ObisCode::parse, kObis);
  if (in.has(key)) into = code;
}

std::optional<std::uint16_t> parse_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || at != end || number > most) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

/// `96.11`: value groups C and D.
std::optional<std::uint16_t> parse_groups(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto c = parse_number(text.substr(0, dot), 255);
  const auto d = parse_number(text.substr(dot + 1), 255);
  if (!c || !d) return std::nullopt;
  return static_cast<std::uint16_t>((*c << 8U) | *d);
}

std::optional<std::uint16_t> parse_mark(std::string_view word) {
  for (std::uint16_t bit = 1; bit <= IntervalMarks::kDoubtful;
       bit = static_cast<std::uint16_t>(bit << 1U)) {
    const auto words = IntervalMarks{bit}.words();
    if (!words.empty() && words.front() == word) return bit;
  }
  return std::nullopt;
}

void read_log_columns(TableReader in, model::DlmsLogColumns& into) {
  constexpr std::string_view kGroups = "value groups C and D, such as 96.11";
  in.word<std::uint16_t>("code", into.code, parse_groups, kGroups);
  in.word<std::uint16_t>("sequence", into.sequence, parse_groups, kGroups);
  in.word<std::uint16_t>("cause", into.cause, parse_groups, kGroups);
  in.word<std::uint16_t>("detail", into.detail, parse_groups, kGroups);
  in.finish();
}

void read_logs(TableReader& in, std::map<LogId, cosem::ObisCode>& into) {
  for (const Entry& entry : in.entries()) {
    const auto log = parse_log(entry.key);
    const auto* text = std::get_if<std::string>(&entry.node.value);
    const auto code = text == nullptr ? std::nullopt : cosem::ObisCode::parse(*text);
    if (log && code) {
      into[*log] = *code;
    } else {
      in.wrong(entry.key, entry.node, "the word of a log with an OBIS code");
    }
  }
}

void read_status_marks(TableReader& in, std::map<std::uint16_t, std::uint16_t>& into) {
  for (const Entry& entry : in.entries()) {
    const auto bit = parse_number(entry.key, 0x8000);
    const auto* text = std::get_if<std::string>(&entry.node.value);
    const auto mark = text == nullptr ? std::nullopt : parse_mark(*text);
    if (bit && std::has_single_bit(*bit) && mark) {
      into[*bit] = *mark;
    } else {
      in.wrong(entry.key, entry.node, "one bit (1, 2, 4, ...) with a mark such as power-down");
    }
  }
}

void read_relay_scripts(TableReader in, std::optional<model::DlmsRelayScripts>& into) {
  model::DlmsRelayScripts scripts;
  in.word<cosem::ObisCode>("table", scripts.table, cosem::ObisCode::parse, kObis, Need::Required);
  in.number("off", scripts.off, {1, 65'535}, Need::Required);
  in.number("armed", scripts.armed, {1, 65'535});
  in.number("on", scripts.on, {1, 65'535});
  in.finish();
  into = scripts;
}

void read_access(TableReader in, std::optional<model::DlmsUsualAccess>& into) {
  model::DlmsUsualAccess access;
  in.number("client", access.client, {1, 127});
  in.word<dlms::AuthenticationMechanism>("authentication", access.authentication,
                                         parse_authentication, kAuthentications);
  in.flag("ciphered", access.ciphered);
  in.word<cosem::ObisCode>("invocation_counter", access.invocation_counter, cosem::ObisCode::parse,
                           kObis);
  in.finish();
  into = access;
}

constexpr std::string_view kObject = "class, OBIS code and attribute, such as \"3 1-0:1.8.0 2\"";

/// `3 1-0:1.8.0 2`, and an index behind it where an element of the attribute is meant.
std::optional<cosem::CaptureObject> parse_object(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() != 3 && words.size() != 4) return std::nullopt;
  const auto class_id = parse_number(words[0], 65'535);
  const auto name = cosem::ObisCode::parse(words[1]);
  const auto attribute = parse_number(words[2], 127);
  const auto index = words.size() == 4 ? parse_number(words[3], 65'535) : std::uint16_t{0};
  if (!class_id || !name || !attribute || !index) return std::nullopt;
  return cosem::CaptureObject{*class_id, *name, static_cast<std::int8_t>(*attribute), *index};
}

std::vector<cosem::CaptureObject> read_objects(TableReader& in) {
  std::vector<cosem::CaptureObject> out;
  for (const std::string& text : in.texts("elements", Need::Required)) {
    if (const auto object = parse_object(text)) {
      out.push_back(*object);
    } else {
      in.contradicts("elements", kObject);
    }
  }
  if (out.size() > cosem::kMostPushedElements) {
    in.contradicts("elements",
                   "at most " + std::to_string(cosem::kMostPushedElements) + " of them");
  }
  return out;
}

void read_pushes(TableReader& in, model::DlmsLayout& into) {
  for (TableReader& table : in.tables("push")) {
    cosem::PushObjects push;
    read_object(table, "setup", push.setup);
    push.objects = read_objects(table);
    table.finish();
    into.pushes.push_back(std::move(push));
  }
  for (TableReader& table : in.tables("columns")) {
    model::DlmsColumns columns;
    table.word<cosem::ObisCode>("profile", columns.profile, cosem::ObisCode::parse, kObis,
                                Need::Required);
    table.duration("period_min", columns.period, {0, 1'440});
    columns.elements = read_objects(table);
    table.finish();
    into.columns.push_back(std::move(columns));
  }
}

void read_scalers(TableReader& in, std::map<cosem::ObisCode, std::int8_t>& into) {
  for (const Entry& entry : in.entries()) {
    const auto code = cosem::ObisCode::parse(entry.key);
    const auto* number = std::get_if<std::int64_t>(&entry.node.value);
    if (code && number != nullptr && *number >= -128 && *number <= 127) {
      into[*code] = static_cast<std::int8_t>(*number);
    } else {
      in.wrong(entry.key, entry.node, "an OBIS code with a power of ten, such as -1");
    }
  }
}

model::DlmsRegister read_register(TableReader& in) {
  model::DlmsRegister out;
  in.word<cosem::ObisCode>("obis", out.obis, cosem::ObisCode::parse, kObis, Need::Required);
  in.text("name", out.name, Need::Required);
  in.number("class", out.class_id, {1, 65'535});
  in.number("attribute", out.attribute, {2, 127});
  in.word<Unit>("unit", out.unit, parse_unit, "a unit such as Wh, W, V, A, Hz");
  in.finish();
  return out;
}

}  // namespace

void read_dlms(TableReader in, model::DlmsLayout& into) {
  read_object(in, "serial", into.serial);
  read_object(in, "firmware", into.firmware);
  read_object(in, "clock", into.clock);
  read_object(in, "load_profile", into.load_profile);
  read_object(in, "daily_profile", into.daily_profile);
  read_object(in, "billing_profile", into.billing_profile);
  read_object(in, "disconnect_control", into.disconnect_control);
  read_object(in, "relay_causes", into.relay_causes);
  read_object(in, "relay_operations", into.relay_operations);
  read_object(in, "token_gateway", into.token_gateway);
  read_object(in, "transaction", into.transaction);
  read_object(in, "outcome", into.outcome);
  read_object(in, "change_tenancy", into.change_tenancy);
  read_object(in, "tenancy_date", into.tenancy_date);
  if (into.change_tenancy && into.tenancy_date) {
    in.contradicts("tenancy_date", "one of tenancy_date and change_tenancy");
  }
  read_object(in, "change_supplier", into.change_supplier);
  read_object(in, "tariff", into.tariff);
  in.word<model::TokenEncoding>("token_encoding", into.token_encoding, model::parse_token_encoding,
                                "ascii, visible or bcd");
  in.duration("to_utc_min", into.to_utc, {-840, 840});
  in.flag("times_are_numbers", into.times_are_numbers);
  in.number("attributes_per_list", into.attributes_per_list, {1, 50});
  in.number("rows_per_page", into.rows_per_page, {1, 2'000});
  for (TableReader& table : in.tables("register")) {
    const model::DlmsRegister one = read_register(table);
    // A reading has one value a code.
    if (std::ranges::find(into.registers, one.obis, &model::DlmsRegister::obis) !=
        into.registers.end()) {
      table.contradicts("obis", "a code that no other register has");
    }
    into.registers.push_back(one);
  }
  if (auto access = in.table("access")) read_access(*access, into.access);
  if (auto scripts = in.table("relay_scripts")) read_relay_scripts(*scripts, into.relay_scripts);
  if (auto logs = in.table("logs")) read_logs(*logs, into.logs);
  if (auto columns = in.table("log_columns")) read_log_columns(*columns, into.log_columns);
  read_pushes(in, into);
  if (auto scalers = in.table("scalers")) read_scalers(*scalers, into.scalers);
  if (auto marks = in.table("status_marks")) read_status_marks(*marks, into.status_marks);
  in.finish();
}

}  // namespace metergate::config
