// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/store/store.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/cli/audit/audit_text.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/send/send_body.hpp"
#include "gateway/cli/store/export.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/store/store_repair.hpp"
#include "gateway/journal/neutral_text.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/care/keep.hpp"
#include "storage/care/repair.hpp"

namespace metergate::cli {
namespace {

struct Options {
  StoreOptions store;
  std::filesystem::path directory;
  bool before_migration = false;
  bool replace = false;
};

/// As `open_store`, without opening it: backup and vacuum see schemas that the ledger does not.
CliResult<std::filesystem::path> file_of(const StoreOptions& options) {
  if (!options.store.empty()) return options.store;
  auto loaded = load_configuration(options.configuration);
  if (!loaded) return failure(std::move(loaded).error());
  return loaded->storage.file;
}

int check(Console& console, const Options& options) {
  const auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  const auto findings = store->ledger.check();
  if (!findings) {
    const bool is_damaged = findings.error().reason == StorageError::Reason::Corrupt;
    const int said = complain(console, store_trouble(findings.error()));
    return is_damaged ? kEndedOtherwise : said;
  }
  const auto audit = store->ledger.verify_audit({});
  if (!audit) return complain(console, store_trouble(audit.error()));
  for (const std::string& finding : *findings) {
    console.out << painted(console, Paint::Red, journal::neutral(finding)) << '\n';
  }
  if (!audit->is_sound()) console.out << verdict_text(*audit, 0);
  if (findings->empty() && audit->is_sound()) {
    console.out << "the ledger is whole, and so is its audit trail of " << audit->rows
                << " entries\n";
    return kOk;
  }
  console.out << (findings->empty()
                      ? "The file itself is whole. Stop the gateway, keep a copy, and compare with "
                        "the last copy\nof `metergate store backup` whose head is known "
                        "(docs/operations.md, Audit trail).\n"
                      : "Stop the gateway, then `metergate store repair`: it takes what can be "
                        "read into a new file\nand says what is lost (docs/operations.md).\n");
  return kEndedOtherwise;
}

int backup(Console& console, const Options& options) {
  const auto file = file_of(options.store);
  if (!file) return complain(console, file.error());
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto made = care::back_up(
      *file, options.directory,
      options.before_migration ? care::BackupWhen::BeforeMigration : care::BackupWhen::Always, now);
  if (!made) return complain(console, store_trouble(made.error()));
  if (!*made) {
    console.out << "this release leaves the ledger's schema as it is: no copy was needed\n";
    return kOk;
  }
  console.out << (*made)->file.string() << ": schema " << (*made)->schema << ", " << (*made)->octets
              << " octets, looked through\n";
  return kOk;
}

int vacuum(Console& console, const Options& options) {
  const auto file = file_of(options.store);
  if (!file) return complain(console, file.error());
  const auto done = care::vacuum(*file);
  if (!done) return complain(console, store_trouble(done.error()));
  console.out << file->string() << ": " << done->octets_before << " octets before, "
              << done->octets_after << " after\n";
  return kOk;
}

int repair(Console& console, const Options& options) {
  const auto file = file_of(options.store);
  if (!file) return complain(console, file.error());
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto done =
      care::repair(*file, options.replace ? care::Original::GivesWay : care::Original::Stays,
                   own_user_name(), now);
  if (!done) {
    if (done.error().reason == StorageError::Reason::NewerSchema) {
      return complain(console, {kConfigurationError, done.error().what});
    }
    return complain(console, {kIoError, done.error().what});
  }
  console.out << repair_text(*done);
  return done->is_complete() ? kOk : kEndedOtherwise;
}

CLI::App* add(CLI::App& store, Action& action, const char* name, const char* what,
              const std::shared_ptr<Options>& options, int (*does)(Console&, const Options&)) {
  CLI::App* command = store.add_subcommand(name, what);
  add_store_options(*command, options->store);
  command->callback([options, &action, does] {
    action = [options, does](Console& console) { return does(console, *options); };
  });
  return command;
}

}  // namespace

void add_store(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* store = app.add_subcommand("store", "Look after the ledger's file");
  store->require_subcommand(1);
  store->footer(
      "Exit codes: 0 done, 1 something is damaged or was lost, 74 the file cannot be read or "
      "written,\n78 it was written by a later release.\n\n"
      "Examples:\n"
      "  metergate store check\n"
      "  metergate store backup /var/backups/metergate       while the gateway runs\n"
      "  metergate store export --dir /tmp/street            the same as metergate export\n"
      "  systemctl stop metergate && metergate store vacuum && systemctl start metergate\n"
      "  systemctl stop metergate && metergate store repair");
  add(*store, action, "check", "Is every page, every reference and the audit trail whole?", options,
      &check);
  CLI::App* copy =
      add(*store, action, "backup",
          "Copy the ledger while the gateway runs, and look the copy through", options, &backup);
  copy->add_option("DIR", options->directory, "Where the copy goes")->required();
  copy->add_flag("--before-migration", options->before_migration,
                 "Only if this release would bring the ledger's schema forward");
  add(*store, action, "vacuum", "Give the room of deleted data back; the gateway has to be stopped",
      options, &vacuum);
  CLI::App* mended =
      add(*store, action, "repair",
          "Take what can be read of a broken ledger into a new file beside it, and say what is "
          "lost; the gateway has to be stopped",
          options, &repair);
  mended->add_flag("--replace", options->replace,
                   "Put the new file in the place of the broken one, which is kept as "
                   "FILE.broken-<time>");
  add_export(*store, action);
}

}  // namespace metergate::cli
