// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "gateway/sim/street/truth.hpp"

/// Tenancy, supplier, tariff and billing of a virtual meter, for checkers.
namespace metergate::sim {
namespace {

namespace json = boost::json;
using virtual_meter::ChangeFired;
using virtual_meter::VirtualMeter;

std::string_view kind_word(ChangeFired::Kind kind) {
  switch (kind) {
    case ChangeFired::Kind::Tenancy:
      return "tenancy";
    case ChangeFired::Kind::Supplier:
      return "supplier";
    case ChangeFired::Kind::Tariff:
      return "tariff";
  }
  return "";
}

json::object fired_row(const ChangeFired& fired) {
  json::object row{{"kind", kind_word(fired.kind)},
                   {"transaction", fired.transaction},
                   {"event_id", fired.event_id},
                   {"true_time", rfc3339::text(fired.true_time)},
                   {"meter_time", rfc3339::text(fired.meter_time)},
                   {"effective", rfc3339::text(fired.effective)},
                   {"supply", supply_word(fired.supply)},
                   {"intervals_purged", fired.intervals_purged}};
  if (fired.intervals_purged > 0) {
    row["first_purged"] = rfc3339::text(fired.first_purged);
    row["last_purged"] = rfc3339::text(fired.last_purged);
  }
  return row;
}

json::object tariff_row(const Tariff& tariff) {
  return {{"id", tariff.id},
          {"supplier_id", tariff.supplier.id},
          {"supplier_name", tariff.supplier.name},
          {"price_minor_per_kwh", tariff.price_minor_per_kwh}};
}

template <typename Order>
json::value pending_row(const std::optional<Order>& order) {
  if (!order) return nullptr;
  json::array actions;
  for (const std::string_view word : order->actions.words()) actions.emplace_back(word);
  return json::object{{"effective", rfc3339::text(*order->effective)},
                      {"actions", std::move(actions)},
                      {"relay", relay_after_word(order->relay)},
                      {"event_id", order->event_id},
                      {"transaction", order->transaction}};
}

json::array billing_rows(const std::vector<BillingSnapshot>& snapshots) {
  json::array rows;
  for (const BillingSnapshot& one : snapshots) {
    rows.push_back({{"sequence", one.sequence},
                    {"meter_time", rfc3339::text(one.meter_time)},
                    {"cause", billing_cause_word(one.cause)},
                    {"import_wh", one.import_wh},
                    {"import_varh", one.import_varh},
                    {"balance_minor", one.balance_minor},
                    {"tariff", one.tariff_id},
                    {"supplier", one.supplier_id}});
  }
  return rows;
}

}  // namespace

json::object changes_of(const VirtualMeter& meter, UtcSeconds now) {
  json::object out = summary_of(meter, now);
  const TariffReading tariff = meter.tariff();
  out["tariff"] = tariff_row(tariff.active);
  json::array waiting;
  for (const PendingTariff& one : tariff.pending) {
    json::object row = tariff_row(one.tariff);
    row["activates"] = rfc3339::text(one.activates);
    waiting.push_back(std::move(row));
  }
  out["pending_tariffs"] = std::move(waiting);
  out["pending_tenancy"] = pending_row(meter.pending_tenancy());
  out["pending_supplier"] = pending_row(meter.pending_supplier());
  out["billing"] = billing_rows(meter.billing());
  json::array fired;
  for (const ChangeFired& one : meter.changes_fired()) fired.push_back(fired_row(one));
  out["changes_fired"] = std::move(fired);
  out["boots"] = meter.boots();
  return out;
}

json::object purged_of(const VirtualMeter& meter) {
  const virtual_meter::Purged purged = meter.purged();
  json::array intervals;
  for (const ProfileInterval& row : purged.intervals) {
    intervals.push_back(captured_row(rfc3339::text(row.start), row.values));
  }
  json::array daily;
  for (const DailySnapshot& row : purged.daily) {
    daily.push_back(captured_row(rfc3339::date_text(row.day), row.values));
  }
  json::array entries;
  for (const LogEntry& entry : purged.entries) {
    json::object row = log_row(entry);
    row["log"] = log_word(entry.log);
    entries.push_back(std::move(row));
  }
  return {{"intervals", std::move(intervals)},
          {"daily", std::move(daily)},
          {"entries", std::move(entries)},
          {"billing", billing_rows(purged.billing)}};
}

}  // namespace metergate::sim
