// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <random>

#include "tests/faults/disk/disk.hpp"
#include "tests/faults/golden_run.hpp"
#include "tests/faults/row.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

std::string name_of(const FailingCall& failing) {
  return std::string{disk_call_word(failing.call)} + " " + std::to_string(failing.nth) +
         (failing.for_ever ? " and all after it" : "") + (failing.full ? ", disk full" : "");
}

/// What the meter has of a code.
struct Seen {
  int times = 0;
  int taken = 0;
};

std::map<std::string, Seen> seen_codes(Story& story) {
  std::map<std::string, Seen> seen;
  for (const auto& order : story.meter().orders()) {
    Seen& one = seen[order.digits];
    ++one.times;
    if (std::holds_alternative<operation::OrderTaken>(order.answer)) ++one.taken;
  }
  return seen;
}

class FailingCallTest : public testing::Test {
 protected:
  FailingCallTest() : disk_{Disk::install()} {}
  ~FailingCallTest() override { disk_.heal(); }

  /// The scenario with that call failing, then a sound disk, a restart and a patient sender.
  void play(Row& row, const FailingCall& failing) {
    const std::string where = name_of(failing);
    GoldenRun run;
    disk_.fail(failing);
    run.play([] {});
    disk_.heal();
    run.story().advance(2min);
    run.story().restart();
    for (int round = 0; round < 3; ++round) {
      run.insist();
      run.story().advance(10min);
    }
    auto seen = seen_codes(run.story());
    for (const auto& [id, digits] : GoldenRun::commands()) {
      const auto states = words_of(run.story().states_of(id));
      row.expect(run.ended(id),
                 where + ": " + id + " has no outcome: " + run.story().states_of(id));
      if (digits.empty()) continue;
      const bool succeeded = std::ranges::find(states, "succeeded") != states.end();
      const Seen& code = seen[digits];
      row.expect(code.taken == (succeeded ? 1 : 0),
                 where + ": the meter took the token of " + id + " " + std::to_string(code.taken) +
                     " times, it was told " + run.story().states_of(id));
      row.expect(code.times <= std::ranges::count(states, "sending"),
                 where + ": the token of " + id + " went out " + std::to_string(code.times) +
                     " times, it was told " + run.story().states_of(id));
    }
    const auto findings = run.story().ledger().check();
    row.expect(findings && findings->empty(), where + ": the ledger is damaged");
    row.ran();
  }

  Disk& disk_;
};

TEST_F(FailingCallTest, EveryCommandHasItsOneRightOutcomeWhicheverCallFails) {
  Row row{"R3", "failing calls in a scenario", 14};
  std::map<DiskCall, std::uint64_t> counts;
  {
    GoldenRun untouched;
    disk_.count_anew();
    untouched.play([] {});
    for (const DiskCall call : kDiskCalls) counts[call] = disk_.count(call);
  }
  std::vector<FailingCall> all;
  for (const auto& [call, count] : counts) {
    for (std::uint64_t nth = 1; nth <= count; ++nth) {
      all.push_back({call, nth, false});
      all.push_back({call, nth, true});
      if (call == DiskCall::Write) all.push_back({call, nth, true, true});
    }
  }
  // The same share of every kind: there are many more allocations than syncs.
  std::mt19937_64 chance{row.seed()};
  std::ranges::shuffle(all, chance);
  std::map<std::pair<DiskCall, bool>, std::vector<FailingCall>> drawn;
  for (const FailingCall& failing : all) drawn[{failing.call, failing.for_ever}].push_back(failing);
  for (std::size_t place = 0; row.runs() < row.wanted() && place < all.size(); ++place) {
    for (const auto& [kind, those] : drawn) {
      if (place < those.size() && row.runs() < row.wanted()) play(row, those[place]);
    }
  }
}

TEST_F(FailingCallTest, ADiskThatStaysBrokenIsTriedAtAnEvenPace) {
  Story story{{.history = std::chrono::days{1}}};
  story.advance(30s);
  disk_.fail({DiskCall::Write, 1, true});
  story.advance(1h);
  const auto first_hour = disk_.count(DiskCall::Write);
  story.advance(1h);
  EXPECT_GT(first_hour, 100U);
  EXPECT_LT(disk_.count(DiskCall::Write), first_hour * 5 / 2);
}

// A write that fails may leave a transaction in which nothing is: that one ends well on a full disk
// too, and is no recovery.
TEST_F(FailingCallTest, ADiskThatStaysFullIsTriedAtAnEvenPace) {
  GoldenRun run;
  disk_.fail({DiskCall::Write, 315, true, true});
  run.play([] {});
  const auto before = disk_.count(DiskCall::Write);
  run.story().advance(1h);
  const auto tries = disk_.count(DiskCall::Write) - before;
  EXPECT_GT(tries, 100U);
  EXPECT_LT(tries, 10'000U);
}

TEST_F(FailingCallTest, AnOpeningThatFailsSaysSoAndTheNextOneFindsEverything) {
  Row row{"R3", "failing calls while opening", 300};
  TemporaryDirectory directory;
  const auto file = directory.path() / "ledger.db";
  const MeterId id = *MeterId::parse("m1");
  {
    auto ledger = Ledger::open(file, LedgerMode::ReadWrite);
    ASSERT_TRUE(ledger);
    ASSERT_TRUE(ledger->meter(id, "virtual-prepay", UtcTime{}));
    ASSERT_TRUE(ledger->commit());
  }
  for (const bool for_ever : {false, true}) {
    for (const DiskCall call : kDiskCalls) {
      bool failed = true;
      for (std::uint64_t nth = 1; failed && nth <= row.wanted(); ++nth) {
        const FailingCall failing{call, nth, for_ever};
        disk_.fail(failing);
        {
          const auto ledger = Ledger::open(file, LedgerMode::ReadWrite);
          if (!ledger) {
            row.expect(!ledger.error().what.empty(), name_of(failing) + ": no reason is given");
          }
        }
        failed = disk_.failed();
        disk_.heal();
        const auto ledger = Ledger::open(file, LedgerMode::ReadWrite);
        if (!ledger) {
          row.violation(name_of(failing) + ": " + ledger.error().what);
          continue;
        }
        const auto meter = ledger->find_meter(id);
        row.expect(meter && meter->has_value(), name_of(failing) + ": the meter is gone");
        row.ran();
      }
    }
  }
}

}  // namespace
}  // namespace metergate::test
