// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/registry.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/meters/registry_text.hpp"
#include "gateway/cli/send/send.hpp"
#include "meters/identifier_rule.hpp"

namespace metergate::cli {
namespace {

using registry::ChangeNames;

struct Look {
  StoreOptions store;
  std::string meter;
  std::string serial;
  std::string location;
  std::string customer;
  bool all = false;
  bool json = false;
};

template <typename Id>
CliResult<std::optional<Id>> name_of(const std::string& text, const char* option) {
  if (text.empty()) return std::optional<Id>{};
  auto id = Id::parse(text);
  if (id) return std::optional<Id>{std::move(*id)};
  return failure(
      CliError{kUsage, std::string{option}.append(": ").append(kIdentifierRule) + " are allowed"});
}

CliResult<registry::Filter> filter_of(const OpenStore& store, const Look& look) {
  registry::Filter out;
  auto location = name_of<LocationId>(look.location, "--location");
  if (!location) return failure(std::move(location).error());
  auto customer = name_of<CustomerId>(look.customer, "--customer");
  if (!customer) return failure(std::move(customer).error());
  out.location = std::move(location).value();
  out.customer = std::move(customer).value();
  if (!look.meter.empty() || !look.serial.empty()) {
    auto meter =
        look.serial.empty() ? find_meter(store, look.meter) : find_serial(store, look.serial);
    if (!meter) return failure(std::move(meter).error());
    out.meter = meter->id;
  }
  return out;
}

int show(Console& console, const Look& look) {
  auto store = open_store(look.store);
  if (!store) return complain(console, store.error());
  const auto filter = filter_of(*store, look);
  if (!filter) return complain(console, filter.error());
  auto trinities = store->ledger.trinities();
  if (!trinities) return complain(console, store_trouble(trinities.error()));
  std::erase_if(*trinities, [&](const registry::Trinity& one) {
    return (filter->meter && one.meter != filter->meter) ||
           (filter->location && one.location != *filter->location) ||
           (filter->customer && one.customer != filter->customer);
  });
  // A meter that was asked for by name is there, though it stand nowhere.
  const bool is_nowhere = trinities->empty() && filter->meter;
  if (look.json) {
    for (const registry::Trinity& one : *trinities) console.out << trinity_json(one) << '\n';
    if (is_nowhere) console.out << unplaced_json(*filter->meter) << '\n';
  } else if (is_nowhere) {
    console.out << "meter " << filter->meter->text() << " stands at no location\n";
  } else {
    console.out << trinities_text(*trinities);
  }
  return kOk;
}

int history(Console& console, const Look& look) {
  auto store = open_store(look.store);
  if (!store) return complain(console, store.error());
  const auto filter = filter_of(*store, look);
  if (!filter) return complain(console, filter.error());
  const auto links = store->ledger.registry_history(*filter);
  if (!links) return complain(console, store_trouble(links.error()));
  console.out << (look.json ? history_json(*links) : history_text(*links));
  return kOk;
}

int conflicts(Console& console, const Look& look) {
  auto store = open_store(look.store);
  if (!store) return complain(console, store.error());
  const auto rows = store->ledger.conflicts(look.all ? registry::ConflictScope::All
                                                     : registry::ConflictScope::Open);
  if (!rows) return complain(console, store_trouble(rows.error()));
  if (look.json) {
    for (const registry::Conflict& row : *rows) {
      console.out << registry::details_json(row) << '\n';
    }
  } else {
    console.out << conflicts_text(*rows);
  }
  return kOk;
}

/// One argument of a change, in the order it is typed.
struct Argument {
  const char* shown;
  const char* what;
  std::string ChangeNames::*into;
};
struct ChangeHelp {
  const char* word;
  const char* description;
  std::vector<Argument> arguments;
};

const std::vector<ChangeHelp>& changes() {
  static const std::vector<ChangeHelp> all{
      {"assign",
       "Put a meter to a location, which may have a customer already",
       {{"METER", "The meter's name", &ChangeNames::meter},
        {"LOCATION", "The location's name", &ChangeNames::location}}},
      {"unassign",
       "Take a meter off its location; the customer stays",
       {{"METER", "The meter's name", &ChangeNames::meter}}},
      {"move-in",
       "A customer comes to a location",
       {{"CUSTOMER", "The customer's name", &ChangeNames::customer},
        {"LOCATION", "The location's name", &ChangeNames::location}}},
      {"move-out",
       "A customer leaves a location; its meter stays",
       {{"CUSTOMER", "The customer's name", &ChangeNames::customer},
        {"LOCATION", "The location's name", &ChangeNames::location}}},
      {"move",
       "A customer leaves one location for another",
       {{"CUSTOMER", "The customer's name", &ChangeNames::customer},
        {"FROM", "The location he leaves", &ChangeNames::location},
        {"TO", "The location he goes to", &ChangeNames::new_location}}},
      {"replace",
       "Another meter takes the place of one",
       {{"METER", "The meter that goes", &ChangeNames::meter},
        {"NEW_METER", "The meter that comes", &ChangeNames::new_meter}}},
      {"settle",
       "End a conflict: the meter has been found",
       {{"SERIAL", "The serial number in conflict", &ChangeNames::serial},
        {"SEAT", "Where it is: recorded or seen", &ChangeNames::seat}}},
  };
  return all;
}

void add_change(CLI::App& parent, const ChangeHelp& help, Action& action) {
  auto options = std::make_shared<SendOptions>();
  options->typed.verb = Verb::ChangeRegistry;
  options->typed.registry.change = help.word;
  CLI::App* command = parent.add_subcommand(help.word, help.description);
  for (const Argument& one : help.arguments) {
    command->add_option(one.shown, options->typed.registry.*one.into, one.what)->required();
  }
  const std::string word{help.word};
  if (word == "assign") {
    command->add_option("--customer", options->typed.registry.customer,
                        "... and the customer comes with it");
  }
  if (word != "settle") {
    command->add_option("--effective", options->typed.effective, "When it happened; absent: now");
    command->add_flag("--change-tenancy", options->typed.change_tenancy,
                      "Order it of every meter that passes to another customer");
  }
  add_send_options(*command, *options);
  command->callback([options, &action] {
    action = [options](Console& console) { return send_command(console, *options); };
  });
}

CLI::App* add_look(CLI::App& parent, const std::shared_ptr<Look>& look, Action& action,
                   const char* name, const char* what, int (*does)(Console&, const Look&)) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_flag("--json", look->json, "JSON, one object per line");
  add_store_options(*command, look->store);
  command->callback([look, &action, does] {
    action = [look, does](Console& console) { return does(console, *look); };
  });
  return command;
}

void add_filter(CLI::App& command, Look& look) {
  auto* meter = command.add_option("--meter", look.meter, "Only this meter");
  command.add_option("--serial", look.serial, "... by the number on its plate")->excludes(meter);
  command.add_option("--location", look.location, "Only this location");
  command.add_option("--customer", look.customer, "Only this customer");
}

}  // namespace

void add_registry(CLI::App& app, Action& action) {
  CLI::App* parent = app.add_subcommand("registry", "Which meter stands where for whom");
  parent->require_subcommand(1);
  parent->footer(
      "Meter, location and customer belong together by two links: a meter stands at a location, a\n"
      "location supplies a customer. Changes go through the running gateway and are written into\n"
      "the audit trail; looking needs the ledger only.\n\n"
      "Examples:\n"
      "  metergate registry assign m1 plot-7 --customer c-100 --work-order W-1010\n"
      "  metergate registry move c-100 plot-7 plot-9 --comment \"moved house\"\n"
      "  metergate registry replace m1 m2 --work-order W-1011\n"
      "  metergate registry show --serial 48001234\n"
      "  metergate registry history --location plot-7\n"
      "  metergate registry conflicts\n"
      "  metergate registry settle 48001234 recorded --comment \"wired wrongly, put right\"");
  for (const ChangeHelp& help : changes()) add_change(*parent, help, action);
  auto look = std::make_shared<Look>();
  add_filter(*add_look(*parent, look, action, "show", "What belongs together now", show), *look);
  add_filter(*add_look(*parent, look, action, "history", "All links, oldest first", history),
             *look);
  add_look(*parent, look, action, "conflicts", "Meters that answer elsewhere than recorded",
           conflicts)
      ->add_flag("--all", look->all, "Settled ones too");
}

}  // namespace metergate::cli
