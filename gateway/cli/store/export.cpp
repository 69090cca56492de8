// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/store/export.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/meters/records.hpp"
#include "gateway/cli/send/send.hpp"
#include "gateway/cli/store/export_file.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/progress.hpp"
#include "gateway/cli/terminal/time_option.hpp"

namespace metergate::cli {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

struct Options {
  StoreOptions store;
  std::filesystem::path folder = ".";
  std::string format = "csv";
  std::vector<std::string> what;
  std::vector<std::string> meters;
  std::string from;
  std::string to;
  bool force = false;
  std::string tenancy;  ///< a sealed one; empty: the open one
  std::string work_order;
  std::string comment;
};

/// One sort of data: its file, and how the records of a meter and a day are found.
struct DataClassExport {
  std::string_view name;
  std::span<const std::string_view> columns;
  Stored<Done> (*add_day)(const OpenStore&, const StoredMeter&, sys_days, ExportFile&);
};

Owner owner_of(const StoredMeter& meter) { return {meter.id.text(), meter.epoch}; }

const std::vector<model::Channel>& channels_of(
    const OpenStore& store, const StoredMeter& meter,
    std::vector<model::Channel> model::MeterModel::*channels) {
  static const std::vector<model::Channel> kNone;
  const auto found = store.models.find(meter.model);
  return found == store.models.end() ? kNone : found->second.*channels;
}

Stored<Done> add_registers(const OpenStore& store, const StoredMeter& meter, sys_days day,
                           ExportFile& file) {
  const auto readings = store.ledger.registers(meter.key, meter.epoch, day, day + days{1},
                                               std::numeric_limits<std::int32_t>::max());
  if (!readings) return failure(readings.error());
  for (const RegisterReading& reading : *readings) file.add(records_of(owner_of(meter), reading));
  return Done{};
}

Stored<Done> add_daily(const OpenStore& store, const StoredMeter& meter, sys_days day,
                       ExportFile& file) {
  const auto snapshots = store.ledger.daily(meter.key, meter.epoch, day, day + days{1});
  if (!snapshots) return failure(snapshots.error());
  const auto& channels = channels_of(store, meter, &model::MeterModel::daily_channels);
  for (const DailySnapshot& snapshot : *snapshots) {
    file.add(records_of(owner_of(meter), snapshot, channels));
  }
  return Done{};
}

Stored<Done> add_profile(const OpenStore& store, const StoredMeter& meter, sys_days day,
                         ExportFile& file) {
  const auto intervals = store.ledger.profile(meter.key, meter.epoch, day, day + days{1});
  if (!intervals) return failure(intervals.error());
  const auto& channels = channels_of(store, meter, &model::MeterModel::profile_channels);
  for (const ProfileInterval& interval : *intervals) {
    file.add(records_of(owner_of(meter), interval, channels));
  }
  return Done{};
}

Stored<Done> add_logs(const OpenStore& store, const StoredMeter& meter, sys_days day,
                      ExportFile& file) {
  const auto entries = store.ledger.log_between(meter.key, meter.epoch, day,
                                                day + days{1} - std::chrono::seconds{1});
  if (!entries) return failure(entries.error());
  for (const LogEntry& entry : *entries) file.add({record_of(owner_of(meter), entry)});
  return Done{};
}

constexpr std::array kClasses{DataClassExport{"registers", kRegisterColumns, &add_registers},
                              DataClassExport{"daily", kDailyColumns, &add_daily},
                              DataClassExport{"profile", kProfileColumns, &add_profile},
                              DataClassExport{"logs", kLogColumns, &add_logs}};

CliResult<std::vector<StoredMeter>> chosen_meters(const OpenStore& store,
                                                  const std::vector<std::string>& names) {
  if (names.empty()) {
    auto all = store.ledger.meters();
    if (!all) return failure(store_trouble(all.error()));
    return std::move(all).value();
  }
  std::vector<StoredMeter> out;
  for (const std::string& name : names) {
    auto meter = find_meter(store, name);
    if (!meter) return failure(std::move(meter).error());
    out.push_back(std::move(meter).value());
  }
  return out;
}

/// A sealed tenancy is handed out by the gateway, which knows who may have it and keeps the reason.
int ask_for_tenancy(Console& console, const Options& options) {
  SendOptions asking;
  asking.store = options.store;
  asking.typed.verb = Verb::ExportTenancy;
  asking.typed.meter = options.meters.front();
  asking.typed.epoch = options.tenancy;
  asking.typed.publish = false;
  asking.typed.work_order = options.work_order;
  asking.typed.comment = options.comment;
  return send_command(console, asking);
}

struct Range {
  sys_days from;
  sys_days to;
};

CliResult<Range> range_of(const Options& options) {
  constexpr days kUsual{31};
  const UtcTime now = utc_now();
  const auto from = time_argument(options.from, "--from", now, now - kUsual);
  if (!from) return failure(from.error());
  const auto to = time_argument(options.to, "--to", now, now);
  if (!to) return failure(to.error());
  const Range range{std::chrono::floor<days>(*from), std::chrono::ceil<days>(*to)};
  if (range.to > range.from) return range;
  return failure(CliError{
      kUsage, "--to " + rfc3339::text(*to) + ": must lie after --from " + rfc3339::text(*from)});
}

int export_data(Console& console, const Options& options) {
  const auto range = range_of(options);
  if (!range) return complain(console, range.error());
  if (!options.tenancy.empty()) {
    if (options.meters.size() != 1) {
      return complain(console, {kUsage, "--tenancy " + options.tenancy +
                                            ": one --meter is needed, whose tenancy it is"});
    }
    if (const int refused = ask_for_tenancy(console, options); refused != kOk) return refused;
  }
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  auto meters = chosen_meters(*store, options.meters);
  if (!meters) return complain(console, meters.error());
  // The gateway found it: a number.
  if (!options.tenancy.empty()) meters->front().epoch = std::stoll(options.tenancy);

  std::vector<DataClassExport> classes;
  std::ranges::copy_if(kClasses, std::back_inserter(classes), [&](const DataClassExport& each) {
    return options.what.empty() || std::ranges::find(options.what, each.name) != options.what.end();
  });
  const auto length = static_cast<std::size_t>((range->to - range->from).count());
  std::vector<std::string> told;
  {
    Progress progress{console, "export", classes.size() * meters->size() * length};
    for (const DataClassExport& each : classes) {
      const std::filesystem::path path =
          options.folder / (std::string{each.name} + "." + options.format);
      ExportFile file{path, options.format == "csv" ? ExportFormat::Csv : ExportFormat::JsonLines,
                      each.columns};
      if (auto opened = file.open(options.force ? Overwrite::Yes : Overwrite::No); !opened) {
        return complain(console, opened.error());
      }
      for (const StoredMeter& meter : *meters) {
        progress.at(std::string{each.name} + " of " + meter.id.text());
        for (sys_days day = range->from; day < range->to; day += days{1}) {
          const auto added = each.add_day(*store, meter, day, file);
          if (!added) return complain(console, store_trouble(added.error()));
          progress.advance();
        }
      }
      if (auto closed = file.finish(); !closed) return complain(console, closed.error());
      told.push_back(path.string() + ": " + std::to_string(file.records()) + " records");
    }
  }
  for (const std::string& line : told) console.out << line << '\n';
  return kOk;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("export", "Stored data as files");
  command->footer(
      "One file per sort of data: registers, daily, profile, logs; whole days, UTC, of each "
      "meter's\n"
      "open tenancy. A file appears under its name only when it is complete. JSON files hold one\n"
      "object per line. A sealed tenancy takes the right to it, a reason and a running gateway.\n\n"
      "Examples:\n"
      "  metergate export --dir /tmp/street --from 2026-02-01 --to 2026-03-01\n"
      "  metergate export --what profile --meter m1 --meter m2 --from 7d --format json\n"
      "  metergate export --meter m1 --tenancy 1 --from 400d --work-order W-1011");
  command->add_option("--dir", options->folder, "Folder for the files")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command->add_option("--format", options->format, "csv or json (one object per line)")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  command->add_option("--what", options->what, "Which data; all without it")
      ->check(CLI::IsMember({"registers", "daily", "profile", "logs"}));
  command->add_option("--meter", options->meters, "Which meters; all without it");
  command->add_option("--from", options->from, "First day: " + std::string{kTimeForms})
      ->default_str("31d");
  command->add_option("--to", options->to, "Last day; the same forms")->default_str("now");
  command->add_flag("--force", options->force, "Replace files that are there");
  command->add_option("--tenancy", options->tenancy,
                      "A sealed tenancy of the meter, by its number (metergate tenancy)");
  command->add_option("--work-order", options->work_order, "With --tenancy: what it is for");
  command->add_option("--comment", options->comment, "... or why, in words");
  add_store_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return export_data(console, *options); };
  });
}

}  // namespace metergate::cli
