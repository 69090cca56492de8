// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/meters.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>

#include "gateway/cli/box/live_state.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "gateway/cli/terminal/time_option.hpp"
#include "gateway/cli/tokens/sts_record.hpp"
#include "gateway/session/meter_session.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Options {
  StoreOptions store;
  std::string state;
  bool json = false;
};

/// A meter as this command shows it: live where the gateway told, else as last written down.
struct Shown {
  const StoredMeter& stored;
  const LiveMeter* live = nullptr;
  std::size_t waiting = 0;  ///< commands that have not ended
  std::optional<StoredSts> sts{};

  [[nodiscard]] std::string state() const {
    return live != nullptr && !live->state.empty() ? live->state : stored.session_state;
  }
  [[nodiscard]] std::optional<UtcTime> last_contact() const {
    if (live != nullptr) {
      if (const auto told = rfc3339::parse(live->last_contact)) return told;
    }
    return stored.last_contact;
  }
};

std::string painted_state(const Console& console, const std::string& state) {
  if (state == "online") return painted(console, Paint::Green, state);
  if (state == "silent" || state == "wrong-meter") return painted(console, Paint::Red, state);
  if (state == "suspect" || state == "offline") return painted(console, Paint::Yellow, state);
  return state.empty() ? "unknown" : state;
}

std::vector<std::string> row_of(const Console& console, const Shown& meter, UtcTime now) {
  const auto contact = meter.last_contact();
  const LiveMeter* live = meter.live;
  std::string next;
  if (live != nullptr) {
    const auto attempt = rfc3339::parse(live->next_attempt);
    if (attempt && *attempt > now) next = "in " + ago_text(now, *attempt);
  }
  return {meter.stored.id.text(),
          meter.stored.model,
          meter.stored.serial,
          painted_state(console, meter.state()),
          contact ? ago_text(*contact, now) : "never",
          std::string{supply_word(meter.stored.supply_reported)},
          std::to_string(meter.waiting),
          live != nullptr ? live->line : "",
          next};
}

json::object object_of(const Shown& meter) {
  const auto contact = meter.last_contact();
  json::object out{{"meter", meter.stored.id.text()},
                   {"model", meter.stored.model},
                   {"serial", meter.stored.serial},
                   {"epoch", meter.stored.epoch},
                   {"state", meter.state()},
                   {"last_contact", contact ? json::value(rfc3339::text(*contact)) : json::value()},
                   {"supply_reported", supply_word(meter.stored.supply_reported)},
                   {"supply_desired", supply_word(meter.stored.supply_desired)},
                   {"live_commands", meter.waiting},
                   {"is_live", meter.live != nullptr}};
  if (meter.sts) out["sts"] = sts_object(*meter.sts);
  if (meter.live == nullptr) return out;
  out["line"] = meter.live->line;
  if (!meter.live->next_attempt.empty()) out["next_attempt"] = meter.live->next_attempt;
  if (meter.live->queue) out["queue"] = *meter.live->queue;
  if (meter.live->timeout_ms) out["timeout_ms"] = *meter.live->timeout_ms;
  if (meter.live->failures) out["failures"] = *meter.live->failures;
  return out;
}

int list(Console& console, const Options& options) {
  auto store = open_store(options.store);
  if (!store) return complain(console, store.error());
  const auto meters = store->ledger.meters();
  if (!meters) return complain(console, store_trouble(meters.error()));
  const auto commands = store->ledger.live_commands();
  if (!commands) return complain(console, store_trouble(commands.error()));
  std::map<std::string, std::size_t> waiting;
  for (const StoredCommand& command : *commands) ++waiting[command.command.meter.text()];

  LiveMeters live;
  bool is_running = false;
  if (!store->socket.empty()) {
    if (auto told = ask_live_meters(store->socket)) {
      live = std::move(told).value();
      is_running = true;
    }
  }
  const UtcTime now = utc_now();
  Table table{{{"meter"},
               {"model"},
               {"serial"},
               {"state"},
               {"last contact"},
               {"supply"},
               {"commands", Table::Align::Right},
               {"line"},
               {"next try"}}};
  for (const StoredMeter& meter : *meters) {
    const auto found = live.find(meter.id.text());
    Shown shown{.stored = meter,
                .live = found == live.end() ? nullptr : &found->second,
                .waiting = waiting[meter.id.text()]};
    if (!options.state.empty() && shown.state() != options.state) continue;
    auto sts = store->ledger.meter_sts(meter.key);
    if (!sts) return complain(console, store_trouble(sts.error()));
    shown.sts = std::move(sts).value();
    if (options.json) {
      console.out << json::serialize(object_of(shown)) << '\n';
    } else {
      table.add(row_of(console, shown, now));
    }
  }
  if (options.json) return kOk;
  console.out << table.text();
  if (!is_running) {
    console.err
        << "The gateway is not running or not reachable: states are as last written down.\n";
  }
  return kOk;
}

}  // namespace

void add_meters(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("meters", "All meters and how they stand");
  command->footer(
      "Examples:\n"
      "  metergate meters                   the whole street\n"
      "  metergate meters --state silent    those that do not answer\n"
      "  metergate meters --json            one JSON object per meter, with what enters its key");
  using session::State;
  std::vector<std::string> states;
  for (const State state : {State::Unknown, State::Online, State::Suspect, State::Silent,
                            State::WrongMeter, State::Offline}) {
    states.emplace_back(session::state_word(state));
  }
  command->add_option("--state", options->state, "Only meters in this state")
      ->check(CLI::IsMember(states));
  command->add_flag("--json", options->json, "One JSON object per line");
  add_store_options(*command, options->store);
  command->callback([options, &action] {
    action = [options](Console& console) { return list(console, *options); };
  });
}

}  // namespace metergate::cli
