// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/dlms/dlms.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "gateway/cli/dlms/caller.hpp"
#include "gateway/cli/dlms/meter_commands.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/explain/dlms.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

struct DecodeOptions {
  std::vector<std::string> hex;
  std::string key_file;
  std::string client_title;
  std::string server_title;
};

int decode(Console& console, const DecodeOptions& options) {
  std::string text;
  for (const std::string& part : options.hex) text += part + ' ';
  if (text == "- ") text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  const auto octets = hex::parse(text);
  if (!octets || octets->empty()) {
    return complain(console, usage_error("what was captured must be pairs of hex digits"));
  }
  DlmsSecrets secrets;
  if (!options.client_title.empty()) {
    const auto title = parse_title("--client-title", options.client_title);
    if (!title) return complain(console, title.error());
    secrets.client = *title;
  }
  if (!options.server_title.empty()) {
    const auto title = parse_title("--server-title", options.server_title);
    if (!title) return complain(console, title.error());
    secrets.server = *title;
  }
  if (!options.key_file.empty()) {
    auto keys = read_dlms_keys(options.key_file);
    if (!keys) return complain(console, keys.error());
    secrets.keys = std::move(*keys);
  }
  console.out << explain_dlms(*octets, secrets);
  return kOk;
}

void add_decode(CLI::App& dlms, Action& action) {
  auto options = std::make_shared<DecodeOptions>();
  CLI::App* command = dlms.add_subcommand("decode", "Explain captured octets field by field");
  command->footer(
      "Takes HDLC frames with their flags, wrapper PDUs or one APDU. The key file has lines\n"
      "`ek = HEX`, `ak = HEX`, `dk = HEX`; passwords and keys are not shown.\n\n"
      "Examples:\n"
      "  metergate dlms decode C001C1000100002A0000FF0200\n"
      "  metergate dlms decode 7EA0070321930F017E\n"
      "  metergate dlms decode --keys meter.keys --client-title 4D4D4D0000BC614E C81E3001...");
  command->add_option("HEX", options->hex, "Pairs of hex digits; - for standard input")->required();
  command->add_option("--keys", options->key_file, "File with the keys");
  command->add_option("--client-title", options->client_title, "Who sends the requests");
  command->add_option("--server-title", options->server_title, "Who sends the responses");
  command->callback([options, &action] {
    action = [options](Console& console) { return decode(console, *options); };
  });
}

}  // namespace

void add_dlms(CLI::App& app, Action& action) {
  CLI::App* dlms = app.add_subcommand("dlms", "DLMS/COSEM meters and what they say");
  dlms->require_subcommand(1);
  add_decode(*dlms, action);
  add_dlms_meter_commands(*dlms, action);
}

}  // namespace metergate::cli
