// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/lines/scan.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <thread>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/lines/scan_dlms.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/progress.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/links/modbus_port.hpp"
#include "gateway/scan/scan_address.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::filesystem::path configuration = kUsualConfiguration;
  std::string line;
  std::uint16_t first = 0;  ///< 0: as usual on such a line
  std::uint16_t last = 0;
  unsigned timeout_ms = 300;
  bool json = false;
};

struct Scanned {
  std::vector<scan::Found> found;
  std::vector<std::uint16_t> damaged;  ///< octets came from there, and no whole frame
};

CliResult<config::Line> find_line(const config::Configuration& configuration,
                                  const std::string& name) {
  const auto line = std::ranges::find(configuration.lines, name, &config::Line::name);
  if (line != configuration.lines.end()) return *line;
  std::string there;
  for (const config::Line& one : configuration.lines) there += " " + one.name;
  return failure(CliError{
      kUsage, "no line is called " + name +
                  (there.empty() ? "; the configuration has none" : "; there are:" + there)});
}

Now now() {
  return {std::chrono::steady_clock::now(),
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

CliResult<Scanned> scan_line(Console& console, const config::Line& line,
                             const config::ModelCatalogue& models, const Options& options) {
  ModbusPort port{line};
  if (const std::string why = port.ensure_open(); !why.empty()) {
    return failure(CliError{kUnavailable, "line " + line.name + ": " + why +
                                              " (a running gateway holds its lines: stop it)"});
  }
  const std::chrono::milliseconds timeout{options.timeout_ms};
  const BlockingWire wire{
      [&](const WireRequest& request) {
        WireRequest shorter = request;
        shorter.timeout = std::min(request.timeout, timeout);
        return port.exchange(shorter);
      },
      now, [](std::chrono::milliseconds length) { std::this_thread::sleep_for(length); }};
  Scanned out;
  Progress progress{console, "line " + line.name,
                    static_cast<std::size_t>(options.last - options.first) + 1};
  for (std::uint16_t address = options.first; address <= options.last; ++address) {
    progress.at(fmt::format("address {}, {} found", address, out.found.size()));
    auto outcome = scan::scan_address(address, models, wire);
    if (auto* found = std::get_if<scan::Found>(&outcome)) {
      out.found.push_back(std::move(*found));
    } else if (const auto* broken = std::get_if<scan::LineBroken>(&outcome)) {
      return failure(CliError{kUnavailable, "line " + line.name + ": " + broken->what});
    } else if (std::get<scan::NothingThere>(outcome).silence == scan::Silence::Damaged) {
      out.damaged.push_back(address);
    }
    progress.advance();
  }
  return out;
}

CliResult<Scanned> scan_dlms_line(Console& console, const config::Line& line,
                                  const config::ModelCatalogue& models, const Options& options) {
  Scanned out;
  Progress progress{console, "line " + line.name,
                    static_cast<std::size_t>(options.last - options.first) + 1};
  for (unsigned address = options.first; address <= options.last; ++address) {
    progress.at(fmt::format("address {}, {} found", address, out.found.size()));
    auto found = scan_dlms_address(line, static_cast<std::uint16_t>(address), models,
                                   std::chrono::milliseconds{options.timeout_ms});
    if (!found) {
      return failure(CliError{kUnavailable, "line " + line.name + ": " + found.error().text +
                                                " (a running gateway holds its lines: stop it)"});
    }
    if (*found) out.found.push_back(std::move(**found));
    progress.advance();
  }
  return out;
}

/// The range as it was asked for, or as usual on such a line.
CliResult<Options> with_range(Options options, const config::Line& line) {
  const ScanRange usual = usual_range(line.protocol);
  if (options.first == 0) options.first = usual.first;
  if (options.last == 0) options.last = std::max(usual.last, options.first);
  if (options.last > usual.highest) {
    return failure(CliError{kUsage, fmt::format("--to {}: line {} has addresses up to {}",
                                                options.last, line.name, usual.highest)});
  }
  if (options.first > options.last) {
    return failure(CliError{
        kUsage, fmt::format("--from {} lies behind --to {}", options.first, options.last)});
  }
  return options;
}

/// The configured meter at that address; empty: none is.
std::string configured_as(const config::Configuration& configuration, const std::string& line,
                          std::uint16_t address) {
  const auto meter = std::ranges::find_if(configuration.meters, [&](const config::Meter& one) {
    return one.line == line && one.address == address;
  });
  return meter == configuration.meters.end() ? std::string{} : meter->id.text();
}

void tell(Console& console, const config::Configuration& configuration, const Options& options,
          const Scanned& scanned) {
  Table table{
      {{"ADDRESS", Table::Align::Right}, {"METER"}, {"SERIAL"}, {"FIRMWARE"}, {"FIT"}, {"MODEL"}}};
  for (const scan::Found& one : scanned.found) {
    const std::string meter = configured_as(configuration, options.line, one.address);
    table.add({std::to_string(one.address), meter.empty() ? "-" : meter, one.serial, one.firmware,
               std::string{scan::fit_word(one.fit)},
               one.models.empty() ? "none that is known"
                                  : fmt::format("{}", fmt::join(one.models, ", "))});
  }
  if (!scanned.found.empty()) console.out << table.text();
  for (const std::uint16_t address : scanned.damaged) {
    console.err << "address " << address
                << ": damaged answers. Two meters with this address, or another baud rate or "
                   "parity than the line's?\n";
  }
  console.err << scanned.found.size() << " of " << options.last - options.first + 1
              << " addresses answer\n";
}

void tell_json(Console& console, const config::Configuration& configuration, const Options& options,
               const Scanned& scanned) {
  for (const scan::Found& one : scanned.found) {
    const std::string meter = configured_as(configuration, options.line, one.address);
    json::object told{{"line", options.line}, {"address", one.address}};
    if (!meter.empty()) told["meter"] = meter;
    if (!one.serial.empty()) told["serial"] = one.serial;
    if (!one.firmware.empty()) told["firmware"] = one.firmware;
    told["fit"] = scan::fit_word(one.fit);
    told["models"] = json::value_from(one.models);
    console.out << json::serialize(told) << '\n';
  }
}

int run(Console& console, const Options& given) {
  const auto configuration = load_configuration(given.configuration);
  if (!configuration) return complain(console, configuration.error());
  const auto line = find_line(*configuration, given.line);
  if (!line) return complain(console, line.error());
  if (const auto* serial = std::get_if<config::SerialLine>(&line->access);
      serial != nullptr && serial->opening_baud) {
    return complain(console, {kUsage, "line " + line->name +
                                          " is opened by IEC 62056-21: its meters answer to "
                                          "device addresses, of which there are too many to try"});
  }
  const auto ranged = with_range(given, *line);
  if (!ranged) return complain(console, ranged.error());
  const Options& options = *ranged;
  const auto models = config::load_models(configuration->model_directories);
  if (!models) {
    for (const config::ConfigError& error : models.error()) console.err << error.text() << '\n';
    return kConfigurationError;
  }
  const auto scanned = line->is_dlms() ? scan_dlms_line(console, *line, *models, options)
                                       : scan_line(console, *line, *models, options);
  if (!scanned) return complain(console, scanned.error());
  if (options.json) {
    tell_json(console, *configuration, options, *scanned);
  } else {
    tell(console, *configuration, options, *scanned);
  }
  return scanned->found.empty() ? kEndedOtherwise : kOk;
}

}  // namespace

void add_scan(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("scan", "See who answers on a line, and guess the models");
  command->footer(
      "Asks every address of a line of the configuration, with reads alone, for what the known\n"
      "models have there. identified: it tells a serial number; likely: mains voltage or "
      "frequency\n"
      "stand where the model says; possible: readable. DLMS meters are asked as the public "
      "client,\n"
      "at the physical addresses 16 to 125 (HDLC) or the wPorts 1 to 16 (wrapper) unless others "
      "are\n"
      "named; of their models all fit that have the serial number at the same object.\n"
      "The gateway must not run: it holds its lines.\n"
      "Exit codes: 0 somebody answers, 1 nobody does, 69 the line cannot be opened.\n\n"
      "Examples:\n"
      "  metergate scan line-a\n"
      "  metergate scan line-a --from 1 --to 32 --json | jq .serial");
  command->add_option("LINE", options->line, "The line's name")->required();
  command->add_option("--config", options->configuration, "The configuration")
      ->capture_default_str();
  command->add_option("--from", options->first, "First address; 1, on HDLC 16")
      ->check(CLI::Range(1, 65'535));
  command->add_option("--to", options->last, "Last address; 247, on HDLC 125, on the wrapper 16")
      ->check(CLI::Range(1, 65'535));
  command->add_option("--timeout-ms", options->timeout_ms, "For the first octet of an answer")
      ->check(CLI::Range(10, 10'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object a meter");
  command->callback([options, &action] {
    action = [options](Console& console) { return run(console, *options); };
  });
}

}  // namespace metergate::cli
