// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/audit/audit_forwarder.hpp"

#include <utility>

#include "gateway/journal/audit_line.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"

namespace metergate::runtime {
namespace {

constexpr std::chrono::seconds kPace{5};
constexpr std::size_t kMostAtOnce = 1'000;

}  // namespace

AuditForwarder::AuditForwarder(LedgerKeeper& keeper, Agenda& agenda, journal::Journal& journal,
                               Send send)
    : keeper_{keeper}, agenda_{agenda}, journal_{journal}, send_{std::move(send)} {}

void AuditForwarder::start(Now now) {
  if (!send_) return;
  const auto head = keeper_.checked(keeper_.ledger().audit_head());
  if (head) sent_ = head->entries;
  agenda_.at(now.instant + kPace, [this](Now later) { look_again(later); });
}

void AuditForwarder::look_again(Now now) {
  forward(now);
  agenda_.at(now.instant + kPace, [this](Now later) { look_again(later); });
}

void AuditForwarder::stop(Now now) {
  if (send_) forward(now);
}

void AuditForwarder::forward(Now now) {
  // What is not durable may never have been.
  if (!keeper_.healthy() || !keeper_.commit()) return;
  const auto head = keeper_.checked(keeper_.ledger().audit_head());
  while (head && sent_ < head->entries) {
    AuditFilter filter;
    filter.after_seq = sent_;
    filter.limit = kMostAtOnce;
    const auto rows = keeper_.checked(keeper_.ledger().audit(filter));
    if (!rows || rows->empty()) return;
    for (const AuditRecord& row : *rows) {
      if (!send_(journal::audit_line(row))) {
        if (told_.pass("", now.instant)) {
          journal_.write(journal::kAuditNotForwarded, now.utc,
                         {{"entries", std::to_string(head->entries - sent_)}});
        }
        return;
      }
      sent_ = row.seq;
    }
  }
}

}  // namespace metergate::runtime
