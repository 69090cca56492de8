// SPDX-License-Identifier: Apache-2.0
// How the rows of a profile are had from meters that give no part of a buffer, or not every part.
#include "gateway/drivers/dlms_profile_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_model.hpp"
#include "tests/support/scripted_dlms_meter.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;
using cosem::obis;
using dlms::AccessResult;
using dlms::Data;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Reason = OperationFault::Reason;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h};
constexpr std::chrono::minutes kPeriod{30};
constexpr cosem::CaptureObject kTime{8, cosem::kClock, 2, 0};
constexpr cosem::CaptureObject kEnergy{3, obis(1, 0, 1, 29, 0), 2, 0};
constexpr std::uint32_t kRows = 8;
constexpr dlms::ExceptionResponse kWillNot{};

/// A load profile of eight half hours up to now, of 100, 101, ... Wh.
class DlmsProfileReader : public testing::Test {
 protected:
  DlmsProfileReader() {
    meter_.now = {Instant{} + 1h, UtcTime{kNow}};
    meter_.attributes[{kEnergy.logical_name, 3}] = cosem::encode_scaler_unit({0, 30});
    profile().columns = {kTime, kEnergy};
    for (std::uint32_t i = 0; i < kRows; ++i) {
      profile().rows.push_back(row(kNow - (kRows - 1 - i) * kPeriod, 100 + i));
    }
  }
  static Data row(UtcSeconds end, std::uint32_t energy, std::uint8_t status = 0) {
    dlms::DateTime time = dlms::utc_date_time(end);
    time.status = status;
    return dlms::Structure{{dlms::octet_string(time), energy}};
  }
  test::ScriptedProfile& profile() { return meter_.profiles[cosem::kLoadProfile]; }
  void newest_first() {
    profile().sort_method = 2;
    std::ranges::reverse(profile().rows);
  }

  operation::ProfilePage page(const operation::ReadProfile& asked = kLastFour) {
    return test::answer_of<operation::ProfilePage>(meter_.run(*driver_, asked));
  }
  OperationFault fault(const operation::ReadProfile& asked = kLastFour) {
    const auto result = meter_.run(*driver_, asked);
    EXPECT_FALSE(result);
    return result ? OperationFault{} : result.error();
  }
  std::vector<std::int64_t> energies(const operation::ReadProfile& asked = kLastFour) {
    std::vector<std::int64_t> out;
    for (const ProfileInterval& interval : page(asked).intervals) {
      EXPECT_EQ(interval.values.size(), 1U);
      out.push_back(interval.values.front().value);
    }
    return out;
  }
  /// `range`, `entries 4 to 0` or `whole`, as they were asked for.
  [[nodiscard]] std::vector<std::string> parts() const {
    std::vector<std::string> out;
    for (const auto& part : meter_.parts_asked()) {
      const auto entries = part ? dlms::entries_of(*part) : std::nullopt;
      out.push_back(!part     ? "whole"
                    : entries ? "entries " + std::to_string(entries->from_entry) + " to " +
                                    std::to_string(entries->to_entry)
                              : "range");
    }
    return out;
  }
  [[nodiscard]] bool was_asked_for(std::int8_t attribute) const {
    const auto is_one = [&](const dlms::AttributeReference& of) {
      return of.logical_name == cosem::kLoadProfile && of.attribute == attribute;
    };
    for (const auto& get : meter_.requests<dlms::GetRequest>()) {
      if (is_one(get.attribute)) return true;
    }
    for (const auto& list : meter_.requests<dlms::GetRequestList>()) {
      if (std::ranges::any_of(list.attributes, is_one)) return true;
    }
    return false;
  }

  static constexpr operation::ReadProfile kLastFour{kNow - 4 * kPeriod, kNow};
  static constexpr operation::ReadProfile kYears{kNow - std::chrono::days{1'200}, kNow};
  const model::MeterModel model_ = sim::dlms_model();
  std::optional<DlmsDriver> driver_{std::in_place, model_};
  test::ScriptedDlmsMeter meter_;
};

TEST_F(DlmsProfileReader, ARangeThatIsRefusedIsNotAskedOfTheModelAgain) {
  for (const test::DlmsNo& no : {test::DlmsNo{AccessResult::ReadWriteDenied},
                                 test::DlmsNo{AccessResult::OtherReason}, test::DlmsNo{kWillNot}}) {
    driver_.emplace(model_);
    meter_.asked.clear();
    profile().by_range = no;
    EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107));
    EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107));
    EXPECT_THAT(parts(), ElementsAre("range", "entries 4 to 0", "entries 4 to 0"))
        << "one more than wanted, for a clock that is not ours";
  }
}

TEST_F(DlmsProfileReader, OfABufferWithTheNewestFirstTheLastEntriesHaveTheLowestNumbers) {
  newest_first();
  profile().by_range = AccessResult::OtherReason;
  EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107)) << "oldest first all the same";
  EXPECT_THAT(parts(), ElementsAre("range", "entries 1 to 5"));
}

TEST_F(DlmsProfileReader, NoMoreEntriesAreAskedForThanThereAre) {
  profile().by_range = AccessResult::OtherReason;
  EXPECT_EQ(energies({kNow - 90 * kPeriod, kNow}).size(), kRows);
  EXPECT_THAT(parts(), ElementsAre("range", "entries 1 to 0"));
}

TEST_F(DlmsProfileReader, AMeterThatGivesNoPartIsReadWhole) {
  for (const test::DlmsNo& no :
       {test::DlmsNo{AccessResult::ReadWriteDenied}, test::DlmsNo{kWillNot}}) {
    driver_.emplace(model_);
    meter_.asked.clear();
    profile().by_range = profile().by_entries = no;
    EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107));
    EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107));
    EXPECT_THAT(parts(), ElementsAre("range", "entries 4 to 0", "whole", "whole"));
  }
}

TEST_F(DlmsProfileReader, WithoutTheNumberOfEntriesTheWholeBufferIsRead) {
  for (const dlms::GetResult& lacks :
       {dlms::GetResult{AccessResult::ObjectUndefined}, dlms::GetResult{Data{std::uint32_t{0}}},
        dlms::GetResult{Data{dlms::VisibleString{"many"}}}}) {
    driver_.emplace(model_);
    meter_.asked.clear();
    profile().by_range = AccessResult::OtherReason;
    profile().in_use = lacks;
    EXPECT_THAT(energies(), ElementsAre(104, 105, 106, 107));
    EXPECT_THAT(parts(), ElementsAre("range", "whole"));
  }
}

TEST_F(DlmsProfileReader, WithoutATimeOrAPeriodNoPartCanBeChosen) {
  profile().columns = {kEnergy};
  profile().rows = {dlms::Structure{{std::uint32_t{1}}}};
  profile().period = 0s;
  EXPECT_EQ(fault().what, "the load profile has no time column");
  EXPECT_THAT(parts(), ElementsAre("whole"));
}

TEST_F(DlmsProfileReader, ATemporaryFailureIsAProfileWithoutRows) {
  profile().by_range = AccessResult::TemporaryFailure;
  EXPECT_TRUE(page().intervals.empty());
  EXPECT_EQ(page().covered_to, kNow);
  EXPECT_THAT(parts(), ElementsAre("range", "range")) << "it is no refusal of ranges";
  profile().by_range = profile().by_entries = AccessResult::OtherReason;
  profile().whole = AccessResult::TemporaryFailure;
  EXPECT_TRUE(page().intervals.empty());
}

TEST_F(DlmsProfileReader, AMeterThatGivesItsBufferInNoWayRefuses) {
  profile().by_range = profile().by_entries = AccessResult::OtherReason;
  profile().whole = AccessResult::ReadWriteDenied;
  EXPECT_EQ(fault().reason, Reason::Refused);
  profile().whole = kWillNot;
  const OperationFault told = fault();
  EXPECT_EQ(told.reason, Reason::Refused);
  EXPECT_EQ(told.what, dlms::text(kWillNot));
}

TEST_F(DlmsProfileReader, AProfileThatDoesNotSayWhatItIsHasNoMeaning) {
  profile().columns = {};
  EXPECT_EQ(fault().what, "the profile tells no columns");
  meter_.attributes[{cosem::kLoadProfile, 3}] = Data{dlms::Array{{std::uint8_t{1}}}};
  EXPECT_EQ(fault().reason, Reason::Meaningless);
  meter_.attributes[{cosem::kLoadProfile, 3}] = AccessResult::ObjectUndefined;
  const OperationFault told = fault();
  EXPECT_EQ(told.reason, Reason::Refused);
  EXPECT_EQ(told.refusal, operation::MeterRefusal::NotSupported);
}

TEST_F(DlmsProfileReader, RowsThatAreNoneAreToldAndTheColumnsAskedForAnew) {
  profile().rows[5] = dlms::Structure{{std::uint8_t{1}}};
  EXPECT_THAT(fault().what, HasSubstr(" of the profile: "));
  meter_.asked.clear();
  EXPECT_EQ(fault().reason, Reason::Meaningless);
  EXPECT_TRUE(was_asked_for(3)) << "somebody may have chosen other columns meanwhile";
}

TEST_F(DlmsProfileReader, ClockSetBackLeavesTheLaterOfTwoRows) {
  profile().by_range = profile().by_entries = AccessResult::OtherReason;
  profile().rows = {row(kNow - 2 * kPeriod, 1), row(kNow - kPeriod, 2), row(kNow, 3),
                    row(kNow - kPeriod, 4), row(kNow, 5)};
  EXPECT_THAT(energies(), ElementsAre(1, 4, 5));
}

// Clock status of the Blue Book, 4.1.6.1: bits 0 and 1 invalid and doubtful, bit 7 daylight saving.
TEST_F(DlmsProfileReader, WhatTheClockSaysOfItsOwnTimeMarksTheInterval) {
  profile().rows = {row(kNow - 2 * kPeriod, 1, dlms::clock_status::kDoubtfulValue),
                    row(kNow - kPeriod, 2, dlms::clock_status::kInvalidValue),
                    row(kNow, 3, dlms::clock_status::kDaylightSaving)};
  std::vector<std::uint16_t> marks;
  for (const auto& interval : page().intervals) marks.push_back(interval.values[0].marks.bits);
  EXPECT_THAT(marks, ElementsAre(IntervalMarks::kDoubtful, IntervalMarks::kDoubtful,
                                 IntervalMarks::kDaylightSaving));
}

// ---- years without rows: the oldest one says from when on there are some ------------------------

TEST_F(DlmsProfileReader, TheOldestRowSaysHowFarYearsWithoutRowsReach) {
  EXPECT_EQ(page(kYears).covered_to, kNow - kRows * kPeriod);
  EXPECT_THAT(parts(), ElementsAre("range", "entries 1 to 1"));
}

TEST_F(DlmsProfileReader, AnEmptyProfileIsOnePage) {
  profile().rows.clear();
  EXPECT_EQ(page(kYears).covered_to, kNow);
}

TEST_F(DlmsProfileReader, WhereTheOldestRowIsNotToBeHadOnePageFollowsTheOther) {
  for (const test::DlmsNo& no : {test::DlmsNo{AccessResult::OtherReason}, test::DlmsNo{kWillNot}}) {
    driver_.emplace(model_);
    meter_.asked.clear();
    profile().by_entries = no;
    const auto next = page(kYears);
    EXPECT_TRUE(next.intervals.empty());
    EXPECT_EQ(next.covered_to, kYears.from + model_.dlms.rows_per_page * kPeriod);
    EXPECT_EQ(page({next.covered_to, kNow}).covered_to,
              next.covered_to + model_.dlms.rows_per_page * kPeriod);
    EXPECT_THAT(parts(), ElementsAre("range", "entries 1 to 1", "range")) << "asked once";
  }
}

TEST_F(DlmsProfileReader, WithTheNewestFirstTheOldestRowHasNoNumberToAskFor) {
  newest_first();
  EXPECT_EQ(page(kYears).covered_to, kYears.from + model_.dlms.rows_per_page * kPeriod);
  EXPECT_THAT(parts(), ElementsAre("range"));
}

TEST_F(DlmsProfileReader, AnOldestRowThatIsNoneIsTold) {
  profile().rows.front() = row(kNow - 7 * kPeriod, 1);
  meter_.instead = [](const dlms::Apdu& asked) -> std::optional<WireResult> {
    const auto* get = std::get_if<dlms::GetRequest>(&asked);
    const bool is_oldest =
        get != nullptr && get->attribute.access && dlms::entries_of(*get->attribute.access);
    if (!is_oldest) return std::nullopt;
    return test::ScriptedDlmsMeter::answer(dlms::GetResponse{get->invoke, Data{std::uint8_t{1}}});
  };
  EXPECT_THAT(fault(kYears).what, StartsWith("the oldest row of the profile: "));
}

}  // namespace
}  // namespace metergate
