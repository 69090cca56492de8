// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/commands/relay_fuse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gateway/access/identity.hpp"
#include "gateway/runtime/lines/link_runner.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "meters/audit.hpp"
#include "protocols/crypto/random.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::hours kWindow{1};

/// The state an order leads to; nothing where it leaves the relay alone, or has to.
std::optional<SupplyState> led_to(const Command& command, const MeterUnit& meter) {
  if (const auto* relay = std::get_if<SetRelay>(&command.params)) return relay->state;
  const auto* change = std::get_if<ChangeTenancy>(&command.params);
  if (change == nullptr || change->order.relay == RelayAfter::Unchanged) return std::nullopt;
  if (!meter.can(Capability::ChangeTenancy) && !meter.can(Capability::OperateRelay)) {
    return std::nullopt;
  }
  return change->order.relay == RelayAfter::Off ? SupplyState::Off : SupplyState::Armed;
}

/// ARMED opens a supply that is on; one that is off it brings nearer to being closed.
bool opens_supply(const Command& command, const MeterUnit& meter) {
  const auto state = led_to(command, meter);
  if (!state || *state == SupplyState::On) return false;
  return *state == SupplyState::Off || meter.stored.supply_reported != SupplyState::Off;
}

std::string_view field_of(const Command& command) {
  return command.verb() == Verb::SetRelay ? "params.state" : "params.relay";
}

}  // namespace

std::chrono::milliseconds spread_delay(std::chrono::milliseconds longest, UtcTime due,
                                       UtcTime expires_at, std::uint32_t drawn) {
  const auto most = std::clamp(longest, std::chrono::milliseconds{0},
                               std::max(std::chrono::milliseconds{0}, (expires_at - due) / 2));
  // Every one of its milliseconds is as likely as the others, to within 2^-32.
  return std::chrono::milliseconds{((most.count() + 1) * std::int64_t{drawn}) >> 32};
}

RelayFuse::RelayFuse(LedgerKeeper& keeper, journal::Journal& journal,
                     const config::RelayOffFuse& limits, LineOf line_of)
    : keeper_{keeper}, journal_{journal}, limits_{limits}, line_of_{std::move(line_of)} {}

std::optional<Refusal> RelayFuse::objection(const Command& command, const MeterUnit& meter,
                                            Now now) {
  if (!opens_supply(command, meter)) return std::nullopt;
  auto refusal = judge(meter.runner->name(), now);
  if (refusal && refusal->reason == Reason::RelayOffFuse) refusal->field = field_of(command);
  if (!refusal) {
    blown_ = false;
  } else if (refusal->reason == Reason::RelayOffFuse && !std::exchange(blown_, true)) {
    journal_.write(journal::kRelayFuseBlown, now.utc,
                   {{"command", command.id.text()},
                    {"meter", command.meter.text()},
                    {"operator", command.operator_name},
                    {"limit", refusal->expected}});
  }
  return refusal;
}

Command RelayFuse::spread(const Command& command, const MeterUnit& meter, Now now) const {
  Command out = command;
  if (limits_.spread.count() == 0 || command.verb() != Verb::SetRelay ||
      !opens_supply(command, meter)) {
    return out;
  }
  const UtcTime due = std::max(command.not_before.value_or(now.utc), now.utc);
  const auto octets = crypto::random_octets<4>();
  std::uint32_t drawn = 0;
  for (const std::uint8_t octet : octets) drawn = (drawn << 8U) | octet;
  out.not_before = due + spread_delay(limits_.spread, due, command.expires_at, drawn);
  return out;
}

std::optional<Refusal> RelayFuse::judge(const std::string& line, Now now) {
  const UtcTime since = released_at(now).value_or(UtcTime{});
  const auto openings = keeper_.checked(keeper_.ledger().relay_openings(now.utc - kWindow, since));
  if (!openings) return storage_unavailable();
  const auto refused = [](std::size_t count, const std::string& what) {
    return Refusal{Reason::RelayOffFuse, "params.state",
                   fmt::format("{} supplies were opened or are about to be", count),
                   what + "; a person at the box can release it (metergate release-fuse)"};
  };
  if (openings->size() >= limits_.per_hour) {
    return refused(openings->size(), fmt::format("at most {} within an hour", limits_.per_hour));
  }
  const auto on_line = static_cast<std::size_t>(
      std::ranges::count_if(*openings, [&](MeterKey key) { return line_of_(key) == line; }));
  if (on_line >= limits_.per_line_hour) {
    return refused(
        on_line, fmt::format("at most {} within an hour on line {}", limits_.per_line_hour, line));
  }
  return std::nullopt;
}

std::optional<UtcTime> RelayFuse::released_at(Now now) {
  if (looked_up_) return released_at_;
  // One longer ago than the window frees nothing that still counts, or is held by what waits.
  AuditFilter filter;
  filter.kinds = {AuditKind::FuseReleased};
  filter.since = now.utc - kWindow;
  const auto found = keeper_.checked(keeper_.ledger().audit(filter));
  if (!found) return std::nullopt;
  looked_up_ = true;
  if (!found->empty()) released_at_ = found->back().at;
  return released_at_;
}

bool RelayFuse::release(const Person& by, Now now) {
  AuditEntry entry;
  entry.at = now.utc;
  entry.kind = AuditKind::FuseReleased;
  entry.operator_name = by.user;
  entry.proof = IdentityProof::LocalUser;
  entry.work_order = by.work_order;
  entry.comment = by.comment;
  if (!keeper_.checked(keeper_.ledger().append_audit(entry)) || !keeper_.commit()) return false;
  looked_up_ = true;
  released_at_ = now.utc;
  blown_ = false;
  journal_.write(journal::kRelayFuseReleased, now.utc, {{"user", by.user}});
  return true;
}

}  // namespace metergate::runtime
