// SPDX-License-Identifier: Apache-2.0
#include "gateway/doctor/box.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "storage/ledger.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::doctor {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

const UtcTime kNow = std::chrono::sys_days{2026y / 3 / 1} + 10h;
constexpr std::uintmax_t kMegabyte = 1'000'000;

TEST(DoctorClock, OneThatIsHeldAndLaterThanTheLedgerIsFine) {
  const auto found = look_at_clock(ClockDiscipline::Synchronised, kNow, kNow - 1h);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].verdict, Verdict::Ok);
  EXPECT_TRUE(found[0].advice.empty());
}

TEST(DoctorClock, OneThatNothingHoldsIsAWarning) {
  const auto found = look_at_clock(ClockDiscipline::Free, kNow, std::nullopt);
  EXPECT_EQ(found[0].verdict, Verdict::Warn);
  EXPECT_THAT(found[0].advice, HasSubstr("NTP"));
}

TEST(DoctorClock, OneThatWasSetBackBehindTheLedgerFails) {
  const auto found = look_at_clock(ClockDiscipline::Synchronised, kNow, kNow + 2min);
  EXPECT_EQ(found[0].verdict, Verdict::Fail);
  EXPECT_THAT(found[0].text, HasSubstr("2026-03-01T10:02:00"));
}

TEST(DoctorClock, OneOfABoxWithoutABatteryFails) {
  const auto found =
      look_at_clock(ClockDiscipline::Synchronised, UtcTime{} + std::chrono::days{1}, std::nullopt);
  EXPECT_EQ(found[0].verdict, Verdict::Fail);
  EXPECT_THAT(found[0].text, HasSubstr("1970-01-02"));
}

TEST(DoctorDisk, RoomIsJudgedByWhatIsLeftAndByItsShare) {
  EXPECT_EQ(judge_room("/d", {5'000 * kMegabyte, 10'000 * kMegabyte}).verdict, Verdict::Ok);
  EXPECT_EQ(judge_room("/d", {500 * kMegabyte, 10'000 * kMegabyte}).verdict, Verdict::Warn);
  EXPECT_EQ(judge_room("/d", {60 * kMegabyte, 100 * kMegabyte}).verdict, Verdict::Fail);
  EXPECT_THAT(judge_room("/d", {60 * kMegabyte, 100 * kMegabyte}).text,
              HasSubstr("60 MB of 100 MB free for /d"));
}

TEST(DoctorDisk, AFolderThatIsNotThereComesWithTheCommandThatMakesIt) {
  const auto found = look_at_disk("/nowhere/at/all");
  EXPECT_EQ(found[0].verdict, Verdict::Fail);
  EXPECT_THAT(found[0].advice, HasSubstr("install -d -m 0700"));
}

class DoctorStore : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "ledger.db";
  std::optional<UtcTime> newest;
};

TEST_F(DoctorStore, OneThatWasNeverMadeIsNoTrouble) {
  EXPECT_EQ(look_at_store(file, Depth::Quick, newest)[0].verdict, Verdict::Ok);
}

TEST_F(DoctorStore, ASoundOneTellsWhenItWasLastWritten) {
  auto ledger = Ledger::open(file, LedgerMode::ReadWrite);
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(ledger->append_journal({0, kNow, "info", "MG0001", "", "", "text", "{}"}));
  ASSERT_TRUE(ledger->commit());
  for (const Depth depth : {Depth::Quick, Depth::Whole}) {
    newest.reset();
    for (const Finding& one : look_at_store(file, depth, newest)) {
      EXPECT_EQ(one.verdict, Verdict::Ok) << one.text;
    }
    EXPECT_EQ(newest, kNow);
  }
}

TEST_F(DoctorStore, AFileThatIsNoLedgerFails) {
  std::ofstream{file} << "no SQLite file at all, and long enough to be looked at as if it were one";
  EXPECT_EQ(look_at_store(file, Depth::Quick, newest)[0].verdict, Verdict::Fail);
}

}  // namespace
}  // namespace metergate::doctor
