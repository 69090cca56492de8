// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/audit/audit.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "gateway/cli/audit/audit_heads.hpp"
#include "gateway/cli/audit/audit_text.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "storage/audit/audit_filter.hpp"

namespace metergate::cli {
namespace {

struct Options {
  StoreOptions store;
  std::vector<std::string> heads;
  std::vector<std::string> checkpoints;
  std::string public_key;
  std::string meter;
  std::string operator_name;
  std::vector<std::string> kinds;
  std::string since;
  std::string until;
  std::size_t lines = 20;
  bool json = false;
};

using Subcommand = int (*)(Console&, const Options&);

CliResult<std::vector<AuditHash>> heads_of(const Options& options) {
  std::vector<AuditHash> out;
  for (const std::string& text : options.heads) {
    if (const auto hash = parse_hash(text)) {
      out.push_back(*hash);
      continue;
    }
    auto kept = heads_in_file(text);
    if (!kept) return failure(CliError{kUsage, "--head " + kept.error()});
    out.insert(out.end(), kept->begin(), kept->end());
  }
  return out;
}

/// A checkpoint that is not signed is a finding, as an entry that was altered is.
CliResult<Done> add_checkpoints(const Options& options, std::vector<AuditHash>& into) {
  if (options.checkpoints.empty()) return Done{};
  const auto key = public_key_of(options.public_key);
  if (!key) return failure(CliError{kUsage, "--public-key " + key.error()});
  for (const std::string& file : options.checkpoints) {
    const auto signed_heads = checkpoints_in_file(file, *key);
    if (!signed_heads) {
      return failure(CliError{kEndedOtherwise, "--checkpoint " + signed_heads.error()});
    }
    into.insert(into.end(), signed_heads->begin(), signed_heads->end());
  }
  return Done{};
}

int verify(Console& console, const Options& options) {
  auto heads = heads_of(options);
  if (!heads) return complain(console, heads.error());
  if (const auto added = add_checkpoints(options, *heads); !added) {
    return complain(console, added.error());
  }
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  const auto verdict = store->ledger.verify_audit(*heads);
  if (!verdict) return complain(console, store_trouble(verdict.error()));
  console.out << (options.json ? verdict_json(*verdict) + '\n'
                               : verdict_text(*verdict, heads->size()));
  return verdict->is_sound() ? kOk : kEndedOtherwise;
}

int head(Console& console, const Options& options) {
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  const auto head = store->ledger.audit_head();
  if (!head) return complain(console, store_trouble(head.error()));
  console.out << (options.json ? head_json(*head) : hash_text(head->hash)) << '\n';
  return kOk;
}

CliResult<AuditFilter> filter_of(const Options& options) {
  AuditFilter filter;
  filter.meter = options.meter;
  filter.operator_name = options.operator_name;
  filter.limit = options.lines;
  for (const std::string& word : options.kinds) filter.kinds.push_back(*parse_audit_kind(word));
  const UtcTime now = utc_now();
  if (!options.since.empty()) {
    const auto since = time_argument(options.since, "--since", now, now);
    if (!since) return failure(since.error());
    filter.since = *since;
  }
  if (!options.until.empty()) {
    const auto until = time_argument(options.until, "--until", now, now);
    if (!until) return failure(until.error());
    filter.until = *until;
  }
  return filter;
}

int list(Console& console, const Options& options) {
  const auto filter = filter_of(options);
  if (!filter) return complain(console, filter.error());
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  const auto rows = store->ledger.audit(*filter);
  if (!rows) return complain(console, store_trouble(rows.error()));
  if (!options.json) {
    console.out << records_text(*rows);
    return kOk;
  }
  for (const AuditRecord& row : *rows) console.out << record_json(row) << '\n';
  return kOk;
}

CLI::App* add(CLI::App& audit, const std::shared_ptr<Options>& options, Action& action,
              const char* name, const char* what, Subcommand does) {
  CLI::App* command = audit.add_subcommand(name, what);
  add_store_options(*command, options->store);
  command->callback([options, &action, does] {
    action = [options, does](Console& console) { return does(console, *options); };
  });
  return command;
}

}  // namespace

void add_audit(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* audit = app.add_subcommand("audit", "Who did what, and whether it still says so");
  audit->require_subcommand(1);
  audit->footer(
      "Each entry holds the hash of itself and of the one before. A hash that was kept elsewhere\n"
      "shows a trail that somebody cut off or wrote anew since, which the file alone cannot.\n\n"
      "Examples:\n"
      "  metergate audit verify                        was anything altered, moved or removed?\n"
      "  metergate audit head >> /elsewhere/heads      keep today's hash away from this box\n"
      "  metergate audit verify --head HASH            is all still there that was there then?\n"
      "  metergate audit verify --head heads           ... for every hash in that file, or for\n"
      "                                                every message of the topic `audit`\n"
      "  metergate audit verify --checkpoint heads --public-key key.pub\n"
      "                                                ... and did this box sign each?\n"
      "  metergate audit list --meter m1 --since 30d   what was done to a meter, by whom, and "
      "why\n\n"
      "Exit codes: 0 sound, 1 something was found, 2 usage, 74 the ledger cannot be read.");

  CLI::App* verifying = add(*audit, options, action, "verify",
                            "Finds every entry that was altered, moved or removed", verify);
  verifying
      ->add_option("--head", options->heads,
                   "A hash that was kept elsewhere, or a file of them; the trail must contain "
                   "each. May be repeated")
      ->type_name("HASH|FILE");
  CLI::Option* key = verifying->add_option("--public-key", options->public_key,
                                           "The public half of [audit] signing_key_file");
  key->type_name("HEX|FILE");
  CLI::Option* checkpoints = verifying->add_option(
      "--checkpoint", options->checkpoints,
      "A file of messages of the topic `audit`, one a line; each has to be signed by that key, and "
      "the trail must contain each. May be repeated");
  checkpoints->type_name("FILE")->needs(key);
  key->needs(checkpoints);
  verifying->add_flag("--json", options->json, "One JSON object");

  CLI::App* heading = add(*audit, options, action, "head",
                          "The hash of the last entry, to be kept elsewhere", head);
  heading->add_flag("--json", options->json, "One JSON object, with the number of entries");

  CLI::App* listing = add(*audit, options, action, "list", "The newest entries", list);
  listing->add_option("--meter", options->meter, "Only this meter");
  listing->add_option("--operator", options->operator_name, "Only what he did or agreed to");
  listing->add_option("--kind", options->kinds, "Only these: " + audit_words())
      ->check([](const std::string& word) {
        return parse_audit_kind(word) ? std::string{}
                                      : word + " is no kind of entry; allowed: " + audit_words();
      });
  listing->add_option("--since", options->since, "From here on: " + std::string{kTimeForms});
  listing->add_option("--until", options->until, "Before this; the same forms");
  listing->add_option("-n,--lines", options->lines, "At most so many, the newest")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  listing->add_flag("--json", options->json, "One JSON object per line");
}

}  // namespace metergate::cli
