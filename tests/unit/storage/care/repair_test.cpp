// SPDX-License-Identifier: Apache-2.0
#include "storage/care/repair.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "storage/care/keep.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/damaged_file.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

namespace fs = std::filesystem;
using care::Original;
using care::Repaired;

class RepairTest : public LedgerTest {
 protected:
  static constexpr int kDays = 60;
  static constexpr int kCommands = 200;

  RepairTest() {
    for (int i = 1; i <= 4; ++i) meters.push_back(meter("m" + std::to_string(i)));
    for (const StoredMeter& m : meters) {
      for (int day = 0; day < kDays; ++day) {
        good(ledger->store_profile(m.key, 1, whole_day(kToday - days{day}), kNow));
      }
      good(ledger->set_profile_covered_to(m.key, 1, kToday + days{1}));
    }
    good(ledger->commit());
    while (good(ledger->fold(kToday, 1000)).meter_days > 0) {
    }
    for (int i = 0; i < kCommands; ++i) add_command(i);
    good(ledger->reserve_dlms_counters(meters[0].key, 7'500));
    good(ledger->commit());
  }

  void add_command(int i) {
    const StoredMeter& of = meters[static_cast<std::size_t>(i) % meters.size()];
    auto c = command("c-" + std::to_string(i), SetRelay{});
    c.meter = of.id;
    c.comment = std::string(300, 'w');
    const auto key = insert(of.key, c);
    good(ledger->append_step(key, step(CommandState::Accepted, CommandState::Scheduled)));
    Step sending = step(CommandState::Scheduled, CommandState::Sending);
    sending.transaction = good(ledger->next_transaction(of.key, 0));
    good(ledger->append_step(key, sending));
    AuditEntry entry;
    entry.at = kNow;
    entry.meter = of.id.text();
    entry.operator_name = "anna";
    entry.work_order = "WO-17";
    good(ledger->append_audit(entry));
  }

  /// All of it in the file, nothing in a log.
  DamagedFile close() {
    ledger.reset();
    {
      auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
      good(db.script("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    return DamagedFile{file};
  }
  Repaired repair(Original original = Original::Stays) {
    return good(care::repair(file, original, "anna", kNow));
  }
  void open_repaired(const Repaired& done) {
    ledger.emplace(good(Ledger::open(done.file, LedgerMode::ReadWrite)));
  }
  std::size_t intervals(const fs::path& of) {
    const auto copy = good(Ledger::open(of, LedgerMode::ReadOnly));
    std::size_t all = 0;
    for (const StoredMeter& m : meters) {
      all += good(copy.profile(m.key, 1, kToday - days{400}, kToday + days{1})).size();
    }
    return all;
  }
  static std::size_t rows(const Repaired& of, std::string_view table) {
    return std::ranges::find(of.tables, table, &salvage::TableTally::name)->rows;
  }
  static const salvage::TableTally& tally(const Repaired& of, std::string_view table) {
    return *std::ranges::find(of.tables, table, &salvage::TableTally::name);
  }
  static bool tells(const Repaired& of, std::string_view words) {
    return std::ranges::any_of(
        of.told, [&](const std::string& one) { return one.find(words) != std::string::npos; });
  }
  static std::string all_told(const Repaired& of) {
    std::string out;
    for (const std::string& one : of.told) out += one + "\n";
    return out;
  }

  std::vector<StoredMeter> meters;
};

TEST_F(RepairTest, AWholeLedgerIsCopiedWithoutALoss) {
  ledger.reset();
  const auto before = intervals(file);
  const Repaired done = repair();
  EXPECT_TRUE(done.is_complete()) << all_told(done);
  EXPECT_EQ(done.file, file.string() + ".repaired");
  EXPECT_EQ(fs::status(done.file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(intervals(done.file), before);
  EXPECT_EQ(before, meters.size() * kDays * 48);
  EXPECT_EQ(rows(done, "command"), std::size_t{kCommands});
  EXPECT_EQ(rows(done, "command_step"), std::size_t{3 * kCommands});
  EXPECT_EQ(rows(done, "audit"), std::size_t{kCommands});
  EXPECT_EQ(done.audit.rows, kCommands + 1) << "and the repair itself";
  const auto copy = good(Ledger::open(done.file, LedgerMode::ReadOnly));
  EXPECT_EQ(good(copy.meters()).front().last_transaction, kCommands / meters.size());
  EXPECT_EQ(good(copy.dlms_counter_end(meters[0].key)), 7'500U);
}

TEST_F(RepairTest, WhatStandsInTheLogBesideTheFileIsTakenToo) {
  auto copied = directory.path() / "crashed.db";
  // As a power cut leaves it: the log was never brought into the file.
  for (const char* part : {"", "-wal"}) fs::copy_file(file.string() + part, copied.string() + part);
  ASSERT_GT(fs::file_size(copied.string() + "-wal"), 0U);
  const auto done = good(care::repair(copied, Original::Stays, "anna", kNow));
  EXPECT_TRUE(done.is_complete()) << all_told(done);
  EXPECT_EQ(rows(done, "command"), std::size_t{kCommands});
}

TEST_F(RepairTest, ADamagedLogLosesWhatItHeldAndSaysSo) {
  close();
  open();
  for (int i = kCommands; i < kCommands + 4; ++i) {
    add_command(i);
    good(ledger->commit());
  }
  auto copied = directory.path() / "crashed.db";
  for (const char* part : {"", "-wal"}) fs::copy_file(file.string() + part, copied.string() + part);
  const auto wal = copied.string() + "-wal";
  // In the middle of what was written; behind it the log is empty room.
  std::ifstream log{wal, std::ios::binary};
  const std::string octets{std::istreambuf_iterator<char>{log}, {}};
  DamagedFile{wal}.overwrite(octets.find_last_not_of('\0') / 2, 50);
  const auto done = good(care::repair(copied, Original::Stays, "anna", kNow));
  EXPECT_FALSE(done.is_complete());
  ASSERT_FALSE(done.troubles.empty());
  EXPECT_NE(done.troubles.front().find("-wal: it is damaged"), std::string::npos);
  EXPECT_GT(rows(done, "command"), std::size_t{kCommands});
  EXPECT_LT(rows(done, "command"), std::size_t{kCommands + 4});
  // The ids of what was in the lost part are not known, so they are kept clear of.
  const auto last = good(ledger->meters()).front().last_transaction;
  const auto copy = good(Ledger::open(done.file, LedgerMode::ReadOnly));
  EXPECT_GT(good(copy.meters()).front().last_transaction, last);
}

TEST_F(RepairTest, ADamagedPageOfATableCostsItsRowsAndNoOthers) {
  DamagedFile damaged = close();
  const auto page = damaged.leaf_of("command", 0);
  damaged.overwrite_page(page);
  const Repaired done = repair();
  EXPECT_FALSE(done.is_complete());
  const auto& commands = tally(done, "command");
  EXPECT_EQ(commands.pages_lost, 1U);
  const std::size_t lost = kCommands - commands.rows;
  EXPECT_GT(lost, 0U);
  EXPECT_LT(lost, 20U);
  EXPECT_EQ(rows(done, "audit"), std::size_t{kCommands}) << "other tables are whole";
  // Each is named, with what its steps still say.
  EXPECT_TRUE(tells(done, "command c-0: its record is lost; the last that is known of it is"))
      << all_told(done);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(
                done.told,
                [](const std::string& one) {
                  return one.find(": its record is lost") != std::string::npos;
                })),
            lost);
  open_repaired(done);
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(RepairTest, NoTransactionIdAndNoCounterIsEverGivenTwice) {
  std::vector<operation::TransactionId> before;
  for (const StoredMeter& m : good(ledger->meters())) before.push_back(m.last_transaction);
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.root_of("meter"));
  damaged.overwrite_page(damaged.root_of("dlms_counter"));
  const Repaired done = repair();
  // The index of names still has them.
  EXPECT_TRUE(tells(done, "meter m3: its record is lost")) << all_told(done);
  open_repaired(done);
  const auto after = good(ledger->meters());
  ASSERT_EQ(after.size(), meters.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].id, meters[i].id);
    EXPECT_GT(after[i].last_transaction, before[i]);
    EXPECT_GT(good(ledger->next_transaction(after[i].key, 0)), before[i]);
  }
  EXPECT_GT(good(ledger->dlms_counter_end(meters[0].key)), 7'500U);
  // A meter that is not known any more may have been one that was.
  EXPECT_GT(meter("m9").last_transaction, before[0]);
}

TEST_F(RepairTest, AMeterWhoseVeryNameIsLostKeepsItsDataUnderAnother) {
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.root_of("meter"));
  damaged.overwrite_page(damaged.root_of("sqlite_autoindex_meter_1"));
  const Repaired done = repair();
  EXPECT_TRUE(tells(done, "meter lost-meter-1: its record is lost")) << all_told(done);
  open_repaired(done);
  EXPECT_EQ(good(ledger->meters()).size(), meters.size());
  EXPECT_EQ(good(ledger->profile(meters[0].key, 1, kToday - days{400}, kToday + days{1})).size(),
            std::size_t{kDays} * 48);
}

TEST_F(RepairTest, ADamagedIndexLosesNothing) {
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.root_of("command_of_meter"));
  damaged.overwrite_page(damaged.root_of("log_entry_received"));
  const Repaired done = repair();
  EXPECT_TRUE(done.is_complete()) << all_told(done);
  EXPECT_EQ(done.damaged_indexes.size(), 2U);
  EXPECT_EQ(rows(done, "command"), std::size_t{kCommands});
}

TEST_F(RepairTest, RowsBelowALostRootAreFoundByWhatTheyLookLike) {
  DamagedFile damaged = close();
  const auto root = damaged.root_of("profile_day");
  ASSERT_TRUE(damaged.is_inner(root)) << "the table has more than one page";
  damaged.overwrite_page(root);
  const Repaired done = repair();
  const auto& days_of = tally(done, "profile_day");
  EXPECT_EQ(days_of.pages_lost, 1U);
  EXPECT_EQ(days_of.from_strays, days_of.rows);
  // All but those on the root itself.
  EXPECT_GT(days_of.rows, meters.size() * (kDays - 1) * 8 / 10);
}

TEST_F(RepairTest, LostDaysOfAProfileAreAskedForAgain) {
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.leaf_of("profile_day", 1));
  const Repaired done = repair();
  const auto there = intervals(done.file);
  EXPECT_LT(there, meters.size() * kDays * 48);
  EXPECT_TRUE(tells(done, "they are asked for again")) << all_told(done);
  open_repaired(done);
  std::size_t in_holes = 0;
  for (const StoredMeter& m : meters) {
    for (const Hole& hole : good(ledger->holes(m.key, 1))) {
      in_holes += static_cast<std::size_t>((hole.range.to - hole.range.from) / 30min);
    }
  }
  EXPECT_EQ(there + in_holes, meters.size() * kDays * 48);
}

TEST_F(RepairTest, AnOverwrittenHeadIsDoneWithout) {
  DamagedFile damaged = close();
  damaged.overwrite_page(1);
  const auto refused = Ledger::open(file, LedgerMode::ReadWrite);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Corrupt) << refused.error().what;
  const Repaired done = repair();
  EXPECT_FALSE(done.troubles.empty());
  EXPECT_EQ(rows(done, "command"), std::size_t{kCommands});
  EXPECT_EQ(rows(done, "audit"), std::size_t{kCommands});
  EXPECT_EQ(intervals(done.file), meters.size() * kDays * 48);
}

TEST_F(RepairTest, OfATruncatedFileTheFrontIsKept) {
  DamagedFile damaged = close();
  const auto whole = fs::file_size(file);
  fs::resize_file(file, whole * 6 / 10 + 1234);
  const Repaired done = repair();
  EXPECT_FALSE(done.is_complete());
  EXPECT_GT(rows(done, "profile_day"), 0U);
  open_repaired(done);
  EXPECT_TRUE(good(ledger->check()).empty());
  EXPECT_EQ(good(ledger->meters()).size(), meters.size());
}

TEST_F(RepairTest, LostEntriesOfTheAuditTrailStayMissing) {
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.leaf_of("audit", 1));
  const Repaired done = repair();
  EXPECT_FALSE(done.audit.is_sound());
  EXPECT_EQ(done.audit.findings.front().kind, AuditFinding::Kind::Missing);
  // It goes on all the same, and no repair can make it look whole.
  open_repaired(done);
  AuditEntry entry;
  entry.at = kNow;
  EXPECT_EQ(good(ledger->append_audit(entry)).entries, kCommands + 2);
  ledger.reset();
  const auto again = good(care::repair(done.file, Original::Stays, "anna", kNow));
  EXPECT_FALSE(again.audit.is_sound());
}

TEST_F(RepairTest, TheOldOneIsOnlyMovedWhenToldTo) {
  DamagedFile damaged = close();
  damaged.overwrite_page(damaged.leaf_of("command", 1));
  const auto octets = damaged.octets();
  const Repaired beside = repair();
  EXPECT_EQ(DamagedFile{file}.octets(), octets) << "not an octet of it was touched";
  EXPECT_FALSE(beside.broken);
  const auto again = care::repair(file, Original::Stays, "anna", kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, StorageError::Reason::Misuse);
  fs::remove(beside.file);

  const Repaired done = repair(Original::GivesWay);
  EXPECT_EQ(done.file, file);
  ASSERT_TRUE(done.broken);
  EXPECT_EQ(done.broken->filename(), "ledger.db.broken-20260310T100000Z");
  EXPECT_EQ(DamagedFile{*done.broken}.octets(), octets);
  EXPECT_FALSE(fs::exists(file.string() + ".repaired"));
  open();
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(RepairTest, TheNewOneBelongsToWhomTheOldOneBelongs) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give a file away";
  close();
  ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  const Repaired done = repair();
  struct stat owner {};
  ASSERT_EQ(::stat(done.file.c_str(), &owner), 0);
  EXPECT_EQ(owner.st_uid, 65534U);
  EXPECT_EQ(owner.st_gid, 65534U);
}

TEST_F(RepairTest, WhileTheGatewayRunsNothingIsRepaired) {
  const auto refused = care::repair(file, Original::Stays, "anna", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Busy);
}

TEST_F(RepairTest, WhatIsNoLedgerIsLeftAlone) {
  const auto other = directory.path() / "other.db";
  std::ofstream{other} << std::string(9000, 'x');
  const auto nothing = care::repair(other, Original::Stays, "anna", kNow);
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().what.find("store backup"), std::string::npos) << nothing.error().what;
  EXPECT_FALSE(fs::exists(other.string() + ".repaired"));
  EXPECT_FALSE(fs::exists(other.string() + ".repaired.unfinished"));

  auto db = good(sqlite::Database::open(directory.path() / "third.db", sqlite::Access::ReadWrite));
  good(db.script("CREATE TABLE t (a)"));
  const auto foreign = care::repair(directory.path() / "third.db", Original::Stays, "a", kNow);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().reason, StorageError::Reason::CannotOpen) << foreign.error().what;
}

// Whatever is overwritten, the result is a ledger that the gateway can work with.
TEST_F(RepairTest, AnyDamageEndsInALedgerOrInAReason) {
  DamagedFile damaged = close();
  const Octets whole = damaged.octets();
  std::mt19937 draw{20260301};
  for (int round = 0; round < 16; ++round) {
    damaged.restore(whole);
    for (int hit = 0; hit <= round % 8; ++hit) {
      damaged.overwrite(draw() % whole.size(), 1 + draw() % 6000, static_cast<unsigned>(draw()));
    }
    const auto done = care::repair(file, Original::Stays, "anna", kNow);
    if (!done) {
      ADD_FAILURE() << "round " << round << ": " << done.error().what;
      continue;
    }
    {
      auto made = good(Ledger::open(done->file, LedgerMode::ReadWrite));
      EXPECT_TRUE(good(made.check()).empty()) << round;
      for (const StoredMeter& m : good(made.meters())) {
        EXPECT_NO_THROW(good(made.profile(m.key, m.epoch, kToday - days{400}, kToday + days{1})));
        for (const StoredCommand& c : good(made.commands_of(m.key, 1000))) {
          EXPECT_NO_THROW(good(made.steps_of(c.key)));
        }
      }
    }
    fs::remove(done->file);
    for (const char* part : {"-wal", "-shm", ".lock", ".ballast"}) {
      fs::remove(done->file.string() + part);
    }
  }
}

}  // namespace
}  // namespace metergate::test
