// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/box/doctor.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <memory>

#include "config/budget.hpp"
#include "config/check_models.hpp"
#include "config/load.hpp"
#include "config/model_file.hpp"
#include "gateway/cli/box/control_client.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/doctor/box.hpp"
#include "gateway/doctor/brokers.hpp"
#include "gateway/doctor/lines.hpp"
#include "gateway/doctor/logins.hpp"
#include "gateway/journal/neutral_text.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;
using doctor::Finding;
using doctor::Findings;
using doctor::Verdict;

constexpr const char* kServiceUser = "metergate";

struct Options {
  std::filesystem::path configuration = kUsualConfiguration;
  std::string user;
  bool deep = false;
  bool json = false;
};

/// Root may do everything, so what root sees says nothing about the service: it becomes the
/// service's user first. Nothing for one who is not root, or where there is no such user.
CliResult<Findings> become(const Options& options) {
  if (geteuid() != 0) {
    if (options.user.empty()) return Findings{};
    return failure(CliError{kUsage, "--as is for root: rights cannot be looked at otherwise"});
  }
  const std::string name = options.user.empty() ? kServiceUser : options.user;
  const passwd* const user = getpwnam(name.c_str());
  if (user == nullptr) {
    if (!options.user.empty()) return failure(CliError{kUsage, "--as: there is no user " + name});
    return Findings{{Verdict::Warn, "user", "there is no user metergate: looked at as root",
                     "The package makes it; rights of devices and files were not tried."}};
  }
  if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
      setuid(user->pw_uid) != 0) {
    return failure(CliError{kUnavailable, "cannot become the user " + name});
  }
  return Findings{};
}

void add(Findings& into, Findings&& more) { std::ranges::move(more, std::back_inserter(into)); }

Findings of_errors(const std::vector<config::ConfigError>& errors) {
  Findings out;
  for (const config::ConfigError& error : errors) {
    out.push_back({Verdict::Fail, "configuration", error.text(), "Correct it, then look again."});
  }
  return out;
}

/// The configuration, with what is to be said about it; nothing when it cannot be used.
std::optional<config::Configuration> look_at_configuration(const std::filesystem::path& file,
                                                           Findings& into) {
  auto loaded = config::load(file);
  if (!loaded) {
    add(into, of_errors(loaded.error()));
    return std::nullopt;
  }
  add(into, of_errors(config::check_files(*loaded, file)));
  const auto models = config::load_models(loaded->model_directories);
  if (!models) {
    add(into, of_errors(models.error()));
    return std::move(loaded).value();
  }
  add(into, of_errors(config::check_models(*loaded, *models, file)));
  for (std::string& warning : config::budget_warnings(*loaded, *models)) {
    into.push_back({Verdict::Warn, "configuration", std::move(warning),
                    "Read less often in the schedule, or spread the meters over more lines."});
  }
  if (loaded->meters.empty()) {
    into.push_back({Verdict::Warn, "configuration", "there are no meters in it yet",
                    "Add [[line]] and [[meter]], or [mqtt_meters]; "
                    "/usr/share/metergate/examples has every key."});
  }
  const bool is_sound = std::ranges::none_of(into, [](const Finding& one) {
    return one.subject == "configuration" && one.verdict == Verdict::Fail;
  });
  if (is_sound) {
    into.insert(into.begin(),
                {Verdict::Ok, "configuration", file.string() + " has no mistakes", {}});
  }
  return std::move(loaded).value();
}

Finding look_at_gateway(const std::filesystem::path& socket) {
  const std::string advice = "systemctl status metergate; journalctl -u metergate -n 20";
  auto client = ControlClient::connect(socket);
  if (!client) return {Verdict::Warn, "gateway", client.error().text, advice};
  std::string told;
  const auto ended = client->call(
      "status", {},
      [&](const json::object& line) {
        const json::value* version = line.if_contains("version");
        const json::value* meters = line.if_contains("meters");
        const json::value* reachable = line.if_contains("meters_reachable");
        if (version != nullptr && version->is_string() && meters != nullptr &&
            reachable != nullptr) {
          told = "runs, release " + journal::neutral(std::string_view{version->get_string()}) +
                 ", " + json::serialize(*reachable) + " of " + json::serialize(*meters) +
                 " meters reachable";
        }
        return ControlClient::Wanted::More;
      },
      ControlClient::kAnswerWithin);
  if (!ended) return {Verdict::Warn, "gateway", ended.error().text, advice};
  if (told.empty()) return {Verdict::Fail, "gateway", "it does not answer", advice};
  return {Verdict::Ok, "gateway", told, {}};
}

Findings look(const Options& options, Findings out) {
  const auto configuration = look_at_configuration(options.configuration, out);
  if (!configuration) return out;
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  for (const config::Line& line : configuration->lines) add(out, doctor::look_at_line(line, {}));
  if (configuration->north) {
    add(out, doctor::look_at_broker("north", configuration->north->broker, now));
  }
  if (configuration->mqtt_meters) {
    add(out, doctor::look_at_broker("meters", configuration->mqtt_meters->broker, now));
  }
  if (configuration->console) {
    add(out, doctor::look_at_logins(*configuration->console, configuration->access));
  }
  const auto folder = std::filesystem::absolute(configuration->storage.file).parent_path();
  add(out, doctor::look_at_disk(folder));
  std::optional<UtcTime> newest;
  add(out,
      doctor::look_at_store(configuration->storage.file,
                            options.deep ? doctor::Depth::Whole : doctor::Depth::Quick, newest));
  add(out, doctor::look_at_clock(doctor::clock_discipline(), now, newest));
  out.push_back(look_at_gateway(configuration->control.socket));
  return out;
}

void tell(Console& console, const Options& options, const Findings& findings) {
  std::size_t widest = 0;
  for (const Finding& one : findings) widest = std::max(widest, one.subject.size());
  for (const Finding& one : findings) {
    const std::string word{doctor::verdict_word(one.verdict)};
    if (options.json) {
      json::object line{{"verdict", word}, {"subject", one.subject}, {"text", one.text}};
      if (!one.advice.empty()) line["advice"] = one.advice;
      console.out << json::serialize(line) << '\n';
      continue;
    }
    const Paint paint = one.verdict == Verdict::Ok     ? Paint::Green
                        : one.verdict == Verdict::Warn ? Paint::Yellow
                                                       : Paint::Red;
    console.out << painted(console, paint, word) << std::string(6 - word.size(), ' ') << one.subject
                << std::string(widest - one.subject.size() + 2, ' ') << journal::neutral(one.text)
                << '\n';
    if (!one.advice.empty()) {
      console.out << std::string(widest + 8, ' ') << "-> " << one.advice << '\n';
    }
  }
}

int examine(Console& console, const Options& options) {
  auto begun = become(options);
  if (!begun) return complain(console, begun.error());
  const Findings findings = look(options, std::move(*begun));
  tell(console, options, findings);
  const auto failed = [](const Finding& one) { return one.verdict == Verdict::Fail; };
  if (std::ranges::any_of(findings, [&](const Finding& one) {
        return failed(one) && one.subject == "configuration";
      })) {
    return kConfigurationError;
  }
  return std::ranges::any_of(findings, failed) ? kEndedOtherwise : kOk;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("doctor", "Look whether all is there that the gateway needs");
  command->footer(
      "One line each for configuration, lines, brokers, disk, store, clock and gateway, with what\n"
      "to do where something is missing. Changes nothing, and may be asked while the gateway "
      "runs.\n"
      "Root looks as the service's user, since rights are what is most often missing.\n"
      "Exit codes: 0 nothing fails, 1 something does, 78 a mistake in the configuration.\n\n"
      "Examples:\n"
      "  metergate doctor\n"
      "  metergate doctor --deep --json | jq 'select(.verdict == \"fail\")'");
  command->add_option("-c,--config", options->configuration, "The gateway's configuration")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_option("--as", options->user, "Whose rights root looks at (default: metergate)")
      ->type_name("USER");
  command->add_flag("--deep", options->deep, "Look through every page of the ledger as well");
  command->add_flag("--json", options->json, "One JSON object per line");
  command->callback([options, &action] {
    action = [options](Console& console) { return examine(console, *options); };
  });
}

}  // namespace metergate::cli
