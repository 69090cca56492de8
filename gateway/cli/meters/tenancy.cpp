// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/tenancy.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/store/store_access.hpp"
#include "gateway/cli/terminal/table.hpp"
#include "meters/billing.hpp"
#include "storage/tenancy_record.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

struct Look {
  StoreOptions store;
  std::string meter;
  bool json = false;
};

std::string_view phase_of(const StoredTenancy& tenancy) {
  if (tenancy.erased) return "erased";
  if (tenancy.sealed()) return "sealed";
  return tenancy.synchronised ? "open" : "open, being synchronised";
}

json::value checks_of(const StoredTenancy& tenancy) {
  return tenancy.checks_json.empty() ? json::value{json::array{}}
                                     : json::parse(tenancy.checks_json);
}

std::string time_or_none(const std::optional<UtcTime>& time) {
  return time ? rfc3339::text(*time) : std::string{};
}

void print_json(Console& console, const StoredTenancy& tenancy) {
  json::object out{{"epoch", tenancy.epoch},
                   {"phase", phase_of(tenancy)},
                   {"opened_at", rfc3339::text(tenancy.starts)},
                   {"relay", relay_after_word(tenancy.relay)},
                   {"checks", checks_of(tenancy)}};
  if (tenancy.effective) out["effective"] = rfc3339::text(*tenancy.effective);
  if (tenancy.ends) out["sealed_at"] = rfc3339::text(*tenancy.ends);
  if (tenancy.synchronised) out["synchronised_at"] = rfc3339::text(*tenancy.synchronised);
  if (tenancy.erased) out["erased_at"] = rfc3339::text(*tenancy.erased);
  if (!tenancy.evidence.empty()) out["evidence"] = tenancy.evidence;
  if (!tenancy.command.empty()) out["command"] = tenancy.command;
  console.out << json::serialize(out) << '\n';
}

std::string holds_text(const json::value& holds) {
  if (!holds.is_bool()) return "cannot be told";
  return holds.get_bool() ? "holds" : "DOES NOT HOLD";
}

void print_text(Console& console, const std::vector<StoredTenancy>& tenancies) {
  using enum Table::Align;
  Table table{
      {{"epoch", Right}, {"since"}, {"known by"}, {"command"}, {"state"}, {"synchronised"}}};
  for (const StoredTenancy& tenancy : tenancies) {
    table.add({std::to_string(tenancy.epoch),
               tenancy.effective ? rfc3339::text(*tenancy.effective)
                                 : rfc3339::text(tenancy.starts) + " (first seen)",
               tenancy.evidence, tenancy.command, std::string{phase_of(tenancy)},
               time_or_none(tenancy.synchronised)});
  }
  console.out << table.text();
  const json::value checks = checks_of(tenancies.back());
  if (checks.as_array().empty()) return;
  Table findings{{{"after the change"}, {"verdict"}, {"the meter shows"}}};
  for (const json::value& check : checks.as_array()) {
    const json::object& one = check.as_object();
    findings.add({std::string{one.at("item").as_string()}, holds_text(one.at("holds")),
                  std::string{one.at("found").as_string()}});
  }
  console.out << '\n' << findings.text();
}

int run(Console& console, const Look& look) {
  auto store = open_store(look.store);
  if (!store) return complain(console, store.error());
  const auto meter = find_meter(*store, look.meter);
  if (!meter) return complain(console, meter.error());
  const auto tenancies = store->ledger.tenancies(meter->key);
  if (!tenancies) return complain(console, store_trouble(tenancies.error()));
  if (look.json) {
    for (const StoredTenancy& tenancy : *tenancies) print_json(console, tenancy);
  } else if (!tenancies->empty()) {
    print_text(console, *tenancies);
  }
  return kOk;
}

}  // namespace

void add_tenancy(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "tenancy", "Whose a meter's data is: its tenancies, and what was verified after a change");
  auto look = std::make_shared<Look>();
  command->add_option("METER", look->meter)->required();
  command->add_flag("--json", look->json, "One JSON object a tenancy");
  add_store_options(*command, look->store);
  command->footer(
      "A change is ordered with `metergate send change-tenancy`. Readings, exports and `show` tell "
      "of "
      "the open\ntenancy only, and the journal forgets what it repeated of the meter's logs; what "
      "is "
      "sealed stays, apart.\n"
      "Example:\n  metergate tenancy house-001");
  command->callback(
      [look, &action] { action = [look](Console& console) { return run(console, *look); }; });
}

}  // namespace metergate::cli
