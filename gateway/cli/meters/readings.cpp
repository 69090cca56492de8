// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/readings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <map>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/meters/records.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/drawing.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/cli/terminal/time_option.hpp"

namespace metergate::cli {
namespace {

using std::chrono::sys_days;

struct Options {
  StoreOptions store;
  std::string meter;
  std::string what = "profile";
  std::string format = "table";
  std::string from;
  std::string to;
  std::string channel;
};

/// The data asked for, and how to name it.
struct Selection {
  const Options& options;
  const OpenStore& store;
  StoredMeter meter;
  UtcSeconds from;
  UtcSeconds to;
  std::vector<model::Channel> channels;

  [[nodiscard]] Owner owner() const { return {meter.id.text(), meter.epoch}; }
};

/// Rows with one column per channel; records are one value each.
class WideTable {
 public:
  explicit WideTable(std::string when) : when_{std::move(when)} {}

  void add(std::string when, const cosem::ObisCode& obis, const ChannelName& channel,
           std::string value, const std::vector<std::string>& marks) {
    const std::string title = (channel.name.empty() ? obis.text() : channel.name) +
                              (channel.unit.empty() ? "" : " [" + channel.unit + "]");
    if (std::ranges::find(titles_, title) == titles_.end()) titles_.push_back(title);
    Row& row = rows_[std::move(when)];
    row.values[title] = std::move(value);
    for (const std::string& mark : marks) {
      if (std::ranges::find(row.marks, mark) == row.marks.end()) row.marks.push_back(mark);
    }
  }

  [[nodiscard]] std::string text() const {
    std::vector<Table::Column> columns{{when_, Table::Align::Left}};
    for (const std::string& title : titles_) columns.push_back({title, Table::Align::Right});
    columns.push_back({"marks", Table::Align::Left});
    Table table{columns};
    for (const auto& [when, row] : rows_) {
      std::vector<std::string> cells{when};
      for (const std::string& title : titles_) {
        const auto found = row.values.find(title);
        cells.push_back(found == row.values.end() ? "·" : found->second);
      }
      std::string marks;
      for (const std::string& mark : row.marks) marks += (marks.empty() ? "" : ", ") + mark;
      cells.push_back(marks);
      table.add(std::move(cells));
    }
    return table.text();
  }

 private:
  struct Row {
    std::map<std::string, std::string> values;
    std::vector<std::string> marks;
  };
  std::string when_;
  std::vector<std::string> titles_;
  std::map<std::string, Row> rows_;  // ISO times sort as text
};

void print_records(Console& console, const std::string& format,
                   std::span<const std::string_view> columns, const std::vector<Record>& records) {
  if (format == "csv") {
    console.out << csv_line(columns) << "\r\n";
    for (const Record& record : records) console.out << csv_line(record) << "\r\n";
    return;
  }
  console.out << "[";
  const char* separator = "\n";
  for (const Record& record : records) {
    console.out << separator << json_line(columns, record);
    separator = ",\n";
  }
  console.out << "\n]\n";
}

/// The channel to draw: the one named (name or OBIS code), else the model's first.
CliResult<model::Channel> channel_to_draw(const Selection& selection,
                                          const IntervalValues& sample) {
  const std::string& wanted = selection.options.channel;
  std::string known;
  for (const model::Channel& channel : selection.channels) {
    if (wanted.empty() || channel.name == wanted || channel.obis.text() == wanted) return channel;
    known += (known.empty() ? "" : ", ") + channel.name;
  }
  if (const auto obis = cosem::ObisCode::parse(wanted)) {
    return model::Channel{.obis = *obis, .name = {}, .unit = Unit::None, .scale = 0};
  }
  if (wanted.empty() && !sample.empty()) {
    return model::Channel{
        .obis = sample.front().channel, .name = {}, .unit = Unit::None, .scale = 0};
  }
  return failure(CliError{kUsage, "--channel " + wanted + ": allowed are an OBIS code" +
                                      (known.empty() ? "" : " or " + known)});
}

int show_profile(Console& console, const Selection& selection) {
  const auto intervals = selection.store.ledger.profile(selection.meter.key, selection.meter.epoch,
                                                        selection.from, selection.to);
  if (!intervals) return complain(console, store_trouble(intervals.error()));
  const std::string& format = selection.options.format;
  if (format == "draw") {
    const auto channel = channel_to_draw(
        selection, intervals->empty() ? IntervalValues{} : intervals->front().values);
    if (!channel) return complain(console, channel.error());
    const ProfileDrawing drawing{.channel = *channel,
                                 .period = seen_period(*intervals),
                                 .from = selection.from,
                                 .to = selection.to};
    console.out << draw_profile(console, drawing, *intervals);
    return kOk;
  }
  if (format == "table") {
    WideTable table{"interval start"};
    for (const ProfileInterval& interval : *intervals) {
      for (const IntervalValue& value : interval.values) {
        const ChannelName channel = channel_name(selection.channels, value.channel);
        table.add(rfc3339::text(interval.start), value.channel, channel,
                  Decimal{value.value, channel.scale}.text(), value.marks.words());
      }
    }
    console.out << table.text();
    return kOk;
  }
  std::vector<Record> records;
  for (const ProfileInterval& interval : *intervals) {
    std::ranges::move(records_of(selection.owner(), interval, selection.channels),
                      std::back_inserter(records));
  }
  print_records(console, format, kProfileColumns, records);
  return kOk;
}

int show_daily(Console& console, const Selection& selection) {
  const auto from = std::chrono::floor<std::chrono::days>(selection.from);
  const auto to = std::chrono::ceil<std::chrono::days>(selection.to);
  // A day is drawn between two midnights, so one more snapshot is wanted.
  const bool draws = selection.options.format == "draw";
  const auto snapshots = selection.store.ledger.daily(selection.meter.key, selection.meter.epoch,
                                                      from, draws ? to + std::chrono::days{1} : to);
  if (!snapshots) return complain(console, store_trouble(snapshots.error()));
  if (draws) {
    const auto channel = channel_to_draw(
        selection, snapshots->empty() ? IntervalValues{} : snapshots->front().values);
    if (!channel) return complain(console, channel.error());
    console.out << draw_daily(console, *channel, from, to, *snapshots);
    return kOk;
  }
  if (selection.options.format == "table") {
    WideTable table{"midnight of"};
    for (const DailySnapshot& snapshot : *snapshots) {
      for (const IntervalValue& value : snapshot.values) {
        const ChannelName channel = channel_name(selection.channels, value.channel);
        table.add(rfc3339::date_text(snapshot.day), value.channel, channel,
                  Decimal{value.value, channel.scale}.text(), value.marks.words());
      }
    }
    console.out << table.text();
    return kOk;
  }
  std::vector<Record> records;
  for (const DailySnapshot& snapshot : *snapshots) {
    std::ranges::move(records_of(selection.owner(), snapshot, selection.channels),
                      std::back_inserter(records));
  }
  print_records(console, selection.options.format, kDailyColumns, records);
  return kOk;
}

int show_registers(Console& console, const Selection& selection) {
  if (selection.options.format == "draw") {
    return complain(console, {kUsage, "--format draw: allowed for --what profile and daily"});
  }
  std::vector<RegisterReading> readings;
  const Ledger& ledger = selection.store.ledger;
  if (selection.options.from.empty() && selection.options.to.empty()) {
    const auto last = ledger.last_registers(selection.meter.key, selection.meter.epoch);
    if (!last) return complain(console, store_trouble(last.error()));
    if (last.value()) readings.push_back(*last.value());
  } else {
    auto found = ledger.registers(selection.meter.key, selection.meter.epoch, selection.from,
                                  selection.to, std::numeric_limits<std::int32_t>::max());
    if (!found) return complain(console, store_trouble(found.error()));
    readings = std::move(found).value();
  }
  if (selection.options.format == "table") {
    Table table{{{"read at"}, {"register"}, {"value", Table::Align::Right}, {"unit"}}};
    for (const RegisterReading& reading : readings) {
      for (const RegisterValue& value : reading.values) {
        table.add({rfc3339::text(reading.read_at), value.obis.text(), value.value.text(),
                   std::string{unit_symbol(value.unit)}});
      }
    }
    console.out << table.text();
    return kOk;
  }
  std::vector<Record> records;
  for (const RegisterReading& reading : readings) {
    std::ranges::move(records_of(selection.owner(), reading), std::back_inserter(records));
  }
  print_records(console, selection.options.format, kRegisterColumns, records);
  return kOk;
}

int show(Console& console, const Options& options) {
  constexpr std::chrono::days kProfileDays{1};
  constexpr std::chrono::days kDailyDays{31};
  const bool is_daily = options.what == "daily";
  const UtcTime now = utc_now();
  const UtcTime usual_from =
      std::chrono::floor<std::chrono::days>(now) - (is_daily ? kDailyDays : kProfileDays);
  const bool draws_days = is_daily && options.format == "draw";
  const UtcTime usual_to = draws_days ? UtcTime{std::chrono::floor<std::chrono::days>(now)} : now;
  const auto from = time_argument(options.from, "--from", now, usual_from);
  if (!from) return complain(console, from.error());
  const auto to = time_argument(options.to, "--to", now, usual_to);
  if (!to) return complain(console, to.error());
  if (*to <= *from) {
    return complain(console, {kUsage, "--to " + rfc3339::text(*to) + ": must lie after --from " +
                                          rfc3339::text(*from)});
  }
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  auto meter = find_meter(*store, options.meter);
  if (!meter) return complain(console, meter.error());
  Selection selection{.options = options,
                      .store = *store,
                      .meter = std::move(meter).value(),
                      .from = std::chrono::floor<std::chrono::seconds>(*from),
                      .to = std::chrono::floor<std::chrono::seconds>(*to),
                      .channels = {}};
  if (const auto found = store->models.find(selection.meter.model); found != store->models.end()) {
    selection.channels = is_daily ? found->second.daily_channels : found->second.profile_channels;
  } else if (options.what != "registers") {
    console.err << "metergate: model " << selection.meter.model
                << " is not at hand; values are shown raw, without unit\n";
  }
  if (is_daily) return show_daily(console, selection);
  if (options.what == "registers") return show_registers(console, selection);
  return show_profile(console, selection);
}

}  // namespace

void add_readings(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("readings", "Stored values of a meter");
  command->footer(
      "Times are UTC. Only the meter's open tenancy is shown.\n\n"
      "Examples:\n"
      "  metergate readings m1 --format draw            yesterday and today, drawn\n"
      "  metergate readings m1 --from 7d --format csv   a week of load profile\n"
      "  metergate readings m1 --what daily --format draw\n"
      "  metergate readings m1 --what registers         the last reading");
  command->add_option("METER", options->meter, "The meter's name")->required();
  command->add_option("--what", options->what, "Which data")
      ->check(CLI::IsMember({"profile", "daily", "registers"}))
      ->capture_default_str();
  command->add_option("--format", options->format, "How to show it")
      ->check(CLI::IsMember({"table", "csv", "json", "draw"}))
      ->capture_default_str();
  command->add_option("--from", options->from, "Begin: " + std::string{kTimeForms});
  command->add_option("--to", options->to, "End, excluded; the same forms");
  command->add_option("--channel", options->channel, "What to draw: a channel's name or OBIS code");
  add_store_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return show(console, *options); };
  });
}

}  // namespace metergate::cli
