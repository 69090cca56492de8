// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/trace.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <optional>

#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/cli/trace/trace_capture.hpp"
#include "gateway/cli/trace/trace_text.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours kLongest{1};
/// The gateway ends it; this long after its time it is taken for dead.
constexpr std::chrono::seconds kGrace{10};

struct Options {
  StoreOptions store;
  std::string meter;
  std::string length = "1m";
  bool json = false;
  std::string capture;  ///< a file to be made; empty: none
};

int trace(Console& console, const Options& options) {
  const auto length = parse_duration(options.length);
  if (!length || *length < std::chrono::seconds{1} || *length > kLongest) {
    return complain(console,
                    {kUsage, "--for " + options.length + ": 1s to 1h is allowed, such as 90s, 5m"});
  }
  const auto socket = socket_path(options.store);
  if (!socket) return complain(console, socket.error());
  auto client = ControlClient::connect(*socket);
  if (!client) return complain(console, client.error());
  std::optional<CaptureFile> file;
  if (!options.capture.empty()) {
    auto created = CaptureFile::create(options.capture);
    if (!created) return complain(console, created.error());
    file = std::move(*created);
  }
  std::size_t seen = 0;
  std::size_t not_captured = 0;
  std::optional<CliError> unwritten;
  const auto ended = client->call(
      "trace", {{"meter", options.meter}, {"seconds", length->count()}},
      [&](const json::object& line) {
        if (!line.contains("at")) return ControlClient::Wanted::More;
        ++seen;
        console.out << (options.json ? json::serialize(line) + '\n' : trace_text(line))
                    << std::flush;
        const auto exchange = file ? captured_exchange(line) : std::nullopt;
        if (file && !exchange) ++not_captured;
        if (!exchange) return ControlClient::Wanted::More;
        if (const auto written = file->add(*exchange); !written) unwritten = written.error();
        return unwritten ? ControlClient::Wanted::NoMore : ControlClient::Wanted::More;
      },
      *length + kGrace);
  if (unwritten) return complain(console, *unwritten);
  if (!ended) return complain(console, ended.error());
  if (*ended == ControlClient::Ended::TimedOut) {
    return complain(console, {kUnavailable, "the gateway does not answer any more"});
  }
  console.err << seen << " exchanges in " << options.length << '\n';
  if (not_captured > 0) {
    console.err << not_captured << " of them are not in the capture: it has no form for mode C\n";
  }
  return kOk;
}

}  // namespace

void add_trace(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("trace", "See what passes between gateway and meter");
  command->footer(
      "Every exchange while it lasts, explained: registers of Modbus, APDUs of DLMS, payloads of\n"
      "MQTT. It asks the meter nothing itself and ends by itself. A token is not shown, nor "
      "anything\n"
      "that looks like one, nor in the file of --pcap, where every exchange is shown as packets\n"
      "of a TCP connection (Modbus, DLMS wrapper, MQTT).\n\n"
      "Examples:\n"
      "  metergate trace m1 --for 5m\n"
      "  metergate trace m1 --json | jq 'select(.fault)'\n"
      "  metergate trace m1 --for 5m --pcap m1.pcapng");
  command->add_option("METER", options->meter, "The meter's name")->required();
  command->add_option("--for", options->length, "How long, up to 1h")->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object an exchange");
  command->add_option("--pcap", options->capture,
                      "Also into this file, for Wireshark; it must be new");
  add_socket_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return trace(console, *options); };
  });
}

}  // namespace metergate::cli
