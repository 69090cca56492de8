// SPDX-License-Identifier: Apache-2.0
#include "storage/ledger.hpp"

#include <sys/stat.h>

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

TEST_F(LedgerTest, FilesCanBeReadByTheirOwnerAlone) {
  static_cast<void>(meter());
  good(ledger->commit());
  for (const auto& entry : std::filesystem::directory_iterator{directory.path()}) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
  }
  EXPECT_TRUE(std::filesystem::exists(file.string() + "-wal"));
}

TEST_F(LedgerTest, WhatWasCommittedIsThereAfterReopeningAndTheRestIsNot) {
  static_cast<void>(meter("m1"));
  EXPECT_TRUE(ledger->dirty());
  good(ledger->commit());
  EXPECT_FALSE(ledger->dirty());
  static_cast<void>(meter("m2"));
  reopen();
  const auto meters = good(ledger->meters());
  ASSERT_EQ(meters.size(), 1U);
  EXPECT_EQ(meters.front().id.text(), "m1");
}

TEST_F(LedgerTest, CommittingNothingIsDone) { EXPECT_TRUE(ledger->commit()); }

TEST_F(LedgerTest, ASecondWriterIsTurnedAway) {
  const auto second = Ledger::open(file, LedgerMode::ReadWrite);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, StorageError::Reason::Busy);
}

TEST_F(LedgerTest, AReaderSeesEachCommitAndNothingBefore) {
  const auto reader = good(Ledger::open(file, LedgerMode::ReadOnly));
  static_cast<void>(meter("m1"));
  EXPECT_TRUE(good(reader.meters()).empty());
  good(ledger->commit());
  EXPECT_EQ(good(reader.meters()).size(), 1U);
  static_cast<void>(meter("m2"));
  good(ledger->commit());
  EXPECT_EQ(good(reader.meters()).size(), 2U);
}

TEST_F(LedgerTest, AReaderCanOpenWhatNoOneWrites) {
  static_cast<void>(meter());
  good(ledger->commit());
  ledger.reset();
  const auto reader = good(Ledger::open(file, LedgerMode::ReadOnly));
  EXPECT_EQ(good(reader.meters()).size(), 1U);
}

TEST_F(LedgerTest, AReaderWritesNothing) {
  auto reader = good(Ledger::open(file, LedgerMode::ReadOnly));
  const auto refused = reader.meter(*MeterId::parse("m1"), "model", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::ReadOnly);
}

TEST_F(LedgerTest, AReaderDoesNotCreateAFile) {
  const auto missing = directory.path() / "nothing.db";
  const auto refused = Ledger::open(missing, LedgerMode::ReadOnly);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::CannotOpen);
  EXPECT_FALSE(std::filesystem::exists(missing));
}

TEST_F(LedgerTest, ADirectoryThatIsNotThereIsNamed) {
  const auto refused = Ledger::open(directory.path() / "none" / "l.db", LedgerMode::ReadWrite);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::CannotOpen);
  EXPECT_NE(refused.error().what.find("none"), std::string::npos);
}

TEST_F(LedgerTest, AWriteThatFailsLeavesNothingBehindAndTheOthersStay) {
  const auto m = meter();
  EXPECT_FALSE(ledger->store_profile(m.key, 9, {interval(kToday, 1)}, kNow));
  good(ledger->commit());
  EXPECT_EQ(good(ledger->meters()).size(), 1U);
  EXPECT_TRUE(good(ledger->profile(m.key, 9, kToday, kToday + 24h)).empty());
}

TEST_F(LedgerTest, AHealthyFileHasNoFindings) {
  static_cast<void>(meter());
  good(ledger->commit());
  EXPECT_TRUE(good(ledger->check()).empty());
}

TEST_F(LedgerTest, TheReserveIsHeldFromTheStart) {
  EXPECT_TRUE(ledger->reserve_held());
  EXPECT_TRUE(ledger->release_reserve());
  EXPECT_FALSE(ledger->reserve_held());
  EXPECT_FALSE(ledger->release_reserve());
  good(ledger->retain({}, kNow, 10));
  EXPECT_TRUE(ledger->reserve_held());
}

}  // namespace
}  // namespace metergate::test
