// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/registry_text.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "gateway/cli/terminal/table.hpp"

namespace metergate::cli {
namespace {

namespace json = boost::json;

template <typename Id>
std::string text_or_dash(const std::optional<Id>& id) {
  return id ? id->text() : "-";
}

/// A placement or an occupancy: the location is in both.
struct Link {
  UtcTime from;
  std::optional<UtcTime> to;
  std::string location;
  std::string meter;
  std::string customer;
};

std::vector<Link> links_of(const registry::History& history) {
  std::vector<Link> out;
  for (const registry::Placement& one : history.placements) {
    out.push_back({one.from, one.to, one.location.text(), one.meter.text(), {}});
  }
  for (const registry::Occupancy& one : history.occupancies) {
    out.push_back({one.from, one.to, one.location.text(), {}, one.customer.text()});
  }
  std::ranges::stable_sort(out, {}, &Link::from);
  return out;
}

}  // namespace

std::string trinities_text(const std::vector<registry::Trinity>& trinities) {
  Table table{{{"location"}, {"meter"}, {"customer"}}};
  for (const registry::Trinity& one : trinities) {
    table.add({one.location.text(), text_or_dash(one.meter), text_or_dash(one.customer)});
  }
  return table.text();
}

std::string trinity_json(const registry::Trinity& trinity) {
  json::object out{{"location", trinity.location.text()}};
  if (trinity.meter) out["meter"] = trinity.meter->text();
  if (trinity.customer) out["customer"] = trinity.customer->text();
  return json::serialize(out);
}

std::string unplaced_json(const MeterId& meter) {
  return json::serialize(json::object{{"meter", meter.text()}});
}

std::string history_text(const registry::History& history) {
  Table table{{{"from"}, {"to"}, {"location"}, {"meter"}, {"customer"}}};
  for (const Link& link : links_of(history)) {
    table.add({rfc3339::text(link.from), link.to ? rfc3339::text(*link.to) : "", link.location,
               link.meter, link.customer});
  }
  return table.text();
}

std::string history_json(const registry::History& history) {
  std::string out;
  for (const Link& link : links_of(history)) {
    json::object line{{"location", link.location}, {"from", rfc3339::text(link.from)}};
    if (!link.meter.empty()) line["meter"] = link.meter;
    if (!link.customer.empty()) line["customer"] = link.customer;
    if (link.to) line["to"] = rfc3339::text(*link.to);
    out += json::serialize(line) + '\n';
  }
  return out;
}

std::string conflicts_text(const std::vector<registry::Conflict>& conflicts) {
  Table table{{{"serial"},
               {"recorded as"},
               {"on"},
               {"seen as"},
               {"on"},
               {"first seen"},
               {"last seen"},
               {"settled"}}};
  for (const registry::Conflict& one : conflicts) {
    table.add({one.serial.text(), one.recorded.meter.text(), one.recorded.port,
               one.seen.meter.text(), one.seen.port, rfc3339::text(one.first_seen),
               rfc3339::text(one.last_seen), one.settled ? rfc3339::text(*one.settled) : ""});
  }
  return table.text();
}

}  // namespace metergate::cli
