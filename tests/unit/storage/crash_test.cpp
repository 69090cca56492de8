// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "storage/audit/audit_chain.hpp"
#include "storage/crash_point.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

/// A child process that does `work` and is gone; what it writes into its pipe can be read.
class Child {
 public:
  explicit Child(const std::function<void(int)>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (...) {
        ::_exit(70);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Child() { ::close(pipe_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() const { ::kill(pid_, SIGKILL); }
  /// The signal that ended it, 0 when it ended by itself.
  int wait() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }
  /// The next number it reported; nothing once it has ended.
  std::optional<std::uint32_t> next() const {
    std::uint32_t number = 0;
    if (::read(pipe_, &number, sizeof number) != sizeof number) return std::nullopt;
    return number;
  }

 private:
  pid_t pid_ = 0;
  int pipe_ = -1;
};

void report(int pipe, std::uint32_t number) {
  if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(71);
}

class CrashTest : public ::testing::Test {
 protected:
  Ledger open() { return good(Ledger::open(file, LedgerMode::ReadWrite)); }
  StoredMeter meter(Ledger& ledger) {
    return good(ledger.meter(*MeterId::parse("m1"), "virtual-prepay", kNow));
  }
  TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
};

TEST_F(CrashTest, WhateverWasReportedAsCommittedSurvivesKill) {
  std::uint32_t committed = 0;
  for (int round = 0; round < 8; ++round) {
    Child child{[&](int pipe) {
      Ledger ledger = open();
      const auto m = meter(ledger);
      for (;;) {
        const auto id = good(ledger.next_transaction(m.key));
        good(ledger.enqueue({0, "t", std::to_string(id), "", std::nullopt}));
        good(ledger.store_profile(m.key, 1, whole_day(kToday + days{id}, id), kNow));
        AuditEntry entry;
        entry.comment = std::to_string(id);
        static_cast<void>(good(ledger.append_audit(entry)));
        good(ledger.commit());
        report(pipe, id);
      }
    }};
    // A different number of commits each time, and the kill falls anywhere into the next.
    for (int i = 0; i < 5 + 7 * round; ++i) {
      if (const auto id = child.next()) committed = *id;
    }
    child.kill();
    EXPECT_EQ(child.wait(), SIGKILL);
    while (const auto id = child.next()) committed = *id;

    Ledger ledger = open();
    EXPECT_TRUE(good(ledger.check()).empty());
    const auto m = meter(ledger);
    ASSERT_GE(m.last_transaction, committed);
    ASSERT_LE(m.last_transaction, committed + 1) << "at most the one whose report was cut off";
    const auto messages = good(ledger.outbox_messages(0, 100'000));
    ASSERT_EQ(messages.size(), m.last_transaction);
    const AuditVerdict trail = good(ledger.verify_audit({}));
    EXPECT_TRUE(trail.is_sound());
    ASSERT_EQ(trail.rows, m.last_transaction);
    for (std::uint32_t id = 1; id <= m.last_transaction; ++id) {
      ASSERT_EQ(messages[id - 1].payload, std::to_string(id));
      ASSERT_EQ(good(ledger.profile(m.key, 1, kToday + days{id}, kToday + days{id + 1})),
                whole_day(kToday + days{id}, id));
    }
    committed = m.last_transaction;
  }
}

#ifdef METERGATE_CRASH_POINTS

TEST_F(CrashTest, BeforeTheCommitNothingStandsAndAfterItAllDoes) {
  {
    Ledger ledger = open();
    static_cast<void>(meter(ledger));
    good(ledger.commit());
  }
  std::uint32_t expected = 0;
  for (const auto* point : {"commit-before:3", "commit-after:3", "commit-after", "commit-before"}) {
    const bool after = std::string_view{point}.starts_with("commit-after");
    const std::uint32_t passages = std::string_view{point}.ends_with(":3") ? 3 : 1;
    Child child{[&](int pipe) {
      ::setenv("METERGATE_CRASH_AT", point, 1);
      Ledger ledger = open();
      const auto m = meter(ledger);
      for (std::uint32_t i = 1; i < 10; ++i) {
        good(ledger.next_transaction(m.key));
        good(ledger.commit());
        report(pipe, i);
      }
    }};
    EXPECT_EQ(child.wait(), SIGKILL) << point;
    expected += after ? passages : passages - 1;
    Ledger ledger = open();
    EXPECT_EQ(meter(ledger).last_transaction, expected) << point;
  }
}

TEST_F(CrashTest, AKillInTheMiddleOfAMigrationLeavesAllOfItUndone) {
  for (const auto* point : {"migration-applied", "migration-committing"}) {
    Child child{[&](int) {
      ::setenv("METERGATE_CRASH_AT", point, 1);
      static_cast<void>(open());
    }};
    EXPECT_EQ(child.wait(), SIGKILL) << point;
    const auto reader = Ledger::open(file, LedgerMode::ReadOnly);
    ASSERT_FALSE(reader) << "there is no schema yet";
    EXPECT_EQ(reader.error().reason, StorageError::Reason::CannotOpen);
  }
  Ledger ledger = open();
  EXPECT_TRUE(good(ledger.check()).empty());
  EXPECT_EQ(meter(ledger).epoch, 1);
}

#endif

}  // namespace
}  // namespace metergate::test
