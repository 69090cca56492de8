// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/registry_desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/lines/link_runner.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "storage/audit/audit_chain.hpp"

namespace metergate::runtime {
namespace {

constexpr std::size_t kLongestId = 60;

Reason reason_of(registry::Refusal::Reason reason) {
  // The registry's own words are the refusal's (docs/mqtt-api.md).
  return parse_reason(registry::refusal_word(reason)).value_or(Reason::OutOfRange);
}

std::vector<MeterId> meters_of(const registry::Effect& effect) {
  std::set<MeterId> out;
  for (const auto* links : {&effect.ended, &effect.begun}) {
    for (const registry::Placement& one : *links) out.insert(one.meter);
  }
  for (const registry::CotDue& one : effect.cot_due) out.insert(one.meter);
  return {out.begin(), out.end()};
}

/// The change of tenancy that follows from a change of the registry: everything the meter can do
/// for it, as `change-tenancy` does unless told otherwise.
Command order_for(const Command& command, const registry::CotDue& due, std::size_t number,
                  UtcTime now) {
  ChangeTenancy change;
  // What happened before it was told of, nobody announced.
  const bool is_late = std::get<ChangeRegistry>(command.params).effective.has_value();
  change.situation = is_late ? TenancySituation::LeftUnannounced : TenancySituation::LeavesNow;
  change.order.actions = ChangeActions::all();
  change.order.relay = RelayAfter::Off;
  Command order = command;
  order.id = *CommandId::parse(command.id.text() + '-' + std::to_string(number));
  order.meter = due.meter;
  order.params = change;
  order.issued_at = now;
  order.priority = traits_of(Verb::ChangeTenancy).priority;
  return order;
}

std::string spoken(const registry::ChangeNames& names) {
  std::string out;
  for (const auto& field : registry::kChangeFields) {
    const std::string& name = names.*field.name;
    if (!name.empty()) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", field.word, name);
  }
  return out;
}

std::string port_of(const MeterUnit& meter) {
  const std::string& name = meter.address.name;
  return meter.runner->name() + '/' + (name.empty() ? std::to_string(meter.address.number) : name);
}

registry::Liveness liveness_of(const MeterUnit& meter) {
  const auto state = meter.session.state();
  const bool answers = state == session::State::Online || state == session::State::Suspect;
  return answers ? registry::Liveness::Live : registry::Liveness::Silent;
}

}  // namespace

RegistryDesk::RegistryDesk(LedgerKeeper& keeper, journal::Journal& journal,
                           const config::Registry& settings, RightsInForce rights,
                           Handlers handlers)
    : keeper_{keeper},
      journal_{journal},
      settings_{settings},
      rights_{std::move(rights)},
      handlers_{std::move(handlers)} {}

// ---- changes ------------------------------------------------------------------------------------

Result<access::Granted, Refusal> RegistryDesk::decide(const Command& command) {
  auto granted = decide_right(rights_, access::kRegistryRight, command);
  if (!granted || !std::get<ChangeRegistry>(command.params).change_tenancy) return granted;
  const auto also = decide_right(rights_, access::kTenancyRight, command);
  return also ? granted : Result<access::Granted, Refusal>{failure(also.error())};
}

Result<RegistryDesk::Changed, Refusal> RegistryDesk::change(const Command& command, Now now) {
  const auto& asked = std::get<ChangeRegistry>(command.params);
  if (asked.change_tenancy && command.id.text().size() > kLongestId) {
    return failure(Refusal{Reason::InvalidIdentifier, "id", command.id.text(),
                           "at most 60 characters: changes of tenancy are named after it"});
  }
  const auto granted = decide(command);
  if (!granted) {
    audit_denial(keeper_, command, granted.error(), now);
    return failure(granted.error());
  }
  if (auto unknown = stranger(registry::names_of(asked.request))) {
    return failure(*std::move(unknown));
  }
  const AuditEntry by = audit_entry(command, AuditKind::RegistryChanged, *granted, now.utc);
  if (const auto* one = std::get_if<registry::SettleConflict>(&asked.request)) {
    return settle(*one, by);
  }
  return link(command, std::get<registry::Change>(asked.request), by);
}

std::optional<Refusal> RegistryDesk::stranger(const registry::ChangeNames& names) {
  for (const auto& [field, name] :
       {std::pair{"params.meter", &names.meter}, std::pair{"params.new_meter", &names.new_meter}}) {
    const auto id = MeterId::parse(*name);
    if (!id) continue;
    const auto known = keeper_.checked(keeper_.ledger().find_meter(*id));
    if (!known) return storage_unavailable();
    if (!*known) return Refusal{Reason::UnknownMeter, field, *name, "a meter of this gateway"};
  }
  return std::nullopt;
}

Result<RegistryDesk::Changed, Refusal> RegistryDesk::link(const Command& command,
                                                          const registry::Change& change,
                                                          const AuditEntry& by) {
  const auto& asked = std::get<ChangeRegistry>(command.params);
  const registry::Order order{change, asked.effective.value_or(by.at)};
  auto judged = keeper_.checked(keeper_.ledger().change_registry(order, settings_.rules, by));
  if (!judged) return failure(storage_unavailable());
  if (!*judged) {
    const registry::Refusal& refusal = judged->error();
    return failure(Refusal{reason_of(refusal.reason), "params",
                           std::string{registry::change_word(change)}, refusal.text});
  }
  registry::Effect& effect = **judged;
  Changed out;
  for (registry::CotDue& due : effect.cot_due) {
    if (!asked.change_tenancy) break;
    out.orders.push_back(order_for(command, due, out.orders.size() + 1, by.at));
    due.command = out.orders.back().id.text();
  }
  out.result_json = registry::details_json(order, effect);
  out.cot_due = effect.cot_due;
  out.touched = meters_of(effect);
  const auto text = [](const std::optional<CustomerId>& customer) {
    return customer ? customer->text() : std::string{"nobody"};
  };
  for (const registry::CotDue& due : out.cot_due) {
    if (!due.command.empty()) continue;
    journal_.write(journal::kTenancyChangeDue, by.at,
                   {{"meter", due.meter.text()},
                    {"left", text(due.left)},
                    {"entered", text(due.entered)},
                    {"command", command.id.text()}});
  }
  for (const registry::Placement& one : effect.begun) out.placed.push_back(one.meter);
  return out;
}

Result<RegistryDesk::Changed, Refusal> RegistryDesk::settle(const registry::SettleConflict& asked,
                                                            const AuditEntry& by) {
  Ledger& ledger = keeper_.ledger();
  const auto open = keeper_.checked(ledger.conflicts(registry::ConflictScope::Open));
  if (!open) return failure(storage_unavailable());
  const auto settled = keeper_.checked(ledger.settle_conflict(asked.serial, asked.kept, by));
  if (!settled) return failure(storage_unavailable());
  if (!*settled) {
    return failure(Refusal{Reason::NoConflict, "params.serial", asked.serial.text(),
                           "a serial number of `metergate registry conflicts`"});
  }
  Changed out;
  out.result_json = fmt::format(R"({{"change":"settle","serial":"{}","seat":"{}"}})",
                                asked.serial.text(), registry::seat_kept_word(asked.kept));
  for (const registry::Conflict& conflict : *open) {
    if (conflict.serial != asked.serial) continue;
    out.touched.push_back(conflict.recorded.meter);
    out.touched.push_back(conflict.seen.meter);
  }
  return out;
}

void RegistryDesk::changed(const Changed& changed, const Command& by, Now now) {
  const registry::ChangeNames names =
      registry::names_of(std::get<ChangeRegistry>(by.params).request);
  journal_.write(journal::kRegistryChanged, now.utc,
                 {{"change", names.change},
                  {"command", by.id.text()},
                  {"meter", names.meter},
                  {"operator", by.operator_name},
                  {"what", spoken(names)}});
  for (const MeterId& id : changed.touched) {
    MeterUnit* meter = handlers_.find_meter(id);
    if (meter == nullptr) continue;
    look_at(*meter, now);
    handlers_.state_changed(*meter);
  }
  for (const MeterId& id : changed.placed) {
    if (MeterUnit* meter = handlers_.find_meter(id)) handlers_.placed(*meter, now);
  }
}

// ---- what the wires say -------------------------------------------------------------------------

void RegistryDesk::seen(MeterUnit& meter, const SerialNumber& serial, Now now) {
  const registry::Seat seat{meter.id(), port_of(meter)};
  const auto verdict = keeper_.checked(keeper_.ledger().see_meter({serial, seat, now.utc}));
  if (!verdict || *verdict == registry::SightingVerdict::AsRecorded) return;
  keeper_.commit_soon();
  if (*verdict != registry::SightingVerdict::NewConflict) return;
  const auto conflicts = keeper_.checked(keeper_.ledger().conflicts(registry::ConflictScope::Open));
  if (!conflicts) return;
  for (const registry::Conflict& conflict : *conflicts) {
    if (conflict.serial != serial || conflict.seen != seat) continue;
    journal_.write(journal::kRegistryConflict, now.utc,
                   {{"meter", seat.meter.text()},
                    {"serial", serial.text()},
                    {"port", seat.port},
                    {"recorded", conflict.recorded.meter.text()},
                    {"recorded_port", conflict.recorded.port}});
    for (const MeterId& id : {conflict.recorded.meter, conflict.seen.meter}) {
      if (MeterUnit* unit = handlers_.find_meter(id)) look_at(*unit, now);
    }
  }
}

void RegistryDesk::look_at(MeterUnit& meter, Now now) {
  using Cause = registry::VendingVerdict::Cause;
  if (settings_.unplaced == registry::UnplacedPolicy::Allow || meter.removed) return;
  const auto standing = keeper_.checked(keeper_.ledger().standing(meter.stored.key));
  if (!standing) return;
  const Cause cause =
      registry::judge_vending(*standing, liveness_of(meter), settings_.unplaced).cause;
  const auto told = alarms_.find(meter.id());
  if (cause == Cause::None) {
    // Silence alone puts nothing right.
    const bool is_right = standing->is_placed() && !standing->in_conflict;
    if (told == alarms_.end() || !is_right) return;
    alarms_.erase(told);
    journal_.write(journal::kMeterPlaced, now.utc, {{"meter", meter.id().text()}});
    return;
  }
  if (told != alarms_.end() && told->second == cause) return;
  alarms_.insert_or_assign(meter.id(), cause);
  journal_.write(
      journal::kMeterUnplaced, now.utc,
      {{"meter", meter.id().text()},
       {"what", cause == Cause::InConflict ? "its serial number is in conflict with the registry"
                                           : "stands at no location"}});
}

std::optional<Refusal> RegistryDesk::objection(MeterUnit& meter, Now now) {
  using Cause = registry::VendingVerdict::Cause;
  if (settings_.unplaced != registry::UnplacedPolicy::Block) return std::nullopt;
  const auto standing = keeper_.checked(keeper_.ledger().standing(meter.stored.key));
  if (!standing) return storage_unavailable();
  const auto verdict = registry::judge_vending(*standing, liveness_of(meter), settings_.unplaced);
  if (!verdict.is_blocked) return std::nullopt;
  look_at(meter, now);
  if (verdict.cause == Cause::InConflict) {
    return Refusal{Reason::PlaceInDoubt, "meter", meter.id().text(),
                   "a meter whose conflict is settled (metergate registry settle)"};
  }
  return Refusal{Reason::PlaceUnknown, "meter", meter.id().text(),
                 "a meter that is assigned to its location (metergate registry assign)"};
}

}  // namespace metergate::runtime
