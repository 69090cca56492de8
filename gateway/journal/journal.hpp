// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.hpp"
#include "gateway/journal/events.hpp"
#include "meters/time.hpp"

namespace metergate {
class Ledger;
struct JournalRow;
}  // namespace metergate

namespace metergate::journal {

/// A named value of an event. The values of `meter` and `log` also fill the journal's columns.
/// Values may come from outside: whatever they hold, one event stays one harmless line.
struct Field {
  std::string_view name;
  std::string value;
};

/// Where the gateway says what happened: catalogue events only, one line each, on a stream (systemd
/// or a terminal) and in the ledger for `metergate tail`. Loop thread only.
class Journal {
 public:
  struct Settings {
    Level level = Level::Info;
    config::LogFormat format = config::LogFormat::Plain;
    std::FILE* stream = stderr;
  };
  explicit Journal(Settings settings);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// From now on every line is also a row of the ledger's journal, durable with its next commit.
  /// Null: no longer. The ledger must outlive the journal or be taken away before it goes.
  void keep_in(Ledger* ledger);
  /// Told of every event that is an alarm, whatever the level that is written.
  void when_alarm(std::function<void(const JournalRow&)> told);
  void set_level(Level level);
  /// Whether an event of this level would be written; spares building costly fields.
  [[nodiscard]] bool would_write(Level level) const;

  void write(const EventDefinition& event, UtcTime at, std::vector<Field> fields);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace metergate::journal
