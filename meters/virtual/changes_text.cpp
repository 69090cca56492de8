// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/entry_text.hpp"
#include "meters/virtual/meter_state.hpp"

/// What version 3 added to the saved state: billing snapshots, tariffs, changes that wait and
/// changes that came into force, what was purged.
namespace metergate::virtual_meter {
namespace {

template <typename Choice>
Choice read_choice(StateReader& in, unsigned least, unsigned greatest, std::string_view wanted) {
  const auto number = in.number<unsigned>();
  if (number < least || number > greatest) {
    in.refuse(wanted, std::to_string(number));
    return static_cast<Choice>(least);
  }
  return static_cast<Choice>(number);
}

// A name is the rest of its line: it may hold spaces.
void write_supplier(StateWriter& out, const Supplier& supplier) {
  out.number(supplier.id);
  out.word(supplier.name);
}
Supplier read_supplier(StateReader& in) {
  const auto id = in.number<std::uint32_t>();
  Supplier supplier{id, std::string{in.rest_of_line()}};
  if (!is_supplier_name(supplier.name)) in.refuse("a supplier's name", supplier.name);
  return supplier;
}

void write_tariff(StateWriter& out, const Tariff& tariff) {
  out.number(tariff.id);
  out.number(tariff.price_minor_per_kwh);
  write_supplier(out, tariff.supplier);
}
Tariff read_tariff(StateReader& in) {
  Tariff tariff;
  tariff.id = in.number<std::uint32_t>();
  tariff.price_minor_per_kwh = in.number<std::uint32_t>();
  tariff.supplier = read_supplier(in);
  return tariff;
}

void write_snapshot(StateWriter& out, const BillingSnapshot& snapshot) {
  out.number(snapshot.sequence);
  out.time(snapshot.meter_time);
  out.number(static_cast<unsigned>(snapshot.cause));
  out.number(snapshot.import_wh);
  out.number(snapshot.import_varh);
  out.number(snapshot.balance_minor);
  out.number(snapshot.tariff_id);
  out.number(snapshot.supplier_id);
}
BillingSnapshot read_snapshot(StateReader& in) {
  BillingSnapshot snapshot;
  snapshot.sequence = in.number<std::uint32_t>();
  snapshot.meter_time = in.time();
  snapshot.cause = read_choice<BillingCause>(in, 1, kBillingCauses, "the cause of a snapshot");
  snapshot.import_wh = in.number<std::int64_t>();
  snapshot.import_varh = in.number<std::int64_t>();
  snapshot.balance_minor = in.number<std::int64_t>();
  snapshot.tariff_id = in.number<std::uint32_t>();
  snapshot.supplier_id = in.number<std::uint32_t>();
  return snapshot;
}

template <typename Row, typename Write>
void write_rows(StateWriter& out, std::string_view key, const std::vector<Row>& rows, Write write) {
  out.line(key);
  out.number(rows.size());
  for (const Row& row : rows) write(out, row);
}
template <typename Read>
auto read_rows(StateReader& in, std::string_view key, Read read) {
  in.expect(key);
  std::vector<decltype(read(in))> rows(in.count());
  for (auto& row : rows) row = read(in);
  return rows;
}

/// What both orders have.
template <typename Order>
void write_waiting(StateWriter& out, std::string_view key, const std::optional<Order>& order) {
  out.line(key);
  out.flag(order.has_value());
  if (!order) return;
  out.time(*order->effective);
  out.number(order->actions.bits());
  out.number(static_cast<unsigned>(order->relay));
  out.number(order->event_id);
  out.number(order->transaction);
}
template <typename Order>
bool read_waiting(StateReader& in, std::string_view key, std::optional<Order>& order) {
  in.expect(key);
  if (!in.flag()) return false;
  order.emplace();
  order->effective = in.time();
  order->actions = ChangeActions::of_bits(in.number<std::uint32_t>());
  order->relay = read_choice<RelayAfter>(in, 0, 2, "what the relay does afterwards");
  order->event_id = in.number<std::uint32_t>();
  order->transaction = in.number<operation::TransactionId>();
  return true;
}

void write_fired(StateWriter& out, const ChangeFired& fired) {
  out.number(static_cast<unsigned>(fired.kind));
  out.number(fired.transaction);
  out.number(fired.event_id);
  out.time(fired.true_time);
  out.time(fired.meter_time);
  out.time(fired.effective);
  out.number(static_cast<unsigned>(fired.supply));
  out.number(fired.intervals_purged);
  out.time(fired.first_purged);
  out.time(fired.last_purged);
}
ChangeFired read_fired(StateReader& in) {
  ChangeFired fired;
  fired.kind = read_choice<ChangeFired::Kind>(in, 1, 3, "a kind of change");
  fired.transaction = in.number<operation::TransactionId>();
  fired.event_id = in.number<std::uint32_t>();
  fired.true_time = in.time();
  fired.meter_time = in.time();
  fired.effective = in.time();
  fired.supply = read_choice<SupplyState>(in, 0, 3, "a supply state");
  fired.intervals_purged = in.number<std::uint32_t>();
  fired.first_purged = in.time();
  fired.last_purged = in.time();
  return fired;
}

void write_purged_entry(StateWriter& out, const LogEntry& entry) {
  out.word(log_word(entry.log));
  write_entry(out, entry);
}
LogEntry read_purged_entry(StateReader& in) {
  const std::string_view word = in.word();
  const auto log = parse_log(word);
  if (!log) in.refuse("the name of a log", word);
  return read_entry(in, log.value_or(LogId::Token));
}

}  // namespace

void VirtualMeter::State::write_changes(StateWriter& out) const {
  out.line("boots");
  out.number(boots);
  out.line("delivered-with");
  out.flag(settings.keep_truth);
  write_supplier(out, settings.supplier);
  out.line("relay-rules");
  out.flag(settings.remote_close);
  out.number(settings.emergency_credit_minor);
  out.flag(emergency_credit);
  const FriendlyHours hours = settings.friendly_hours.value_or(FriendlyHours{});
  out.flag(settings.friendly_hours.has_value());
  out.number(hours.from);
  out.number(hours.to);
  out.line("cycling");
  out.flag(cycling.has_value());
  if (cycling) {
    out.number(cycling->movements_left);
    out.number(cycling->next);
    out.number(static_cast<unsigned>(cycling->state));
    out.number(cycling->causes.bits);
  }
  out.line("second-key-until");
  out.number(confirm_until.value_or(0));
  out.line("tariff");
  write_tariff(out, tariffs.active());
  write_rows(out, "pending-tariffs", tariffs.pending(), [](StateWriter& to, const auto& pending) {
    to.line("");
    to.time(pending.activates);
    write_tariff(to, pending.tariff);
  });
  out.line("billing");
  out.number(billing.next_sequence());
  write_rows(out, "billing-snapshots", billing.snapshots(), write_snapshot);
  write_waiting(out, "pending-tenancy", pending_tenancy);
  write_waiting(out, "pending-supplier", pending_supplier);
  if (pending_supplier) write_supplier(out, pending_supplier->supplier);
  write_rows(out, "changes-fired", changes_fired, write_fired);
  out.line("push-again");
  out.flag(again.has_value());
  const PushMark mark = again.value_or(PushMark{});
  for (const std::uint32_t sequence : mark.sequences) out.number(sequence);
  out.time(mark.interval);
  out.day(mark.day);
  write_rows(out, "purged-intervals", purged.intervals, [](StateWriter& to, const auto& row) {
    to.time(row.start);
    to.number(row.wh);
    to.number(row.varh);
    to.number(row.marks);
  });
  write_rows(out, "purged-daily", purged.daily, [](StateWriter& to, const auto& row) {
    to.day(row.day);
    to.number(row.wh);
    to.number(row.varh);
    to.number(row.marks);
  });
  write_rows(out, "purged-entries", purged.entries, write_purged_entry);
  write_rows(out, "purged-billing", purged.billing, write_snapshot);
}

void VirtualMeter::State::read_changes(StateReader& in) {
  in.expect("boots");
  boots = in.number<std::uint32_t>();
  in.expect("delivered-with");
  settings.keep_truth = in.flag();
  settings.supplier = read_supplier(in);
  in.expect("relay-rules");
  settings.remote_close = in.flag();
  settings.emergency_credit_minor = in.number<std::int64_t>();
  emergency_credit = in.flag();
  const bool has_hours = in.flag();
  FriendlyHours hours;
  hours.from = in.number<unsigned>();
  hours.to = in.number<unsigned>();
  if (has_hours) settings.friendly_hours = hours;
  in.expect("cycling");
  if (in.flag()) {
    cycling = Cycling{};
    cycling->movements_left = in.number<std::uint8_t>();
    cycling->next = in.number<std::int64_t>();
    cycling->state = read_choice<SupplyState>(in, 1, 3, "a supply state");
    cycling->causes.bits = in.number<std::uint16_t>();
    if (cycling->next <= ticks) in.refuse("a time to come", std::to_string(cycling->next));
  }
  in.expect("second-key-until");
  if (const auto until = in.number<std::int64_t>(); until != 0) confirm_until = until;
  in.expect("tariff");
  Tariff active = read_tariff(in);
  auto pending = read_rows(in, "pending-tariffs", [](StateReader& from) {
    const UtcSeconds activates = from.time();
    return PendingTariff{read_tariff(from), activates};
  });
  if (pending.size() > TariffBook::kMostPending) {
    in.refuse("the number of pending tariffs", std::to_string(pending.size()));
  }
  account.set_price(active.price_minor_per_kwh);
  tariffs.restore(std::move(active), std::move(pending));
  in.expect("billing");
  const auto next = in.number<std::uint32_t>();
  billing.restore(next, read_rows(in, "billing-snapshots", read_snapshot));
  read_waiting(in, "pending-tenancy", pending_tenancy);
  if (read_waiting(in, "pending-supplier", pending_supplier)) {
    pending_supplier->supplier = read_supplier(in);
  }
  changes_fired = read_rows(in, "changes-fired", read_fired);
  in.expect("push-again");
  const bool is_there = in.flag();
  PushMark mark;
  for (std::uint32_t& sequence : mark.sequences) sequence = in.number<std::uint32_t>();
  mark.interval = in.time();
  mark.day = in.day();
  if (is_there) again = mark;
  purged.intervals = read_rows(in, "purged-intervals", [](StateReader& from) {
    StoredInterval row;
    row.start = from.time();
    row.wh = from.number<std::uint32_t>();
    row.varh = from.number<std::uint32_t>();
    row.marks = from.number<std::uint16_t>();
    return row;
  });
  purged.daily = read_rows(in, "purged-daily", [](StateReader& from) {
    StoredSnapshot row;
    row.day = from.day();
    row.wh = from.number<std::int64_t>();
    row.varh = from.number<std::int64_t>();
    row.marks = from.number<std::uint16_t>();
    return row;
  });
  purged.entries = read_rows(in, "purged-entries", read_purged_entry);
  purged.billing = read_rows(in, "purged-billing", read_snapshot);
}

}  // namespace metergate::virtual_meter
