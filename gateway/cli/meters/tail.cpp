// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/tail.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <thread>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/journal/line.hpp"
#include "meters/event_log.hpp"

namespace metergate::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgainAfter{250};
constexpr std::size_t kPage = 1'000;
/// The ledger gives the newest rows after id 0, and the first ones after any other.
constexpr std::int64_t kFromTheFirst = -1;

struct Options {
  StoreOptions store;
  std::string meter;
  std::string log;
  std::string level = "info";
  std::string since;
  std::size_t lines = 20;
  bool follow = false;
  bool json = false;
};

std::vector<std::string> levels_from(std::string_view least) {
  using journal::Level;
  std::vector<std::string> out;
  for (const Level level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
    if (level >= journal::parse_level(least)) out.emplace_back(journal::level_word(level));
  }
  return out;
}

class Tail {
 public:
  Tail(Console& console, const Options& options, const Ledger& ledger)
      : console_{console}, options_{options}, ledger_{ledger} {
    filter_.meter = options.meter;
    filter_.log = options.log;
    filter_.levels = levels_from(options.level);
  }

  Stored<Done> newest() {
    filter_.after_id = 0;
    filter_.limit = options_.lines;
    const auto rows = ledger_.journal(filter_);
    if (!rows) return failure(rows.error());
    print(*rows);
    if (filter_.after_id == 0) filter_.after_id = kFromTheFirst;
    return Done{};
  }

  Stored<Done> since(UtcTime time) {
    filter_.after_id = kFromTheFirst;
    filter_.since = time;
    return all_new();
  }

  Stored<Done> all_new() {
    filter_.limit = kPage;
    for (;;) {
      const auto rows = ledger_.journal(filter_);
      if (!rows) return failure(rows.error());
      print(*rows);
      if (rows->size() < kPage) return Done{};
    }
  }

 private:
  void print(const std::vector<JournalRow>& rows) {
    const auto colours = console_.colours ? journal::Colours::On : journal::Colours::Off;
    for (const JournalRow& row : rows) {
      console_.out << (options_.json ? journal::json_text(row) : journal::plain_text(row, colours))
                   << '\n';
      filter_.after_id = row.id;
    }
    console_.out.flush();
  }

  Console& console_;
  const Options& options_;
  const Ledger& ledger_;
  JournalFilter filter_;
};

int tail(Console& console, const Options& options) {
  const UtcTime now = utc_now();
  const auto since = time_argument(options.since, "--since", now, now);
  if (!since) return complain(console, since.error());
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());

  Tail tail{console, options, store->ledger};
  auto done = options.since.empty() ? tail.newest() : tail.since(*since);
  // The ledger is written by another process; looking again is how SQLite tells of new rows.
  while (done && options.follow && console.out) {
    std::this_thread::sleep_for(kLookAgainAfter);
    done = tail.all_new();
  }
  return done ? kOk : complain(console, store_trouble(done.error()));
}

std::string log_words() {
  std::string out;
  for (const LogId log : kAllLogs) out += (out.empty() ? "" : ", ") + std::string{log_word(log)};
  return out;
}

}  // namespace

void add_tail(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("tail", "What happened, line by line");
  command->footer(
      "Lines carry an id (MG0203); `metergate events MG0203` explains it.\n\n"
      "Examples:\n"
      "  metergate tail --follow                        as it happens\n"
      "  metergate tail --meter m1 --since 6h           one meter's last six hours\n"
      "  metergate tail --level warning --since 3d      what deserved attention\n"
      "  metergate tail --log tamper --since 30d        new entries of the meters' tamper logs\n"
      "  metergate tail --follow --json | jq .fields    for machines");
  command->add_option("--meter", options->meter, "Only this meter");
  command
      ->add_option("--log", options->log,
                   "Only new entries of this log of the meters: " + log_words())
      ->check([](const std::string& word) {
        return parse_log(word) ? std::string{} : word + " is no log; allowed: " + log_words();
      });
  command->add_option("--level", options->level, "This level and graver ones")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  command->add_option("--since", options->since, "Begin: " + std::string{kTimeForms});
  command->add_option("-n,--lines", options->lines, "How many lines, without --since")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_flag("-f,--follow", options->follow, "Go on with new lines until interrupted");
  command->add_flag("--json", options->json, "One JSON object per line");
  add_store_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return tail(console, *options); };
  });
}

}  // namespace metergate::cli
