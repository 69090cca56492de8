// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/line.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "gateway/journal/neutral_text.hpp"

namespace metergate::journal {
namespace {

namespace json = boost::json;

std::string_view colour_of(std::string_view level) {
  if (level == "error") return "\x1b[1;31m";
  if (level == "warning") return "\x1b[33m";
  if (level == "debug") return "\x1b[2m";
  return "\x1b[32m";
}

/// RFC 3339 with milliseconds always there, so that columns stay columns.
std::string column_time(UtcTime at) {
  std::string text = rfc3339::text(at);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

std::string columns(UtcTime at, std::string_view level, std::string_view id, std::string_view text,
                    Colours colours) {
  constexpr std::size_t kLevelWidth = 7;
  std::string out = column_time(at) + "  ";
  if (colours == Colours::On) out += colour_of(level);
  out += level;
  if (colours == Colours::On) out += "\x1b[0m";
  out.append(kLevelWidth - std::min(kLevelWidth, level.size()), ' ');
  out += "  ";
  out += id;
  out += "  ";
  out += text;
  return out;
}

std::string key_values(const std::vector<Field>& fields) {
  std::string out;
  for (const Field& field : fields) {
    if (field.value.empty()) continue;
    out += ' ';
    out += field.name;
    out += '=';
    out += quoted_if_needed(field.value);
  }
  return out;
}

/// Whether the event's sentence names the field.
bool speaks_of(const EventDefinition& event, std::string_view field) {
  return event.text.find('{' + std::string{field} + '}') != std::string_view::npos;
}

json::object fields_of(const JournalRow& row) {
  boost::system::error_code failed;
  json::value fields = json::parse(row.fields_json, failed);
  return !failed && fields.is_object() ? std::move(fields.get_object()) : json::object{};
}

json::object object_of(const std::vector<Field>& fields) {
  json::object out;
  for (const Field& field : fields) {
    if (!field.value.empty()) out[field.name] = field.value;
  }
  return out;
}

std::string cut_line(std::string text) {
  if (text.size() <= kMaxLineOctets) return text;
  std::size_t end = kMaxLineOctets;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

char syslog_severity(Level level) {
  switch (level) {
    case Level::Debug:
      return '7';
    case Level::Info:
      return '6';
    case Level::Warning:
      return '4';
    case Level::Error:
      return '3';
  }
  return '5';
}

}  // namespace

Line make_line(const EventDefinition& event, UtcTime at, std::vector<Field> fields) {
  Line line{.event = &event, .at = at, .text = {}, .fields = std::move(fields), .unspoken = {}};
  for (Field& field : line.fields) field.value = neutral(field.value);

  std::string_view rest = event.text;
  for (auto open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const auto close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    const auto found = std::ranges::find(line.fields, name, &Field::name);
    line.text += rest.substr(0, open);
    line.text += found == line.fields.end() ? "?" : found->value;
    rest.remove_prefix(close + 1);
  }
  line.text += rest;
  line.text = cut_line(std::move(line.text));
  std::ranges::copy_if(line.fields, std::back_inserter(line.unspoken), [&](const Field& field) {
    return !field.value.empty() && !speaks_of(event, field.name);
  });
  return line;
}

std::string plain_text(const Line& line, Colours colours) {
  std::string text = line.text;
  if (!line.unspoken.empty()) text += ' ' + key_values(line.unspoken);
  return cut_line(columns(line.at, level_word(line.event->level), line.event->id, text, colours));
}

std::string json_text(const Line& line) {
  json::object out;
  out["time"] = column_time(line.at);
  out["level"] = level_word(line.event->level);
  out["id"] = line.event->id;
  out["event"] = line.event->name;
  out["text"] = line.text;
  out["fields"] = object_of(line.fields);
  return json::serialize(out);
}

std::string journald_text(const Line& line) {
  std::string out{'<', syslog_severity(line.event->level), '>'};
  out += line.event->id;
  out += ' ';
  out += line.text;
  return cut_line(out + key_values(line.fields));
}

std::string format(const Line& line, config::LogFormat format, Colours colours) {
  switch (format) {
    case config::LogFormat::Json:
      return json_text(line);
    case config::LogFormat::Journald:
      return journald_text(line);
    case config::LogFormat::Plain:
      break;
  }
  return plain_text(line, colours);
}

JournalRow row_of(const Line& line) {
  const auto value_of = [&](std::string_view name) {
    const auto found = std::ranges::find(line.fields, name, &Field::name);
    return found == line.fields.end() ? std::string{} : found->value;
  };
  return {.id = 0,
          .at = line.at,
          .level = std::string{level_word(line.event->level)},
          .event = std::string{line.event->id},
          .meter = value_of("meter"),
          .log = value_of("log"),
          .text = line.text,
          .fields_json = json::serialize(object_of(line.fields))};
}

std::string plain_text(const JournalRow& row, Colours colours) {
  const json::object fields = fields_of(row);
  const EventDefinition* const event = find_event(row.event);
  std::string unspoken;
  for (const auto& [name, value] : fields) {
    if (!value.is_string() || (event != nullptr && speaks_of(*event, name))) continue;
    unspoken += ' ' + std::string{name} + '=' + quoted_if_needed(value.get_string());
  }
  return cut_line(columns(row.at, row.level, row.event,
                          row.text + (unspoken.empty() ? "" : " ") + unspoken, colours));
}

std::string json_text(const JournalRow& row) {
  json::object out;
  out["time"] = column_time(row.at);
  out["level"] = row.level;
  out["id"] = row.event;
  if (const EventDefinition* event = find_event(row.event)) out["event"] = event->name;
  out["text"] = row.text;
  out["fields"] = fields_of(row);
  return json::serialize(out);
}

}  // namespace metergate::journal
