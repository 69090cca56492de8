// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/sign.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "config/document.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/send/operator_key.hpp"
#include "gateway/north/body_reader.hpp"
#include "gateway/north/signed_body.hpp"
#include "meters/command.hpp"
#include "meters/identifier_rule.hpp"
#include "meters/identity.hpp"
#include "protocols/octets/compact_hex.hpp"
#include "protocols/octets/text_octets.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string key;
  north::CommandPlace place;
  std::string approver;
  std::string body;
  bool octets = false;
};

CliResult<json::object> body_of(const std::string& file) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>{std::cin}, {});
  } else {
    auto read = config::read_text(file);
    if (!read) return failure(CliError{kIoError, read.error().text()});
    text = std::move(read).value();
  }
  auto body = north::parse_body(text, north::Limits{});
  if (body) return std::move(body).value();
  const Refusal& refusal = body.error();
  return failure(CliError{kUsage, file + ": " + refusal.field + (refusal.field.empty() ? "" : " ") +
                                      refusal.value + "; allowed: " + refusal.expected});
}

std::optional<CliError> judge(const Options& options, const json::object& body) {
  const auto verb = parse_verb(options.place.verb);
  if (!verb) return CliError{kUsage, "--verb " + options.place.verb + ": no such verb"};
  const bool is_for_box = traits_of(*verb).addressee == Addressee::Box;
  if (is_for_box && !options.place.meter.empty()) {
    return CliError{kUsage, "--meter: none with " + options.place.verb +
                                ", which is for the box itself; its body names the meter"};
  }
  for (const auto& [option, text] :
       {std::pair{"--site", &options.place.site}, std::pair{"--meter", &options.place.meter}}) {
    const bool is_left_out = is_for_box && text == &options.place.meter;
    if (!is_left_out && !is_identifier(*text)) {
      return CliError{kUsage,
                      std::string{option}.append(": ").append(kIdentifierRule) + " are allowed"};
    }
  }
  const json::value* name = body.if_contains("operator");
  if (name == nullptr || !name->is_string() || name->get_string().empty()) {
    return CliError{kUsage,
                    options.body + ": operator is missing; it says who asks, and is signed"};
  }
  if (!options.approver.empty() && name->get_string() == options.approver) {
    return CliError{kUsage, "--approve " + options.approver +
                                ": another operator than the one who asks has to approve"};
  }
  return {};
}

int sign(Console& console, const Options& options) {
  auto body = body_of(options.body);
  if (!body) return complain(console, body.error());
  if (const auto mistake = judge(options, *body)) return complain(console, *mistake);
  const auto text = north::signed_octets(options.place, *body);
  if (!text) {
    return complain(console, {kUsage, options.body + ": " + text.error().field +
                                          " cannot be signed; allowed: " + text.error().expected});
  }
  if (options.octets) {
    console.out << *text;
    return kOk;
  }
  const auto pair = read_operator_key(options.key);
  if (!pair) return complain(console, pair.error());
  const auto signature = crypto::ed25519_sign(pair->private_key, octets_of(*text));
  if (!signature) return complain(console, {kIoError, "OpenSSL cannot sign"});
  if (options.approver.empty()) {
    (*body)[north::kSignature] = hex::compact(*signature);
  } else {
    (*body)[north::kApproval] =
        json::object{{"operator", options.approver}, {"signature", hex::compact(*signature)}};
  }
  console.out << json::serialize(*body) << '\n';
  return kOk;
}

}  // namespace

void add_sign(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("sign", "Sign a command's body");
  command->footer(
      "The signature holds for this site, meter and verb only. Needs no gateway.\n\n"
      "Examples:\n"
      "  metergate sign --key anna.pem --site s1 --meter m1 --verb issue-token body.json\n"
      "  ... body.json | metergate sign --key ben.pem --site s1 --meter m1 --verb issue-token \\\n"
      "      --approve ben -                        the second operator's approval\n"
      "  metergate sign --octets --site s1 --meter m1 --verb issue-token body.json\n"
      "                                             what another tool has to sign");
  auto* key = command->add_option("-k,--key", options->key, "The operator's private key (PEM)");
  auto* octets = command->add_flag("--octets", options->octets, "Print what is signed, no more");
  key->excludes(octets);
  command->add_option("-s,--site", options->place.site, "The gateway's site")->required();
  command->add_option("-m,--meter", options->place.meter,
                      "The meter it is for; none with change-registry");
  command->add_option("--verb", options->place.verb, "issue-token, set-relay ...")->required();
  command->add_option("--approve", options->approver, "Add this operator's approval instead")
      ->type_name("NAME");
  command->add_option("BODY", options->body, "The command as JSON; - reads it")->required();
  command->callback([options, key, octets, &action] {
    if (key->count() + octets->count() == 0) throw CLI::RequiredError{"--key or --octets"};
    action = [options](Console& console) { return sign(console, *options); };
  });
}

}  // namespace metergate::cli
