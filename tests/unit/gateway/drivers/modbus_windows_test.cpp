// SPDX-License-Identifier: Apache-2.0
// Windows of records: each way to read one, and records that cannot follow each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/modbus_driver.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/register_meter.hpp"
#include "tests/support/sim_model.hpp"

namespace metergate {
namespace {

using namespace std::chrono_literals;
using model::WindowAccess;
using testing::HasSubstr;
using testing::StartsWith;

constexpr UtcSeconds kFrom = sim::kStreetTime;
constexpr UtcSeconds kTo = kFrom + 4 * 30min;
constexpr operation::ReadProfile kTwoHours{kFrom, kTo};
constexpr std::uint16_t kDailyAt = 700;
constexpr std::uint16_t kBillingAt = 800;
constexpr std::uint16_t kTariffAt = 900;

modbus::Registers u32(std::int64_t value) {
  return {static_cast<std::uint16_t>(value >> 16), static_cast<std::uint16_t>(value & 0xFFFF)};
}
modbus::Registers u32(UtcSeconds time) { return u32(time.time_since_epoch().count()); }
modbus::Registers name(const std::string& text) {
  return model::encode_fields(
      {{sim::field(model::FieldRole::SupplierName, model::NumberType::Ascii, 8), 0, text}});
}
template <typename... Parts>
modbus::Registers all(const Parts&... parts) {
  modbus::Registers out;
  (out.insert(out.end(), parts.begin(), parts.end()), ...);
  return out;
}

class ModbusWindows : public testing::Test {
 protected:
  ModbusWindows() {
    using enum model::FieldRole;
    using enum model::NumberType;
    const auto holding = model::RegisterSpace::Holding;
    model::ModbusLayout& layout = model_.modbus;
    layout.daily = *layout.profile;
    layout.daily->header = {holding, kDailyAt, {sim::field(Count), sim::field(More)}};
    model::Window billing;
    billing.access = WindowAccess::Read;
    billing.header = {holding, kBillingAt, {sim::field(Count), sim::field(More)}};
    billing.record = {sim::field(Sequence, U32), sim::field(Cause)};
    billing.max_records = 2;
    layout.billing = billing;
    const std::vector<model::Field> tariff{sim::field(TariffId), sim::field(SupplierName, Ascii, 8),
                                           sim::field(Effective, U32)};
    model::Window tariffs;
    tariffs.access = WindowAccess::Read;
    tariffs.header = {holding, kTariffAt, tariff};
    tariffs.header.fields.push_back(sim::field(Count));
    tariffs.record = tariff;
    tariffs.max_records = 2;
    layout.tariff = tariffs;
  }

  /// The header of the profile's window and its records, of one Wh each.
  void profile(const std::vector<UtcSeconds>& starts, bool more = false, UtcSeconds covered = kTo) {
    modbus::Registers content =
        all(modbus::Registers{static_cast<std::uint16_t>(starts.size()), more}, u32(covered));
    for (const UtcSeconds start : starts) content = all(content, u32(start), one_wh_);
    meter_.put(sim::kProfileAt, content);
  }
  void days(const std::vector<UtcSeconds>& midnights, bool more = false) {
    modbus::Registers content{static_cast<std::uint16_t>(midnights.size()), more};
    for (const UtcSeconds one : midnights) content = all(content, u32(one), one_wh_);
    meter_.put(kDailyAt, content);
  }
  operation::ProfilePage page() {
    return test::answer_of<operation::ProfilePage>(meter_.run(driver_, kTwoHours));
  }
  OperationFault fault(const operation::Operation& operation) {
    const auto result = meter_.run(driver_, operation);
    if (result) {
      ADD_FAILURE() << "it has a meaning";
      return {};
    }
    EXPECT_EQ(result.error().reason, OperationFault::Reason::Meaningless);
    return result.error();
  }

  const modbus::Registers one_wh_{0, 1};  ///< no marks
  model::MeterModel model_ = sim::sim_model();
  ModbusDriver driver_{model_, 0};
  test::RegisterMeter meter_;
};

TEST_F(ModbusWindows, AWindowIsReadTheWayTheModelHasIt) {
  profile({kFrom, kFrom + 30min});
  const auto first = page().intervals;
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(meter_.asked.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<modbus::ReadWriteRegisters>(meter_.asked[0]));

  meter_.asked.clear();
  model_.modbus.profile->access = WindowAccess::WriteThenRead;
  EXPECT_EQ(page().intervals, first);
  ASSERT_EQ(meter_.asked.size(), 2U);
  EXPECT_EQ(std::get<modbus::WriteRegisters>(meter_.asked[0]),
            (modbus::WriteRegisters{sim::kProfileSelectAt, all(u32(kFrom), u32(kTo))}));
  EXPECT_EQ(std::get<modbus::ReadRegisters>(meter_.asked[1]).address, sim::kProfileAt);

  meter_.asked.clear();
  model_.modbus.profile->access = WindowAccess::Read;
  EXPECT_EQ(page().intervals, first);
  EXPECT_EQ(meter_.asked.size(), 1U) << "there is nothing to select";
}

// A short poll is 8 + 5 + 80 octets of the line; function 23 takes some of them for its selection.
TEST_F(ModbusWindows, ABriefReadTakesTheLineNoLongerThanAShortPoll) {
  for (const WindowAccess access : {WindowAccess::WriteRead, WindowAccess::WriteThenRead}) {
    model_.modbus.profile->access = access;
    const auto exchange = driver_.start(kTwoHours, {1, ""}, Pace::Brief);
    DriverStep step = exchange->begin({});
    if (access == WindowAccess::WriteThenRead) {
      const auto echo = modbus::encode_response(
          modbus::decode_request(std::get<Transact>(step).request.octets).value(),
          modbus::RegistersWritten{});
      step = exchange->answered(WireAnswer{echo, {}}, {});
    }
    const Octets& octets = std::get<Transact>(step).request.octets;
    const auto request = modbus::decode_request(octets).value();
    const auto* both = std::get_if<modbus::ReadWriteRegisters>(&request);
    const std::size_t count =
        both != nullptr ? both->read_count : std::get<modbus::ReadRegisters>(request).count;
    const std::size_t on_the_line = (octets.size() + 3) + (5 + 2 * count);
    EXPECT_LE(on_the_line, 93U);
    EXPECT_GT(on_the_line, 93U - 10U) << "one record more would fit";
  }
}

TEST_F(ModbusWindows, ABriefReadReachesToTheLastRecordItBrought) {
  std::vector<UtcSeconds> starts;
  for (int i = 0; i < 24; ++i) starts.push_back(kFrom + i * 30min);
  profile(starts, false, kFrom + 12h);
  const operation::ReadProfile day{kFrom, kFrom + 24h};
  const auto brief = test::answer_of<operation::ProfilePage>(meter_.run(driver_, day, Pace::Brief));
  EXPECT_EQ(brief.intervals.size(), 7U);
  EXPECT_EQ(brief.covered_to, kFrom + 7 * 30min);
  const auto whole = test::answer_of<operation::ProfilePage>(meter_.run(driver_, day));
  EXPECT_EQ(whole.intervals.size(), 24U);
  EXPECT_EQ(whole.covered_to, kFrom + 12h);
}

TEST_F(ModbusWindows, WhatNothingSelectsIsReadWhole) {
  meter_.put(kBillingAt, all(modbus::Registers{2, 0}, u32(5), modbus::Registers{1}, u32(6),
                             modbus::Registers{1}));
  model_.modbus.billing->max_records = 2;
  const auto page = test::answer_of<operation::BillingPage>(
      meter_.run(driver_, operation::ReadBilling{0}, Pace::Brief));
  EXPECT_EQ(page.snapshots.size(), 2U);
  EXPECT_TRUE(page.complete);
}

TEST_F(ModbusWindows, NothingComesBetweenTheSelectionAndItsWindow) {
  model_.modbus.profile->access = WindowAccess::WriteThenRead;
  const auto exchange = driver_.start(kTwoHours, {1, ""}, Pace::Full);
  const DriverStep selection = exchange->begin({});
  EXPECT_TRUE(std::get<Transact>(selection).keep_meter);
  const auto echo = modbus::encode_response(
      modbus::decode_request(std::get<Transact>(selection).request.octets).value(),
      modbus::RegistersWritten{});
  const DriverStep window = exchange->answered(WireAnswer{echo, {}}, {});
  EXPECT_FALSE(std::get<Transact>(window).keep_meter);
}

TEST_F(ModbusWindows, MoreRecordsThanFitAreNone) {
  meter_.put(sim::kProfileAt, modbus::Registers{25});
  EXPECT_EQ(fault(kTwoHours).what, "the window says it holds 25 records; at most 24 fit");
}

TEST_F(ModbusWindows, APageReachesAsFarAsTheMeterSaysAndNoFurtherThanAsked) {
  profile({kFrom}, true, kFrom + 30min);
  EXPECT_EQ(page().covered_to, kFrom + 30min);
  profile({kFrom}, false, kTo + 24h);
  EXPECT_EQ(page().covered_to, kTo);
}

TEST_F(ModbusWindows, WithoutTheMetersWordAPageWithMoreBehindReachesToItsLastRecord) {
  const auto today = std::chrono::floor<std::chrono::days>(kFrom);
  const operation::ReadDaily week{today, today + std::chrono::days{7}};
  const auto covered = [&] {
    return test::answer_of<operation::DailyPage>(meter_.run(driver_, week)).covered_to;
  };
  days({today, today + std::chrono::days{1}}, true);
  EXPECT_EQ(covered(), today + std::chrono::days{2});
  days({today, today + std::chrono::days{1}}, false);
  EXPECT_EQ(covered(), week.to);
}

TEST_F(ModbusWindows, IntervalsStandInTheirOrderWithinWhatWasAsked) {
  for (const auto& starts :
       {std::vector<UtcSeconds>{kFrom + 30min, kFrom}, std::vector<UtcSeconds>{kFrom, kFrom},
        std::vector<UtcSeconds>{kFrom - 30min}, std::vector<UtcSeconds>{kTo}}) {
    profile(starts);
    const std::string what = fault(kTwoHours).what;
    EXPECT_THAT(what, StartsWith("profile record at " + rfc3339::text(starts.back())));
    EXPECT_THAT(what, HasSubstr("does not lie between the one before and the end asked for"));
  }
}

TEST_F(ModbusWindows, DaysStandInTheirOrderWithinWhatWasAsked) {
  const auto today = std::chrono::floor<std::chrono::days>(kFrom);
  const auto tomorrow = today + std::chrono::days{1};
  for (const auto& midnights :
       {std::vector<UtcSeconds>{tomorrow, today}, std::vector<UtcSeconds>{today, today},
        std::vector<UtcSeconds>{tomorrow + std::chrono::days{1}}}) {
    days(midnights);
    EXPECT_THAT(fault(operation::ReadDaily{today, tomorrow + std::chrono::days{1}}).what,
                StartsWith("daily record of "));
  }
}

TEST_F(ModbusWindows, EntriesOfALogStandInTheirOrderBehindTheLastOneKnown) {
  const auto entries = [&](std::initializer_list<int> sequences) {
    modbus::Registers content{static_cast<std::uint16_t>(sequences.size()), 0};
    for (const int one : sequences) {
      content = all(content, u32(one), u32(kFrom), modbus::Registers{100, 0}, u32(0));
    }
    meter_.put(sim::kLogAt, content);
  };
  const operation::ReadLog after_six{LogId::Token, 6};
  entries({7, 9});
  EXPECT_EQ(test::answer_of<operation::LogPage>(meter_.run(driver_, after_six)).entries.size(), 2U);
  entries({6});
  EXPECT_EQ(fault(after_six).what, "log entry 6 follows entry 6");
  entries({8, 7});
  EXPECT_EQ(fault(after_six).what, "log entry 7 follows entry 8");
}

TEST_F(ModbusWindows, BillingSnapshotsStandInTheirOrder) {
  const auto snapshots = [&](int first, int second) {
    const modbus::Registers midnight{1};
    meter_.put(kBillingAt,
               all(modbus::Registers{2, 0}, u32(first), midnight, u32(second), midnight));
  };
  snapshots(1, 2);
  EXPECT_TRUE(test::answer_of<operation::BillingPage>(meter_.run(driver_, operation::ReadBilling{}))
                  .complete);
  snapshots(2, 1);
  EXPECT_EQ(fault(operation::ReadBilling{}).what, "billing snapshot 1 follows snapshot 2");
  snapshots(3, 4);
  EXPECT_EQ(fault(operation::ReadBilling{3}).what, "billing snapshot 3 follows snapshot 3");
}

TEST_F(ModbusWindows, PendingTariffsHaveASupplierAndStandWithTheSoonestFirst) {
  const auto tariffs = [&](UtcSeconds first, UtcSeconds second, const std::string& supplier) {
    const modbus::Registers id{7};
    meter_.put(kTariffAt, all(id, name("North"), u32(0), modbus::Registers{2},  //
                              id, name("South"), u32(first), id, name(supplier), u32(second)));
  };
  tariffs(kFrom, kFrom + 1h, "East");
  const auto reading = test::answer_of<TariffReading>(meter_.run(driver_, operation::ReadTariff{}));
  ASSERT_EQ(reading.pending.size(), 2U);
  EXPECT_EQ(reading.pending[1].tariff.supplier.name, "East");
  EXPECT_EQ(reading.pending[1].activates, kFrom + 1h);
  tariffs(kFrom + 1h, kFrom, "East");
  EXPECT_EQ(fault(operation::ReadTariff{}).what,
            "pending tariffs do not stand with the soonest first");
  tariffs(kFrom, kFrom + 1h, "");
  EXPECT_EQ(fault(operation::ReadTariff{}).what,
            "the name of a pending tariff's supplier is no name");
}

}  // namespace
}  // namespace metergate
