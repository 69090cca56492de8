// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/change_params.hpp"

#include <string>

namespace metergate::north {

namespace json = boost::json;

namespace {

/// A time the meter's clock can show: whole seconds.
std::optional<UtcSeconds> seconds(BodyReader& in, std::string_view key) {
  if (!in.has(key)) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(in.time(key));
}

constexpr std::int64_t kMostU32 = 0xFFFF'FFFF;

std::uint32_t number(BodyReader& in, std::string_view key, std::int64_t least) {
  return static_cast<std::uint32_t>(in.integer(key, least, kMostU32));
}

std::string allowed_actions(ChangeActions allowed) {
  std::string out = "each once of ";
  for (const std::string_view word : allowed.words()) {
    if (!out.ends_with(" of ")) out += ", ";
    out += word;
  }
  return out;
}

/// `actions`: a list of words; absent, what `usual` says.
ChangeActions read_actions(BodyReader& in, ChangeActions allowed, ChangeActions usual) {
  if (!in.has("actions")) return usual;
  ChangeActions out;
  for (const json::value& word : in.list("actions")) {
    const auto action =
        word.is_string() ? parse_change_action({word.get_string().data(), word.get_string().size()})
                         : std::nullopt;
    if (!action || !allowed.has(*action) || out.has(*action)) {
      in.refuse(Reason::OutOfRange, "actions", allowed_actions(allowed));
      return out;
    }
    out.add(*action);
  }
  return out;
}

ChangeOrder read_change(BodyReader& in, ChangeActions allowed, ChangeActions usual,
                        RelayAfter usual_relay) {
  ChangeOrder order;
  order.effective = seconds(in, "effective");
  order.actions = read_actions(in, allowed, usual);
  order.relay = usual_relay;
  if (in.has("relay")) {
    const auto relay = parse_relay_after(in.text("relay"));
    // A relay is closed by its user, never by a change (utrn-and-premier.md 1.7).
    if (!relay) in.refuse(Reason::OutOfRange, "relay", "unchanged, off or armed");
    order.relay = relay.value_or(usual_relay);
  }
  if (in.has("event_id")) order.event_id = number(in, "event_id", 0);
  return order;
}

Supplier read_supplier(BodyReader& in) {
  Supplier supplier{number(in, "supplier_id", 1), in.text("supplier_name")};
  if (!is_supplier_name(supplier.name)) {
    in.refuse(Reason::OutOfRange, "supplier_name", "1 to 16 printable ASCII characters");
  }
  return supplier;
}

}  // namespace

CommandParams change_tenancy(BodyReader& in) {
  in.allow({"situation", "effective", "actions", "relay", "event_id", "uncollected"});
  ChangeTenancy out;
  const auto situation = parse_situation(in.text("situation"));
  if (!situation) {
    in.refuse(Reason::OutOfRange, "situation", "left-unannounced, leaves-now or leaves-later");
  }
  out.situation = situation.value_or(TenancySituation::LeavesNow);
  out.order = read_change(in, ChangeActions::all(), ChangeActions::all(), RelayAfter::Off);
  out.order.uncollected = in.has("uncollected") && in.boolean("uncollected");
  const bool later = out.situation == TenancySituation::LeavesLater;
  if (later && !out.order.effective) {
    in.refuse(Reason::MissingField, "effective", "the time he leaves");
  }
  if (!later && out.order.effective) {
    in.refuse(Reason::UnknownField, "effective", "with situation leaves-later only");
  }
  return out;
}

CommandParams change_supplier(BodyReader& in) {
  in.allow({"supplier_id", "supplier_name", "effective", "actions", "relay", "event_id"});
  ChangeActions allowed;
  for (const ChangeAction action :
       {ChangeAction::BillingBefore, ChangeAction::BillingAfter, ChangeAction::ResetBalance}) {
    allowed.add(action);
  }
  ChangeActions usual;
  usual.add(ChangeAction::BillingBefore);
  usual.add(ChangeAction::BillingAfter);
  ChangeSupplier out{read_supplier(in), {}};
  out.order = read_change(in, allowed, usual, RelayAfter::Unchanged);
  return out;
}

CommandParams set_tariff(BodyReader& in) {
  in.allow({"tariff_id", "supplier_id", "supplier_name", "price_minor_per_kwh", "activates"});
  SetTariff out;
  out.tariff.id = number(in, "tariff_id", 1);
  out.tariff.supplier = read_supplier(in);
  out.tariff.price_minor_per_kwh = number(in, "price_minor_per_kwh", 0);
  out.activates = seconds(in, "activates");
  return out;
}

CommandParams export_tenancy(BodyReader& in) {
  in.allow({"epoch", "publish"});
  ExportTenancy out{.epoch = in.integer("epoch", 1, kMostU32)};
  if (in.has("publish")) out.publish = in.boolean("publish");
  return out;
}

CommandParams erase_tenancy(BodyReader& in) {
  in.allow({"epoch"});
  return EraseTenancy{in.integer("epoch", 1, kMostU32)};
}

}  // namespace metergate::north
