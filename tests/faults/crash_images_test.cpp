// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "storage/audit/audit_chain.hpp"
#include "tests/faults/disk/crash_image.hpp"
#include "tests/faults/golden_run.hpp"
#include "tests/faults/row.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::test {
namespace {

/// What the world knew at one moment: after a cut then, all of it must be on the disk.
struct Known {
  std::size_t changes = 0;  ///< of the disk so far
  std::map<std::string, std::string> told;
  std::vector<virtual_meter::OrderSeen> seen;
  std::size_t intervals = 0;
};

/// A whole day before the first and after the last.
constexpr UtcSeconds kLongAgo{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr UtcSeconds kLater{std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};

class CrashImageTest : public testing::Test {
 protected:
  CrashImageTest() { Disk::install().record(); }
  ~CrashImageTest() override { Disk::get().stop_recording(); }

  void play() {
    GoldenRun run;
    std::size_t intervals = 0;
    std::array<std::size_t, 3> before{};
    run.play([&] {
      Story& story = run.story();
      const std::array now{Disk::get().changes().size(), story.published_on(""),
                           story.meter().orders().size()};
      if (std::exchange(before, now) == now) return;
      Known known{Disk::get().changes().size(), {}, story.meter().orders(), 0};
      for (const auto& [id, digits] : GoldenRun::commands()) {
        known.told[id] = story.states_of(id);
      }
      if (!story.ledger().dirty()) {
        intervals = story.ledger().profile(story.stored().key, 1, kLongAgo, kLater)->size();
      }
      known.intervals = intervals;
      known_.push_back(std::move(known));
    });
    for (const auto& [id, digits] : GoldenRun::commands()) {
      EXPECT_TRUE(run.ended(id)) << id << ": " << run.story().states_of(id);
    }
    EXPECT_GT(intervals, 40U);
    Disk::get().stop_recording();
  }

  void judge(Row& row, const Known& known, const std::string& where) const {
    auto opened = Ledger::open(directory_.path() / "ledger.db", LedgerMode::ReadWrite);
    if (!opened) return row.violation(where + ": " + opened.error().what);
    Ledger& ledger = *opened;
    const auto findings = ledger.check();
    if (!findings) return row.violation(where + ": " + findings.error().what);
    for (const std::string& finding : *findings) row.violation(where + ": " + finding);
    const auto trail = ledger.verify_audit({});
    row.expect(trail && trail->is_sound(), where + ": the audit trail is broken");
    const auto meter = ledger.find_meter(*MeterId::parse("m1"));
    if (!meter || !*meter) {
      return row.expect(known.seen.empty() && known.intervals == 0, where + ": no meter");
    }
    std::set<operation::TransactionId> recorded;
    for (const auto& [id, told] : known.told) steps(row, ledger, id, told, recorded, where);
    for (const auto& order : known.seen) {
      const std::string which = std::to_string(order.transaction);
      row.expect(recorded.contains(order.transaction),
                 where + ": the meter saw transaction " + which + ", the ledger did not send it");
      row.expect((*meter)->last_transaction >= order.transaction,
                 where + ": transaction " + which + " would be given again");
    }
    const auto kept = ledger.profile((*meter)->key, 1, kLongAgo, kLater);
    row.expect(kept && kept->size() >= known.intervals, where + ": intervals are lost");
  }

  static void steps(Row& row, Ledger& ledger, const std::string& id, const std::string& told,
                    std::set<operation::TransactionId>& recorded, const std::string& where) {
    const auto command = ledger.find_command(*CommandId::parse(id));
    if (!command || !*command) {
      return row.expect(told.empty(), where + ": " + id + " was told to be " + told);
    }
    const auto steps = ledger.steps_of((*command)->key);
    if (!steps) return row.violation(where + ": " + steps.error().what);
    std::set<std::string> states;
    for (const Step& step : *steps) {
      states.insert(std::string{state_word(step.to)});
      // Reads have no transaction.
      if (step.to != CommandState::Sending || step.transaction == 0) continue;
      row.expect(
          recorded.insert(step.transaction).second,
          where + ": " + id + " sent transaction " + std::to_string(step.transaction) + " twice");
    }
    for (const std::string& word : words_of(told)) {
      row.expect(states.contains(word), where + ": " + id + " was told to be " + word);
    }
  }

  const Known& known_after(std::size_t changes) const {
    const auto next = std::ranges::upper_bound(known_, changes, {}, &Known::changes);
    return next == known_.begin() ? nothing_ : *std::prev(next);
  }

  TemporaryDirectory directory_;
  std::vector<Known> known_;
  Known nothing_;
};

TEST_F(CrashImageTest, WhatWasAnsweredIsOnTheDiskWhateverAPowerCutLeavesOfTheRest) {
  Row row{"R2", "crash images", 2'000};
  play();
  const std::vector<DiskChange> changes = Disk::get().changes();
  std::mt19937_64 chance{row.seed()};
  // Each cut is drawn; in the order of the run, since the images move forward only.
  std::vector<std::size_t> cuts(row.wanted());
  std::ranges::generate(cuts, [&] { return chance() % (changes.size() + 1); });
  std::ranges::sort(cuts);
  CrashImages images{changes};
  for (const std::size_t cut : cuts) {
    images.cut_after(cut);
    const auto luck = chance() % 8;
    const auto unsynced = luck == 0   ? CrashImages::Unsynced::Lost
                          : luck == 1 ? CrashImages::Unsynced::Kept
                                      : CrashImages::Unsynced::Torn;
    std::filesystem::remove(directory_.path() / "ledger.db-shm");
    images.write(directory_.path(), unsynced, chance);
    judge(row, known_after(cut), "cut after change " + std::to_string(cut));
    row.ran();
  }
}

}  // namespace
}  // namespace metergate::test
