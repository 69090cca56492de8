// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/explain.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/journal/events.hpp"

namespace metergate::cli {
namespace {

int list(Console& console) {
  Table table{{{"id"}, {"level"}, {"name"}, {"text"}}};
  for (const journal::EventDefinition* event : journal::kCatalogue) {
    table.add({std::string{event->id}, std::string{journal::level_word(event->level)},
               std::string{event->name}, std::string{event->text}});
  }
  console.out << table.text();
  return kOk;
}

}  // namespace

int explain_event(Console& console, const std::string& id) {
  const journal::EventDefinition* event = journal::find_event(id);
  if (event == nullptr) {
    return complain(console, {kUsage, "no event `" + id + "`; `metergate events` lists them"});
  }
  console.out << painted(console, Paint::Bold, event->id) << ' ' << event->name << " ("
              << journal::level_word(event->level) << ")\n\n"
              << event->text << "\n\n"
              << event->meaning << "\n\nWhat to do: " << event->action << '\n';
  return kOk;
}

void add_events(CLI::App& app, Action& action) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("events", "What the lines of the log mean");
  command->footer(
      "Examples:\n"
      "  metergate events           all of them\n"
      "  metergate events MG0203    meaning and what to do");
  command->add_option("ID", *id, "The id of a line");
  command->callback([id, &action] {
    action = [id](Console& console) {
      return id->empty() ? list(console) : explain_event(console, *id);
    };
  });
}

}  // namespace metergate::cli
