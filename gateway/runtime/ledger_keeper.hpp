// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "gateway/journal/journal.hpp"
#include "gateway/runtime/agenda.hpp"
#include "gateway/runtime/clock.hpp"
#include "storage/ledger.hpp"

namespace metergate::runtime {

/// Says when the ledger's writes become durable, and what happens when they don't.
///
/// Steps of commands are made durable at once, because somebody is about to hear of them or an
/// octet is about to leave. Collected data gathers for a moment: one fdatasync serves all of it.
class LedgerKeeper {
 public:
  LedgerKeeper(Ledger& ledger, journal::Journal& journal, const Clock& clock, Agenda& agenda);

  [[nodiscard]] Ledger& ledger() { return ledger_; }

  /// Everything written so far is durable when this returned true.
  [[nodiscard]] bool commit();
  /// Within a moment: somebody waits to hear of it.
  void commit_soon();
  /// Within a second: collected data, of which the meter has what is lost.
  void commit_data();
  /// Called after each commit that wrote something.
  void when_committed(std::function<void()> then) { committed_ = std::move(then); }

  /// Called when a write fails: what was written since the last commit is gone.
  void when_lost(std::function<void()> then) { lost_ = std::move(then); }
  /// Called once the ledger takes writes again: what was written since the last commit before the
  /// failure is gone, so whoever mirrors the ledger in memory reads it anew. On a turn of its own.
  void when_recovered(std::function<void(Now)> then) { recovered_ = std::move(then); }

  /// False from the first failed write until a try of our own succeeded: commands are refused
  /// meanwhile.
  [[nodiscard]] bool healthy() const { return healthy_; }

  /// The value, or nothing and the failure journalled.
  template <typename T>
  [[nodiscard]] std::optional<T> checked(Stored<T> stored) {
    if (!stored) {
      failed(stored.error());
      return std::nullopt;
    }
    return std::move(*stored);
  }

 private:
  void commit_within(Duration time);
  void failed(const StorageError& error);
  /// A small write of our own finds out when the disk takes something again. One at a time, however
  /// much has failed meanwhile: only a try ends the failure that began it.
  void try_again();
  void recovered();

  Ledger& ledger_;
  journal::Journal& journal_;
  const Clock& clock_;
  Agenda& agenda_;
  std::function<void()> committed_;
  std::function<void()> lost_;
  std::function<void(Now)> recovered_;
  std::optional<Agenda::Entry> planned_;
  bool healthy_ = true;
  std::set<const journal::EventDefinition*> told_;  ///< of the failure that lasts
};

}  // namespace metergate::runtime
