// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/tenancy/sealed_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/runtime/audit/audit_notes.hpp"
#include "gateway/runtime/storage_trouble.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/tenancy_record.hpp"

namespace metergate::runtime {
namespace {

Epoch epoch_of(const Command& command) {
  if (const auto* asked = std::get_if<ExportTenancy>(&command.params)) return asked->epoch;
  return std::get<EraseTenancy>(command.params).epoch;
}

}  // namespace

SealedDesk::SealedDesk(LedgerKeeper& keeper, journal::Journal& journal, RightsInForce rights)
    : keeper_{keeper}, journal_{journal}, rights_{std::move(rights)} {}

Result<access::Granted, Refusal> SealedDesk::decide(const Command& command, const MeterUnit& meter,
                                                    Now now) {
  auto granted = judge_right(rights_, access::kSealedRight, keeper_, command, now);
  if (!granted) return granted;
  const auto tenancies = keeper_.checked(keeper_.ledger().tenancies(meter.stored.key));
  if (!tenancies) return failure(storage_unavailable());
  const Epoch epoch = epoch_of(command);
  const auto found = std::ranges::find(*tenancies, epoch, &StoredTenancy::epoch);
  if (found != tenancies->end() && found->sealed() && !found->erased) return granted;
  return failure(Refusal{Reason::OutOfRange, "params.epoch", std::to_string(epoch),
                         "a sealed tenancy of the meter that is not erased (metergate tenancy)"});
}

bool SealedDesk::carry_out(const Command& command, const access::Granted& by,
                           const MeterUnit& meter, Now now) {
  Ledger& ledger = keeper_.ledger();
  const bool erases = command.verb() == Verb::EraseTenancy;
  const auto* asked = std::get_if<ExportTenancy>(&command.params);
  const MeterKey key = meter.stored.key;
  if (erases && !keeper_.checked(ledger.erase_tenancy(key, epoch_of(command), now.utc))) {
    return false;
  }
  if (asked != nullptr && asked->publish &&
      !keeper_.checked(ledger.publish_again(key, asked->epoch))) {
    return false;
  }
  AuditEntry entry = audit_entry(
      command, erases ? AuditKind::TenancyErased : AuditKind::TenancyExported, by, now.utc);
  entry.details_json =
      fmt::format(R"({{"command":"{}","epoch":{}}})", command.id.text(), epoch_of(command));
  return keeper_.checked(ledger.append_audit(entry)).has_value();
}

void SealedDesk::carried_out(const Command& command, Now now) {
  const bool erases = command.verb() == Verb::EraseTenancy;
  journal_.write(erases ? journal::kTenancyErased : journal::kTenancyExported, now.utc,
                 {{"meter", command.meter.text()},
                  {"epoch", std::to_string(epoch_of(command))},
                  {"operator", command.operator_name}});
}

std::string SealedDesk::result_of(const Command& command) {
  return fmt::format(R"({{"epoch":{}}})", epoch_of(command));
}

}  // namespace metergate::runtime
