// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/decode.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>
#include <iterator>
#include <memory>

#include "config/model_file.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/explain/dlms.hpp"
#include "gateway/cli/explain/explain.hpp"
#include "gateway/cli/explain/frame_sense.hpp"
#include "gateway/cli/explain/modbus.hpp"
#include "gateway/cli/explain/readout.hpp"
#include "gateway/cli/tokens/token_report.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

struct Options {
  std::vector<std::string> what;
  std::string model;
};

constexpr const char* kForms =
    "a log line's id (MG0203), a token's twenty digits, a captured frame in hex digits, a readout "
    "of\n"
    "IEC 62056-21 as text or in hex digits, or with --model a meter's event code";

bool is_log_id(std::string_view text) { return text.starts_with("MG"); }

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " ") + part;
  if (text == "-") text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

int event_code(Console& console, const std::string& file, const std::string& text) {
  std::uint16_t raw = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), raw);
  if (fault != std::errc{} || end != text.data() + text.size()) {
    return complain(console,
                    {kUsage, "an event code of a meter is a number from 0 to 65535, not `" +
                                 journal::neutral(text) + "`"});
  }
  const auto model = config::load_model(file);
  if (!model) return complain(console, {kConfigurationError, model.error().front().text()});
  const auto known = model->event_codes.find(raw);
  if (known == model->event_codes.end()) {
    return complain(console, {kRefused, "the model " + model->name + " maps no event code " + text +
                                            "; its entries are kept as `unknown` with their code"});
  }
  console.out << event_word(known->second) << '\n';
  return kOk;
}

int frame(Console& console, const Octets& octets) {
  // A Modbus frame carries a check of its own; nothing else is taken for one by accident.
  if (const auto modbus = explain_modbus(octets)) {
    console.out << *modbus << '\n';
    return kOk;
  }
  console.err << "no Modbus frame whose check holds; read as DLMS:\n";
  console.out << explain_dlms(octets, {});
  if (is_sound_dlms(octets)) return kOk;
  return complain(console, {kRefused,
                            "these octets make no sense as DLMS either, or not all of "
                            "them: cut off, damaged, or of another protocol"});
}

int readout(Console& console, const Octets& octets) {
  const auto explained = explain_readout(octets);
  if (explained) {
    console.out << *explained;
    return kOk;
  }
  return complain(console, {kRefused, "it begins like a message of IEC 62056-21, and then: " +
                                          explained.error()});
}

int decode(Console& console, const Options& options) {
  const std::string text = joined(options.what);
  if (!options.model.empty()) return event_code(console, options.model, text);
  if (is_log_id(text)) return explain_event(console, text);
  if (const auto digits = TokenDigits::parse(text)) {
    const TokenReport report = report_token(*digits, {});
    console.out << report.text();
    return report.verdict == TokenReport::Verdict::Wrong ? kRefused : kOk;
  }
  if (text.starts_with('/')) return readout(console, readout_octets(text));
  const auto octets = hex::parse(text);
  // A damaged frame of another protocol may begin like one too: it is told as before.
  if (octets && begins_like_readout(*octets) && !explain_modbus(*octets)) {
    if (const auto explained = explain_readout(*octets)) {
      console.out << *explained;
      return kOk;
    }
  }
  if (octets && !octets->empty()) return frame(console, *octets);
  return complain(console, {kUsage, "`" + journal::neutral(text) + "` is none of " + kForms});
}

}  // namespace

void add_decode(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("decode", "What was copied from a log, a display, a line");
  command->footer(
      std::string{"Takes "} + kForms +
      ".\nFrames: Modbus RTU and TCP, HDLC, the DLMS wrapper, or one APDU. Keys are not asked for\n"
      "here: `metergate token decode` and `metergate dlms decode` take them. Exit codes: 0 it has "
      "a\n"
      "meaning, 2 it has no form that is known, 3 it has the form and makes no sense.\n\n"
      "Examples:\n"
      "  metergate decode MG0203\n"
      "  metergate decode 0000 0000 0001 5099 7584\n"
      "  metergate decode 01 04 00 00 00 02 71 CB\n"
      "  metergate decode 7EA0070321930F017E\n"
      "  metergate decode - < readout.txt\n"
      "  metergate decode --model /usr/share/metergate/models/virtual-prepayment-modbus.toml 201");
  command->add_option("WHAT", options->what, "In one piece or several; - for standard input")
      ->required();
  command->add_option("--model", options->model, "The meter's model, for one of its event codes")
      ->type_name("FILE");
  command->callback([options, &action] {
    action = [options](Console& console) { return decode(console, *options); };
  });
}

}  // namespace metergate::cli
