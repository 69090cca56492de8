// SPDX-License-Identifier: Apache-2.0
#include "gateway/journal/journal.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cstdlib>

#include "gateway/journal/line.hpp"
#include "storage/ledger.hpp"

namespace metergate::journal {
namespace {

/// spdlog's stream sink is fixed to stdout and stderr by its derived classes; tests want a file.
class StreamSink final : public spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex> {
 public:
  using stdout_sink_base::stdout_sink_base;
};

Colours colours_for(std::FILE* stream) {
  // https://no-color.org: set and not empty means off.
  const char* const unwanted = std::getenv("NO_COLOR");
  if (unwanted != nullptr && *unwanted != '\0') return Colours::Off;
  return isatty(fileno(stream)) != 0 ? Colours::On : Colours::Off;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      break;
  }
  return spdlog::level::err;
}

}  // namespace

struct Journal::Impl {
  explicit Impl(Settings wanted)
      : settings{wanted},
        colours{colours_for(wanted.stream)},
        logger{"metergate", std::make_shared<StreamSink>(wanted.stream)} {
    logger.set_pattern("%v");
    // Which events are wanted is decided by this class, once, for the stream and the ledger alike.
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
  }

  void print(const Line& line) {
    const std::string text = format(line, settings.format, colours);
    // The string_view overload: a value must never be taken for a format string.
    logger.log(spdlog_level(line.event->level), spdlog::string_view_t{text});
  }

  void keep(const Line& line) {
    if (ledger == nullptr) return;
    const auto kept = ledger->append_journal(row_of(line));
    if (kept) {
      keeping_failed = false;
      return;
    }
    // Said once until it works again: a full disk must not fill the log as well.
    if (!keeping_failed) print(make_line(kJournalNotKept, line.at, {{"what", kept.error().what}}));
    keeping_failed = true;
  }

  Settings settings;
  Colours colours;
  spdlog::logger logger;
  Ledger* ledger = nullptr;
  std::function<void(const JournalRow&)> alarm_told;
  bool keeping_failed = false;
};

Journal::Journal(Settings settings) : impl_{std::make_unique<Impl>(settings)} {}
Journal::~Journal() = default;

void Journal::keep_in(Ledger* ledger) { impl_->ledger = ledger; }
void Journal::when_alarm(std::function<void(const JournalRow&)> told) {
  impl_->alarm_told = std::move(told);
}
void Journal::set_level(Level level) { impl_->settings.level = level; }
bool Journal::would_write(Level level) const { return level >= impl_->settings.level; }

void Journal::write(const EventDefinition& event, UtcTime at, std::vector<Field> fields) {
  const bool is_alarm = event.is_alarm && impl_->alarm_told;
  if (!would_write(event.level) && !is_alarm) return;
  const Line line = make_line(event, at, std::move(fields));
  if (would_write(event.level)) {
    impl_->print(line);
    impl_->keep(line);
  }
  if (is_alarm) impl_->alarm_told(row_of(line));
}

}  // namespace metergate::journal
