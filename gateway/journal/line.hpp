// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "gateway/journal/events.hpp"
#include "gateway/journal/journal.hpp"
#include "meters/time.hpp"
#include "storage/ledger.hpp"

namespace metergate::journal {

enum class Colours : std::uint8_t { Off, On };

/// An event with its values filled in and made harmless; every output is made from this.
struct Line {
  const EventDefinition* event = nullptr;
  UtcTime at;
  std::string text;             ///< the definition's sentence with its fields
  std::vector<Field> fields;    ///< all of them, neutral
  std::vector<Field> unspoken;  ///< those the sentence does not name
};

/// A field the sentence names and nobody gave shows as `?`: the line still tells the rest. Empty
/// values are told nowhere but inside the sentence.
[[nodiscard]] Line make_line(const EventDefinition& event, UtcTime at, std::vector<Field> fields);

/// `2026-03-01T10:17:00.250Z  warning  MG0203  meter m1 is silent: no answer  line=riser-2`
[[nodiscard]] std::string plain_text(const Line& line, Colours colours);
/// One JSON object: time, level, id, event, text, and the fields by name under `fields`.
[[nodiscard]] std::string json_text(const Line& line);
/// `<4>MG0203 meter m1 is silent: no answer meter=m1 what="no answer"`; the number is syslog's
/// severity, which systemd takes off and keeps as PRIORITY. No time: the journal has its own.
[[nodiscard]] std::string journald_text(const Line& line);
[[nodiscard]] std::string format(const Line& line, config::LogFormat format, Colours colours);

[[nodiscard]] JournalRow row_of(const Line& line);

/// How `tail` shows a kept row, like `plain_text`.
[[nodiscard]] std::string plain_text(const JournalRow& row, Colours colours);
[[nodiscard]] std::string json_text(const JournalRow& row);

}  // namespace metergate::journal
