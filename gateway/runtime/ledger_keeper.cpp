// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/ledger_keeper.hpp"

#include <utility>

#include "gateway/runtime/storage_trouble.hpp"

namespace metergate::runtime {
namespace {

/// Long enough for the few steps that follow each other at once.
constexpr std::chrono::milliseconds kSoon{100};
/// A line at 9600 baud brings eight readings a second, which share a commit.
constexpr std::chrono::milliseconds kDataGathers{1'000};

const journal::EventDefinition& event_of(StorageError::Reason reason) {
  switch (reason) {
    case StorageError::Reason::DiskFull:
      return journal::kDiskFull;
    case StorageError::Reason::ReadOnly:
      return journal::kDiskReadOnly;
    case StorageError::Reason::Corrupt:
      return journal::kLedgerDamaged;
    default:
      return journal::kStorageFailed;
  }
}

}  // namespace

LedgerKeeper::LedgerKeeper(Ledger& ledger, journal::Journal& journal, const Clock& clock,
                           Agenda& agenda)
    : ledger_{ledger}, journal_{journal}, clock_{clock}, agenda_{agenda} {}

bool LedgerKeeper::commit() {
  agenda_.cancel(planned_);
  if (!ledger_.dirty()) return healthy_;
  if (const auto done = ledger_.commit(); !done) {
    failed(done.error());
    return false;
  }
  if (committed_) committed_();
  return true;
}

void LedgerKeeper::commit_soon() { commit_within(kSoon); }

void LedgerKeeper::commit_data() { commit_within(kDataGathers); }

void LedgerKeeper::commit_within(Duration time) {
  const Instant at = clock_.now().instant + time;
  if (planned_ && planned_->first <= at) return;
  agenda_.cancel(planned_);
  planned_ = agenda_.at(at, [this](Now) {
    planned_.reset();
    static_cast<void>(commit());
  });
}

void LedgerKeeper::failed(const StorageError& error) {
  if (error.reason == StorageError::Reason::Misuse) {
    journal_.write(journal::kInternalFault, clock_.now().utc, {{"what", error.what}});
    return;
  }
  const journal::EventDefinition& event = event_of(error.reason);
  // A disk on its way to read-only fails with an I/O error first; its cause shows at a later try.
  if (!told_.insert(&event).second) return;
  const bool is_tried_already = !std::exchange(healthy_, false);
  // First: the alarm about it must not be queued in the ledger that has just failed.
  journal_.write(event, clock_.now().utc, {{"what", error.what}});
  if (lost_) lost_();
  if (!is_tried_already) try_again();
}

void LedgerKeeper::try_again() {
  agenda_.at(clock_.now().instant + kStorageRetry, [this](Now now) {
    const auto written = ledger_.append_journal(
        {0, now.utc, "debug", "MG0700", "", "", "the ledger is tried again", ""});
    // Without that row a commit proves nothing: an empty transaction ends well on any disk.
    if (commit() && written) {
      recovered();
    } else {
      try_again();
    }
  });
}

void LedgerKeeper::recovered() {
  healthy_ = true;
  told_.clear();
  journal_.write(journal::kStorageRecovered, clock_.now().utc, {});
  agenda_.at(clock_.now().instant, [this](Now now) {
    if (recovered_) recovered_(now);
  });
}

}  // namespace metergate::runtime
