// SPDX-License-Identifier: Apache-2.0
#include "storage/wal_room.hpp"

#include <gtest/gtest.h>

#include "storage/ledger.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate {
namespace {

namespace fs = std::filesystem;

class WalRoomTest : public testing::Test {
 protected:
  [[nodiscard]] Ledger opened() const {
    auto ledger = Ledger::open(file_, LedgerMode::ReadWrite);
    if (!ledger) throw std::runtime_error(ledger.error().what);
    return std::move(*ledger);
  }
  static void write_one(Ledger& ledger) {
    ASSERT_TRUE(ledger.append_journal({0, UtcTime{}, "info", "MG0001", "", "", "a row", ""}));
    ASSERT_TRUE(ledger.commit());
  }

  test::TemporaryDirectory directory_;
  fs::path file_ = directory_.path() / "ledger.db";
  fs::path log_ = directory_.path() / "ledger.db-wal";
};

TEST_F(WalRoomTest, TheLogHasItsLengthBeforeAnythingIsCommitted) {
  Ledger ledger = opened();
  EXPECT_EQ(fs::file_size(log_), static_cast<std::uintmax_t>(kWalRoomOctets));
  EXPECT_EQ(fs::status(log_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(WalRoomTest, CommitsNeitherLengthenNorShortenIt) {
  Ledger ledger = opened();
  for (int i = 0; i < 1'000; ++i) {
    write_one(ledger);
    ASSERT_EQ(fs::file_size(log_), static_cast<std::uintmax_t>(kWalRoomOctets)) << i;
  }
}

TEST_F(WalRoomTest, WhatACrashLeavesInItIsThereAtTheNextStart) {
  const fs::path after_crash = directory_.path() / "crash";
  fs::create_directory(after_crash);
  {
    Ledger ledger = opened();
    write_one(ledger);
    for (const char* part : {"ledger.db", "ledger.db-wal"}) {
      fs::copy_file(directory_.path() / part, after_crash / part);
    }
  }
  file_ = after_crash / "ledger.db";
  Ledger ledger = opened();
  const auto rows = ledger.journal({});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().text, "a row");
}

}  // namespace
}  // namespace metergate
