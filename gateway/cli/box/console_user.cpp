// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/console_user.hpp"

#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/console/users_file.hpp"
#include "gateway/keys/passphrase.hpp"
#include "meters/identity.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
using console::ConsoleUser;

struct Options {
  StoreOptions store;
  std::filesystem::path file;
  std::string name;
  std::string operator_name;
  std::vector<std::string> may;
  bool replace = false;
  bool json = false;
};

/// What is typed does not show on the terminal while this lives.
class Unseen {
 public:
  Unseen() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_set_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~Unseen() {
    if (is_set_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
  bool is_set_ = false;
};

keys::Passphrase line_of_input() {
  Octets octets;
  for (char c = 0; octets.size() <= console::kLongestPassword && std::cin.get(c) && c != '\n';) {
    octets.push_back(static_cast<std::uint8_t>(c));
  }
  return keys::Passphrase{std::move(octets)};
}

/// From the terminal twice, without showing it; else one line of the input. Never from the command
/// line, which other users and the shell's history see.
CliResult<keys::Passphrase> new_password(Console& console, const std::string& name) {
  const bool asks = ::isatty(STDIN_FILENO) != 0;
  const auto read = [&](std::string_view prompt) {
    if (!asks) return line_of_input();
    const Unseen unseen;
    console.err << prompt << name << ": " << std::flush;
    keys::Passphrase typed = line_of_input();
    console.err << '\n';
    return typed;
  };
  keys::Passphrase password = read("new password of ");
  const std::size_t octets = password.view().size();
  if (octets < console::kShortestPassword || octets > console::kLongestPassword) {
    return failure(CliError{kUsage, "a password has " + std::to_string(console::kShortestPassword) +
                                        " to " + std::to_string(console::kLongestPassword) +
                                        " octets, on one line"});
  }
  if (asks && !std::ranges::equal(read("once more, of ").view(), password.view())) {
    return failure(CliError{kUsage, "the two passwords are not the same"});
  }
  return password;
}

/// Where the users stand, and the configuration when there is one to look at.
struct Place {
  std::filesystem::path file;
  std::optional<config::Configuration> configuration;
};

CliResult<Place> place_of(const Options& options) {
  if (!options.file.empty()) return Place{options.file, std::nullopt};
  auto configuration = load_configuration(options.store.configuration);
  if (!configuration) return failure(configuration.error());
  if (!configuration->console) {
    return failure(CliError{kConfigurationError, options.store.configuration.string() +
                                                     ": no [console]; give it a port there, or "
                                                     "name the file with --file"});
  }
  Place place{configuration->console->users_file, std::nullopt};
  place.configuration = std::move(*configuration);
  return place;
}

/// Root writes as whoever owns the directory: the service has to read the file.
CliResult<Done> become_owner_of(const std::filesystem::path& file) {
  if (::geteuid() != 0) return Done{};
  const auto directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  struct stat found {};
  if (::stat(directory.c_str(), &found) != 0) {
    return failure(CliError{kIoError, directory.string() + " is not there"});
  }
  if (::setegid(found.st_gid) != 0 || ::seteuid(found.st_uid) != 0) {
    return failure(CliError{kIoError, "cannot write as the owner of " + directory.string()});
  }
  return Done{};
}

CliResult<std::vector<Verb>> verbs_of(const std::vector<std::string>& words) {
  std::vector<Verb> out;
  for (const std::string& word : words) {
    const auto verb = parse_verb(word);
    if (!verb || std::ranges::find(console::kConsoleVerbs, *verb) == console::kConsoleVerbs.end()) {
      return failure(
          CliError{kUsage, "--may " + word + ": allowed are " + console::console_verb_words()});
    }
    if (std::ranges::find(out, *verb) == out.end()) out.push_back(*verb);
  }
  return out;
}

int add(Console& console, const Options& options) {
  if (!is_identifier(options.name)) {
    return complain(console, {kUsage, "NAME: 1 to 64 of A-Z a-z 0-9 _ . -"});
  }
  const auto verbs = verbs_of(options.may);
  if (!verbs) return complain(console, verbs.error());
  const auto place = place_of(options);
  if (!place) return complain(console, place.error());
  if (place->configuration) {
    const auto& operators = place->configuration->access.operators;
    if (std::ranges::find(operators, options.operator_name, &Operator::name) == operators.end()) {
      return complain(console, {kUsage, "--operator " + options.operator_name +
                                            ": the name of an [[operator]] of the configuration "
                                            "is expected"});
    }
  } else if (!is_identifier(options.operator_name)) {
    return complain(console, {kUsage, "--operator: the name of an [[operator]] is expected"});
  }
  if (const auto become = become_owner_of(place->file); !become) {
    return complain(console, become.error());
  }
  auto password = new_password(console, options.name);
  if (!password) return complain(console, password.error());
  auto hash = console::hash_password(password->view());
  if (!hash) return complain(console, {kIoError, "not enough memory for scrypt"});
  const ConsoleUser user{options.name, options.operator_name, *verbs, std::move(*hash)};
  const auto done = console::change_users(
      place->file, [&](std::vector<ConsoleUser>& users) -> Result<Done, std::string> {
        const auto there = std::ranges::find(users, user.name, &ConsoleUser::name);
        if (there == users.end()) {
          users.push_back(user);
        } else if (options.replace) {
          *there = user;
        } else {
          return failure(user.name + " is there already; --replace gives a new password");
        }
        return Done{};
      });
  if (!done) return complain(console, {kIoError, done.error()});
  console.out << user.name << " may log in as operator " << user.operator_name << '\n';
  return kOk;
}

int remove(Console& console, const Options& options) {
  const auto place = place_of(options);
  if (!place) return complain(console, place.error());
  if (const auto become = become_owner_of(place->file); !become) {
    return complain(console, become.error());
  }
  const auto done = console::change_users(
      place->file, [&](std::vector<ConsoleUser>& users) -> Result<Done, std::string> {
        if (std::erase_if(users,
                          [&](const ConsoleUser& one) { return one.name == options.name; }) != 0) {
          return Done{};
        }
        return failure("there is no user " + options.name);
      });
  if (!done) return complain(console, {kIoError, done.error()});
  console.out << options.name << " may no longer log in\n";
  return kOk;
}

int list(Console& console, const Options& options) {
  const auto place = place_of(options);
  if (!place) return complain(console, place.error());
  if (const auto become = become_owner_of(place->file); !become) {
    return complain(console, become.error());
  }
  const auto users = console::read_users(place->file);
  if (!users) return complain(console, {kIoError, users.error()});
  Table table{{{"user"}, {"operator"}, {"may send"}}};
  for (const ConsoleUser& user : *users) {
    json::array verbs;
    std::string words;
    for (const Verb verb : user.verbs) {
      verbs.emplace_back(traits_of(verb).word);
      words += (words.empty() ? "" : ", ") + std::string{traits_of(verb).word};
    }
    if (options.json) {
      console.out << json::serialize(json::object{
                         {"user", user.name}, {"operator", user.operator_name}, {"may", verbs}})
                  << '\n';
    }
    table.add({user.name, user.operator_name, words.empty() ? "nothing, looks only" : words});
  }
  if (!options.json) console.out << table.text();
  return kOk;
}

}  // namespace

void add_console_user(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* top = app.add_subcommand("console-user", "Logins of the web console");
  top->require_subcommand(1);
  top->footer(
      "A login is bound to an operator of the configuration, whose roles judge what is sent. The\n"
      "password is asked for on the terminal, or is the first line of the input. Changes hold at\n"
      "once; whoever is logged in under an entry that changed has to log in again.\n\n"
      "Examples:\n"
      "  metergate console-user add anna --operator anna\n"
      "  metergate console-user add ben --operator ben --may read,set-relay\n"
      "  metergate console-user add anna --operator anna --replace     a new password\n"
      "  metergate console-user remove ben\n"
      "  metergate console-user list");
  const auto place = [&](CLI::App* one) {
    add_configuration_option(*one, options->store);
    one->add_option("--file", options->file, "The users file, instead of the configuration's");
  };
  CLI::App* adding = top->add_subcommand("add", "A new login, or another password for one");
  adding->add_option("NAME", options->name, "Who logs in")->required();
  adding->add_option("--operator", options->operator_name, "The [[operator]] they are")->required();
  adding
      ->add_option("--may", options->may,
                   "Verbs they may send, with commas between; without it they look only: " +
                       console::console_verb_words())
      ->delimiter(',');
  adding->add_flag("--replace", options->replace, "Somebody who is there already");
  place(adding);
  adding->callback(
      [options, &action] { action = [options](Console& out) { return add(out, *options); }; });
  CLI::App* removing = top->add_subcommand("remove", "No longer a login");
  removing->add_option("NAME", options->name, "Who")->required();
  place(removing);
  removing->callback(
      [options, &action] { action = [options](Console& out) { return remove(out, *options); }; });
  CLI::App* listing = top->add_subcommand("list", "Who may log in");
  listing->add_flag("--json", options->json, "One JSON object per line");
  place(listing);
  listing->callback(
      [options, &action] { action = [options](Console& out) { return list(out, *options); }; });
}

}  // namespace metergate::cli
