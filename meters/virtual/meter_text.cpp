// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "meters/virtual/entry_text.hpp"
#include "meters/virtual/meter_state.hpp"
#include "meters/virtual/order_text.hpp"
#include "meters/virtual/state_text.hpp"

namespace metergate::virtual_meter {
namespace {

using operation::OrderTaken;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kFormat = "metergate-virtual-meter";
/// Version 1 knew neither keys nor limits set by tokens, and one register of money; version 2 no
/// changes of tenancy, supplier or tariff.
constexpr unsigned kVersion = 3;

void write_settings(StateWriter& out, const Settings& settings) {
  out.line("serial");
  out.word(settings.serial.text());
  out.line("firmware");
  out.word(settings.firmware);
  out.line("settings");
  out.number(settings.seed);
  out.number(settings.capture_period.count());
  out.flag(settings.prepayment);
  out.number(settings.balance_minor);
  out.number(settings.price_minor_per_kwh);
  out.number(settings.clock_drift_ppm);
  out.number(settings.relay_operations_per_day);
  out.flag(settings.load_limit_w.has_value());
  out.number(settings.load_limit_w.value_or(0));
  out.number(settings.history.count());
  out.word(supply_word(settings.supply));
  out.number(settings.phases);
  out.number(settings.most_top_up_minor);
}

SupplyState read_supply(StateReader& in) {
  const std::string_view word = in.word();
  const auto state = parse_supply(word);
  if (!state) in.refuse("a supply state", word);
  return state.value_or(SupplyState::Unknown);
}

std::optional<Settings> read_settings(StateReader& in, unsigned version) {
  in.expect("serial");
  const std::string_view serial_text = in.word();
  const auto serial = SerialNumber::parse(serial_text);
  if (!serial) {
    in.refuse("a serial number", serial_text);
    return std::nullopt;
  }
  Settings settings{*serial};
  in.expect("firmware");
  settings.firmware = in.rest_of_line();
  in.expect("settings");
  settings.seed = in.number<std::uint64_t>();
  settings.capture_period = CapturePeriod{in.number<std::int64_t>()};
  const auto period = settings.capture_period;
  if (period <= minutes{0} || minutes{days{1}} % period != minutes{0}) {
    in.refuse("a capture period that divides the day", std::to_string(period.count()));
  }
  settings.prepayment = in.flag();
  settings.balance_minor = in.number<std::int64_t>();
  settings.price_minor_per_kwh = in.number<std::int64_t>();
  settings.clock_drift_ppm = in.number<double>();
  settings.relay_operations_per_day = in.number<std::uint16_t>();
  const bool limited = in.flag();
  const auto limit = in.number<unsigned>();
  if (limited) settings.load_limit_w = limit;
  settings.history = days{in.number<std::int32_t>()};
  settings.supply = read_supply(in);
  if (version > 1) {
    settings.phases = in.number<unsigned>();
    if (settings.phases != 1 && settings.phases != 3) {
      in.refuse("1 or 3 phases", std::to_string(settings.phases));
    }
    settings.most_top_up_minor = in.number<std::int64_t>();
  }
  if (!in.ok()) return std::nullopt;
  return settings;
}

void write_energy(StateWriter& out, const EnergyRecorder& energy) {
  const EnergyRecorder::Registers registers = energy.registers();
  out.line("registers");
  out.number(registers.watt_seconds);
  out.number(registers.var_seconds);
  out.time(registers.open_start);
  out.number(registers.open_wh);
  out.number(registers.open_varh);
  out.number(registers.open_seconds);
  out.number(registers.open_marks);
  out.line("profile");
  out.number(energy.intervals().size());
  UtcSeconds before;
  for (const StoredInterval& row : energy.intervals()) {
    out.number((row.start - before).count());
    before = row.start;
    out.number(row.wh);
    out.number(row.varh);
    out.number(row.marks);
  }
  out.line("snapshots");
  out.number(energy.snapshots().size());
  for (const StoredSnapshot& row : energy.snapshots()) {
    out.day(row.day);
    out.number(row.wh);
    out.number(row.varh);
    out.number(row.marks);
  }
}

void read_energy(StateReader& in, EnergyRecorder& energy) {
  EnergyRecorder::Registers registers;
  in.expect("registers");
  registers.watt_seconds = in.number<std::int64_t>();
  registers.var_seconds = in.number<std::int64_t>();
  registers.open_start = in.time();
  registers.open_wh = in.number<std::int64_t>();
  registers.open_varh = in.number<std::int64_t>();
  registers.open_seconds = in.number<std::int64_t>();
  registers.open_marks = in.number<std::uint16_t>();
  in.expect("profile");
  std::vector<StoredInterval> intervals(in.count());
  UtcSeconds before;
  for (StoredInterval& row : intervals) {
    row.start = before + seconds{in.number<std::int64_t>()};
    before = row.start;
    row.wh = in.number<std::uint32_t>();
    row.varh = in.number<std::uint32_t>();
    row.marks = in.number<std::uint16_t>();
  }
  in.expect("snapshots");
  std::vector<StoredSnapshot> snapshots(in.count());
  for (StoredSnapshot& row : snapshots) {
    row.day = in.day();
    row.wh = in.number<std::int64_t>();
    row.varh = in.number<std::int64_t>();
    row.marks = in.number<std::uint16_t>();
  }
  energy.restore(registers, std::move(intervals), std::move(snapshots));
}

void write_book(StateWriter& out, const EventBook& book) {
  for (const LogId log : kAllLogs) {
    out.line("log");
    out.word(log_word(log));
    out.number(book.entries(log).size());
    for (const LogEntry& entry : book.entries(log)) write_entry(out, entry);
  }
}

void read_book(StateReader& in, EventBook& book) {
  for (const LogId log : kAllLogs) {
    in.expect("log");
    in.expect(log_word(log));
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) book.restore(read_entry(in, log));
  }
}

}  // namespace

std::string VirtualMeter::save() const {
  const State& state = *state_;
  StateWriter out;
  out.line(kFormat);
  out.number(kVersion);
  write_settings(out, state.settings);
  out.line("life");
  out.time(state.born);
  out.time(state.made);
  out.time(state.lived_to);
  out.number(state.ticks);
  out.time(state.clock_base);
  out.flag(state.has_power);
  out.flag(state.cover_open);
  out.flag(state.missed_midnight);
  out.flag(state.low_credit_written);
  out.number(state.overload_until.value_or(0));
  write_energy(out, state.energy);
  out.line("account");
  out.number(state.account.money_minor());
  out.number(state.account.owed());
  out.number(state.account.units_watt_seconds());
  out.line("relay");
  out.word(supply_word(state.relay.state()));
  out.number(state.relay.causes().bits);
  out.number(state.last_transaction);
  out.number(state.changes);
  out.line("relay-operations");
  out.number(state.relay_limit.seconds().size());
  for (const std::int64_t second : state.relay_limit.seconds()) out.number(second);
  write_book(out, state.book);
  write_orders(out, state.orders);
  out.line("pushed");
  for (const std::uint32_t sequence : state.pushed.sequences) out.number(sequence);
  out.time(state.pushed.interval);
  out.day(state.pushed.day);
  state.write_tokens(out);
  state.write_changes(out);
  return out.take();
}

Result<VirtualMeter, std::string> VirtualMeter::restore(std::string_view text) {
  StateReader in{text};
  in.expect(kFormat);
  const auto version = in.number<unsigned>();
  if (version == 0 || version > kVersion) {
    in.refuse("version 1 to " + std::to_string(kVersion), std::to_string(version));
  }
  auto settings = read_settings(in, version);
  if (!settings) return failure(in.error());
  in.expect("life");
  const UtcSeconds born = in.time();
  const UtcSeconds made = in.time();
  auto state = std::make_unique<State>(std::move(*settings), born, made);
  state->lived_to = in.time();
  state->ticks = in.number<std::int64_t>();
  state->clock_base = in.time();
  state->has_power = in.flag();
  state->cover_open = in.flag();
  state->missed_midnight = in.flag();
  state->low_credit_written = in.flag();
  if (const auto until = in.number<std::int64_t>(); until != 0) state->overload_until = until;
  read_energy(in, state->energy);
  in.expect("account");
  const auto balance = in.number<std::int64_t>();
  const auto owed = in.number<std::int64_t>();
  state->account.restore(balance, owed, version > 1 ? in.number<std::int64_t>() : 0);
  in.expect("relay");
  const SupplyState supply = read_supply(in);
  state->relay = SupplySwitch{supply, SupplyCauses{in.number<std::uint16_t>()}};
  state->last_transaction = in.number<operation::TransactionId>();
  state->changes = in.number<std::uint64_t>();
  in.expect("relay-operations");
  for (std::size_t left = in.count(); left > 0 && in.ok(); --left) {
    state->relay_limit.restore(in.number<std::int64_t>());
  }
  read_book(in, state->book);
  state->orders = read_orders(in, version > 1);
  for (const OrderSeen& seen : state->orders) {
    if (!seen.digits.empty() && std::holds_alternative<OrderTaken>(seen.answer)) {
      state->account.remember(seen.digits);
    }
  }
  in.expect("pushed");
  for (std::uint32_t& sequence : state->pushed.sequences) sequence = in.number<std::uint32_t>();
  state->pushed.interval = in.time();
  state->pushed.day = in.day();
  if (version > 1) state->read_tokens(in);
  if (version > 2) {
    state->read_changes(in);
  } else {
    // As it told them then: by the entries of a log that was never purged.
    state->boots = state->book.last_sequence(LogId::Hardware) + 1;
  }
  if (!in.ok()) return failure(in.error());
  return VirtualMeter{std::move(state)};
}

}  // namespace metergate::virtual_meter
