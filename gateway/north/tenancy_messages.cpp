// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/tenancy_messages.hpp"

#include <boost/json.hpp>

namespace metergate::north {

namespace json = boost::json;

namespace {

json::array array_of(const std::vector<TenancyCheck>& checks) {
  json::array out;
  for (const TenancyCheck& check : checks) {
    json::object one{{"item", check.item}};
    if (check.holds) {
      one["holds"] = *check.holds;
    } else {
      one["holds"] = nullptr;
    }
    one["found"] = check.found;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string encode_checks(const std::vector<TenancyCheck>& checks) {
  return json::serialize(array_of(checks));
}

std::string encode_tenancy(const SiteId& site, const MeterId& meter, const StoredTenancy& tenancy,
                           TenancyPhase phase, const std::vector<TenancyCheck>& checks,
                           UtcTime at) {
  json::object out{{"site", site.text()},
                   {"meter", meter.text()},
                   {"at", rfc3339::text(at)},
                   {"phase", phase == TenancyPhase::Activated ? "activated" : "synchronised"},
                   {"epoch", tenancy.epoch},
                   {"evidence", tenancy.evidence},
                   {"relay", std::string{relay_after_word(tenancy.relay)}}};
  if (tenancy.effective) out["effective"] = rfc3339::text(*tenancy.effective);
  if (tenancy.transaction != 0) out["transaction"] = tenancy.transaction;
  if (!tenancy.command.empty()) out["command"] = tenancy.command;
  if (tenancy.actions) {
    json::array words;
    for (const std::string_view word : tenancy.actions->words()) words.emplace_back(word);
    out["actions"] = std::move(words);
  }
  if (phase == TenancyPhase::Synchronised) out["checks"] = array_of(checks);
  return json::serialize(out);
}

std::string encode_ordered_change(const Command& command) {
  json::object out{{"command", command.id.text()},
                   {"verb", std::string{traits_of(command.verb()).word}}};
  if (const ChangeOrder* order = change_order(command.params)) {
    json::array words;
    for (const std::string_view word : order->actions.words()) words.emplace_back(word);
    out["actions"] = std::move(words);
    out["relay"] = std::string{relay_after_word(order->relay)};
    if (order->effective) out["effective"] = rfc3339::text(*order->effective);
    if (order->uncollected) out["uncollected"] = true;
  }
  if (const auto* change = std::get_if<ChangeSupplier>(&command.params)) {
    out["supplier_id"] = change->supplier.id;
  }
  if (const auto* set = std::get_if<SetTariff>(&command.params)) {
    out["tariff_id"] = set->tariff.id;
    out["supplier_id"] = set->tariff.supplier.id;
    out["price_minor_per_kwh"] = set->tariff.price_minor_per_kwh;
  }
  return json::serialize(out);
}

}  // namespace metergate::north
