// SPDX-License-Identifier: Apache-2.0
#include "gateway/meter_mqtt/changes.hpp"

#include "gateway/meter_mqtt/rows.hpp"

namespace metergate::meter_mqtt {

namespace json = boost::json;

namespace {

constexpr std::string_view kNeverWord = "never";

// ---- times of orders: a time, `never` to cancel, or no field for at once ------------------------

void write_when(json::object& out, std::string_view name, const std::optional<UtcSeconds>& when) {
  if (!when) return;
  out[name] = *when == operation::kNever ? std::string{kNeverWord} : rfc3339::text(*when);
}

std::optional<UtcSeconds> read_when(FieldReader& in, std::string_view name) {
  if (!in.has(name)) return std::nullopt;
  const std::string text = in.text(name);
  if (text == kNeverWord) return operation::kNever;
  const auto parsed = rfc3339::parse(text);
  if (!parsed) in.wrong(name, "a time such as 2026-03-01T10:30:00Z, or never");
  return std::chrono::floor<std::chrono::seconds>(parsed.value_or(UtcTime{}));
}

// ---- suppliers and tariffs ----------------------------------------------------------------------

json::object write_supplier(const Supplier& supplier) {
  return {{"id", supplier.id}, {"name", supplier.name}};
}

Supplier read_supplier(FieldReader& in) {
  FieldReader one{in.child("supplier"), in.where() + "supplier."};
  Supplier supplier{one.number<std::uint32_t>("id"), one.text("name")};
  if (!is_supplier_name(supplier.name)) {
    one.wrong("name", "1 to 16 printable ASCII characters, no space at an end");
  }
  in.take_mistake(one);
  return supplier;
}

json::object write_tariff(const Tariff& tariff) {
  return {{"id", tariff.id},
          {"supplier", write_supplier(tariff.supplier)},
          {"price_minor_per_kwh", tariff.price_minor_per_kwh}};
}

Tariff read_tariff(FieldReader& in) {
  Tariff tariff;
  tariff.id = in.number<std::uint32_t>("id");
  tariff.supplier = read_supplier(in);
  tariff.price_minor_per_kwh = in.number<std::uint32_t>("price_minor_per_kwh");
  return tariff;
}

Tariff read_tariff(FieldReader& in, std::string_view name) {
  FieldReader one{in.child(name), in.where() + std::string{name} + '.'};
  Tariff tariff = read_tariff(one);
  in.take_mistake(one);
  return tariff;
}

// ---- what a change does -------------------------------------------------------------------------

template <typename Order>
json::object write_what(const Order& order) {
  json::object out;
  write_when(out, "effective", order.effective);
  json::array actions;
  for (const std::string_view word : order.actions.words()) actions.emplace_back(word);
  out["actions"] = std::move(actions);
  out["relay"] = std::string{relay_after_word(order.relay)};
  out["event_id"] = order.event_id;
  out["transaction"] = order.transaction;
  return out;
}

template <typename Order>
Order read_what(FieldReader& in) {
  Order order;
  order.effective = read_when(in, "effective");
  for (const json::value& word : in.list("actions")) {
    const auto action =
        word.is_string() ? parse_change_action(std::string_view{word.get_string()}) : std::nullopt;
    // A meter that passed over an action it doesn't know would purge less than it was asked to.
    if (!action) in.wrong("actions", "actions of the profile, such as purge-profile");
    if (action) order.actions.add(*action);
  }
  const auto relay = parse_relay_after(in.text("relay"));
  if (!relay) in.wrong("relay", "unchanged, off or armed");
  order.relay = relay.value_or(RelayAfter::Unchanged);
  order.event_id = in.number<std::uint32_t>("event_id");
  order.transaction = in.number<std::uint32_t>("transaction", 1);
  return order;
}

}  // namespace

json::object write_change(const operation::ChangeTenancy& order) { return write_what(order); }

json::object write_change(const operation::ChangeSupplier& order) {
  json::object out = write_what(order);
  out["supplier"] = write_supplier(order.supplier);
  return out;
}

json::object write_change(const operation::SetTariff& order) {
  json::object out{{"tariff", write_tariff(order.tariff)}};
  write_when(out, "activates", order.activates);
  out["transaction"] = order.transaction;
  return out;
}

operation::ChangeTenancy read_change_tenancy(FieldReader& in) {
  return read_what<operation::ChangeTenancy>(in);
}

operation::ChangeSupplier read_change_supplier(FieldReader& in) {
  auto order = read_what<operation::ChangeSupplier>(in);
  order.supplier = read_supplier(in);
  return order;
}

operation::SetTariff read_set_tariff(FieldReader& in) {
  operation::SetTariff order;
  order.tariff = read_tariff(in, "tariff");
  order.activates = read_when(in, "activates");
  order.transaction = in.number<std::uint32_t>("transaction", 1);
  return order;
}

json::object write_tariffs(const TariffReading& reading) {
  json::array pending;
  for (const PendingTariff& one : reading.pending) {
    json::object row = write_tariff(one.tariff);
    row["activates"] = rfc3339::text(one.activates);
    pending.push_back(std::move(row));
  }
  return {{"active", write_tariff(reading.active)}, {"pending", std::move(pending)}};
}

TariffReading read_tariffs(FieldReader& in, UtcTime read_at) {
  TariffReading reading{read_at, read_tariff(in, "active"), {}};
  reading.pending = read_rows<PendingTariff>(in, "pending", [&](FieldReader& row) {
    return PendingTariff{read_tariff(row), row.time("activates")};
  });
  const auto& pending = reading.pending;
  for (std::size_t i = 1; i < pending.size(); ++i) {
    if (pending[i].activates < pending[i - 1].activates) {
      in.wrong("pending", "tariffs with the soonest first");
    }
  }
  return reading;
}

json::array write_snapshots(const std::vector<BillingSnapshot>& snapshots) {
  json::array out;
  for (const BillingSnapshot& one : snapshots) {
    out.push_back(json::object{{"sequence", one.sequence},
                               {"time", rfc3339::text(one.meter_time)},
                               {"cause", std::string{billing_cause_word(one.cause)}},
                               {"import_wh", one.import_wh},
                               {"import_varh", one.import_varh},
                               {"balance_minor", one.balance_minor},
                               {"tariff", one.tariff_id},
                               {"supplier", one.supplier_id}});
  }
  return out;
}

std::vector<BillingSnapshot> read_snapshots(FieldReader& in, std::uint32_t after) {
  return read_rows<BillingSnapshot>(in, "snapshots", [&](FieldReader& row) {
    BillingSnapshot one;
    one.sequence = row.number<std::uint32_t>("sequence", 1);
    if (one.sequence <= after) row.wrong("sequence", "ascending sequences after after_sequence");
    after = one.sequence;
    one.meter_time = row.time("time");
    const auto cause = parse_billing_cause(row.text("cause"));
    if (!cause) row.wrong("cause", "the cause of a snapshot, such as period");
    one.cause = cause.value_or(BillingCause::Period);
    one.import_wh = row.number<std::int64_t>("import_wh");
    one.import_varh = row.number<std::int64_t>("import_varh");
    one.balance_minor = row.number<std::int64_t>("balance_minor");
    one.tariff_id = row.number<std::uint32_t>("tariff");
    one.supplier_id = row.number<std::uint32_t>("supplier");
    return one;
  });
}

}  // namespace metergate::meter_mqtt
