// SPDX-License-Identifier: Apache-2.0
// Event logs of meters that give no single rows, and logs that make no sense.
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
using Reason = OperationFault::Reason;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h};
constexpr cosem::CaptureObject kTime{8, cosem::kClock, 2, 0};
constexpr cosem::CaptureObject kCode{1, obis(0, 0, 96, 11, 4), 2, 0};
constexpr cosem::CaptureObject kNumber{1, obis(0, 0, 96, 15, 4), 2, 0};

/// A configuration log of entries 1 to 5, one a minute.
class DlmsLogs : public testing::Test {
 protected:
  DlmsLogs() {
    meter_.now = {Instant{} + 1h, UtcTime{kNow}};
    log().columns = {kTime, kCode, kNumber};
    log().period = 0s;
    for (std::uint32_t number = 1; number <= 5; ++number) {
      log().rows.push_back(row(kNow + number * 1min, number));
    }
    meter_.attributes[{kNumber.logical_name, 2}] = Data{std::uint32_t{5}};
  }
  static Data row(UtcSeconds time, std::uint32_t number) {
    return dlms::Structure{
        {dlms::octet_string(dlms::utc_date_time(time)), std::uint16_t{400}, number}};
  }
  test::ScriptedProfile& log() { return meter_.profiles[cosem::event_log_object(4)]; }

  operation::LogPage page(std::uint32_t after) {
    return test::answer_of<operation::LogPage>(
        meter_.run(*driver_, operation::ReadLog{LogId::Configuration, after}));
  }
  std::vector<std::uint32_t> numbers(std::uint32_t after) {
    std::vector<std::uint32_t> out;
    for (const LogEntry& entry : page(after).entries) {
      EXPECT_EQ(entry.code, EventCode::ClockSet);
      EXPECT_EQ(entry.meter_time, kNow + entry.sequence * 1min);
      out.push_back(entry.sequence);
    }
    return out;
  }
  OperationFault fault(const Driver& driver) {
    const auto result = meter_.run(driver, operation::ReadLog{LogId::Configuration, 0});
    EXPECT_FALSE(result);
    return result ? OperationFault{} : result.error();
  }

  const model::MeterModel model_ = sim::dlms_model();
  std::optional<DlmsDriver> driver_{std::in_place, model_};
  test::ScriptedDlmsMeter meter_;
};

TEST_F(DlmsLogs, OnlyTheNewsAreAskedFor) {
  EXPECT_THAT(numbers(3), ElementsAre(4, 5));
  const auto part = meter_.parts_asked().front();
  ASSERT_TRUE(part);
  EXPECT_EQ(dlms::entries_of(*part)->from_entry, 4U);
  EXPECT_THAT(numbers(5), ElementsAre());
  EXPECT_TRUE(page(5).complete);
}

TEST_F(DlmsLogs, AMeterThatGivesNoEntriesGivesItsWholeLogAndIsNotAskedForThemAgain) {
  for (const test::DlmsNo& no :
       {test::DlmsNo{AccessResult::ReadWriteDenied}, test::DlmsNo{dlms::ExceptionResponse{}}}) {
    driver_.emplace(model_);
    meter_.asked.clear();
    log().by_entries = no;
    EXPECT_THAT(numbers(3), ElementsAre(4, 5)) << "what was known is not told again";
    EXPECT_THAT(numbers(0), ElementsAre(1, 2, 3, 4, 5));
    const auto parts = meter_.parts_asked();
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_TRUE(parts[0]);
    EXPECT_FALSE(parts[1]);
    EXPECT_FALSE(parts[2]);
  }
}

TEST_F(DlmsLogs, AMeterThatGivesItsLogInNoWayRefuses) {
  log().by_entries = AccessResult::OtherReason;
  log().whole = AccessResult::ReadWriteDenied;
  EXPECT_EQ(fault(*driver_).refusal, operation::MeterRefusal::NotPermitted);
  log().whole = dlms::ExceptionResponse{};
  EXPECT_EQ(fault(*driver_).what, dlms::text(dlms::ExceptionResponse{}));
}

TEST_F(DlmsLogs, EachEntryNeedsATimeACodeAndANumber) {
  for (const auto& columns :
       {std::vector{kCode, kNumber}, std::vector{kTime, kNumber}, std::vector{kTime, kCode}}) {
    log().columns = columns;
    const OperationFault told = fault(*driver_);
    EXPECT_EQ(told.reason, Reason::Meaningless);
    EXPECT_EQ(told.what, "the log has no time, code or running number among its columns");
  }
  meter_.attributes[{cosem::event_log_object(4), 3}] = Data{std::uint8_t{1}};
  EXPECT_EQ(fault(*driver_).what, "the log tells no columns");
  meter_.attributes[{cosem::event_log_object(4), 3}] = AccessResult::ObjectUndefined;
  EXPECT_EQ(fault(*driver_).reason, Reason::Refused);
}

TEST_F(DlmsLogs, WithoutNumbersEachEntryStillNeedsATimeAndACode) {
  model::MeterModel unnumbered = model_;
  unnumbered.dlms.log_columns.sequence = 0;
  for (const auto& columns : {std::vector{kCode, kNumber}, std::vector{kTime, kNumber}}) {
    log().columns = columns;
    log().rows.clear();
    const DlmsDriver driver{unnumbered};
    EXPECT_EQ(fault(driver).what, "the log has no time or no code among its columns");
  }
}

TEST_F(DlmsLogs, RowsThatAreNoneAreToldAndTheColumnsAskedForAnew) {
  log().rows[1] = dlms::Structure{{std::uint8_t{1}}};
  EXPECT_THAT(fault(*driver_).what, HasSubstr("row 1 of the log: "));
  log().columns = {kTime, kNumber, kCode};
  log().rows.clear();
  for (std::uint32_t number = 1; number <= 5; ++number) {
    log().rows.push_back(
        dlms::Structure{{dlms::octet_string(dlms::utc_date_time(kNow + number * 1min)), number,
                         std::uint16_t{400}}});
  }
  EXPECT_THAT(numbers(0), ElementsAre(1, 2, 3, 4, 5)) << "the columns had changed";
}

}  // namespace
}  // namespace metergate
