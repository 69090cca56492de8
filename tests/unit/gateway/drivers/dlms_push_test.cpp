// SPDX-License-Identifier: Apache-2.0
// What virtual meters push, as the driver of their model understands it: against what they hold.
#include "gateway/drivers/dlms_push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/drivers/dlms_driver.hpp"
#include "gateway/sim/dlms/push.hpp"
#include "meters/virtual/token_rules.hpp"
#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/selective_access.hpp"
#include "tests/support/answer_of.hpp"
#include "tests/support/dlms_bench.hpp"
#include "tests/support/dlms_model.hpp"

namespace metergate::sim {
namespace {

using cosem::CaptureObject;
using cosem::obis;
using dlms::Data;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using virtual_meter::VirtualMeter;

constexpr UtcSeconds kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} +
                          std::chrono::hours{10}};
constexpr std::chrono::minutes kPeriod{30};
constexpr CaptureObject kList{40, cosem::kPushSetup, 2, 0};
constexpr CaptureObject kTime{8, cosem::kClock, 2, 0};
constexpr CaptureObject kEnergy{3, obis(1, 0, 1, 8, 0), 2, 0};

virtual_meter::Settings settings() {
  virtual_meter::Settings out{*SerialNumber::parse("VM00001001")};
  out.history = std::chrono::days{10};
  out.supply = SupplyState::On;
  return out;
}

class DlmsPush : public testing::Test {
 protected:
  [[nodiscard]] Octets push(const PushOrder& order) {
    DlmsSession session{.rights = DlmsRights::Full, .conformance = dlms_conformance()};
    const DlmsSetup setup = dlms_setup(meter_.serial(), DlmsSecurity::None);
    DlmsCounters counters;
    DlmsContext context{meter_, kNow, setup, session, counters, counters.image};
    return dlms_values_push(context, order, 1).value();
  }
  /// Elements with the list that names them before.
  static Octets push(const std::vector<cosem::PushedElement>& elements) {
    dlms::Array list{{dlms::encode_capture_object(kList)}};
    for (const auto& one : elements) {
      list.elements.push_back(dlms::encode_capture_object(one.object));
    }
    dlms::Structure body{{std::move(list)}};
    for (const auto& one : elements) body.elements.push_back(one.value);
    dlms::DataNotification out;
    out.body = std::move(body);
    return dlms::encode_apdu(out);
  }
  Result<Pushed, PushUnread> read(const Octets& apdu, UtcSeconds now = kNow) {
    return driver().pushed(apdu, {}, {Instant{}, UtcTime{now}});
  }
  Pushed good(const Octets& apdu, UtcSeconds now = kNow) {
    auto out = read(apdu, now);
    if (!out) throw std::runtime_error{out.error().what};
    return std::move(*out);
  }
  DlmsDriver& driver() {
    if (!driver_) driver_.emplace(model_);
    return *driver_;
  }
  template <typename Answer>
  Answer truth(const operation::Operation& operation) {
    return std::get<Answer>(meter_.perform(operation, kNow).value());
  }
  [[nodiscard]] std::vector<ProfileInterval> newest(unsigned rows) {
    return truth<operation::ProfilePage>(operation::ReadProfile{kNow - rows * kPeriod, kNow})
        .intervals;
  }
  /// The model knows what its meters push, and nothing of columns.
  void name_elements() {
    model_.dlms.pushes = {
        {{}, {{1, cosem::kDeviceId, 2, 0}, kTime, {7, cosem::kLoadProfile, 2, 0}}}};
  }

  model::MeterModel model_ = dlms_model();
  VirtualMeter meter_{settings(), kNow};
  std::optional<DlmsDriver> driver_;
  DlmsBench bench_{meter_, kNow, {}};
};

TEST_F(DlmsPush, RowsThatSayWhatTheyAreAreUnderstoodAtOnce) {
  const Pushed pushed = good(push({.what = PushOrder::What::Profile, .rows = 6}));
  EXPECT_EQ(pushed.serial, "VM00001001");
  EXPECT_EQ(pushed.intervals, newest(6));
  EXPECT_TRUE(pushed.has_values());
  EXPECT_TRUE(pushed.left.empty());
}

TEST_F(DlmsPush, DailyValuesAreUnderstoodAsWell) {
  const Pushed pushed = good(push({.what = PushOrder::What::Daily, .rows = 3}));
  const auto page = truth<operation::DailyPage>(
      operation::ReadDaily{std::chrono::floor<std::chrono::days>(kNow) - std::chrono::days{2},
                           std::chrono::floor<std::chrono::days>(kNow) + std::chrono::days{1}});
  EXPECT_EQ(pushed.days, page.snapshots);
}

TEST_F(DlmsPush, RegistersHaveTheirScalersAndTheMetersTime) {
  const Pushed pushed =
      good(push({.what = PushOrder::What::Registers}), kNow + std::chrono::hours{2});
  EXPECT_EQ(pushed.registers.read_at, UtcTime{kNow}) << "it is not true now that it arrives";
  auto real = truth<RegisterReading>(operation::ReadRegisters{}).values;
  std::size_t found = 0;
  for (const RegisterValue& value : pushed.registers.values) {
    const auto same = std::ranges::find(real, value.obis, &RegisterValue::obis);
    ASSERT_NE(same, real.end());
    EXPECT_EQ(value, *same);
    ++found;
  }
  EXPECT_EQ(found, 6U);
}

TEST_F(DlmsPush, ARegisterOfTheFutureIsOfNow) {
  const Pushed pushed =
      good(push({.what = PushOrder::What::Registers}), kNow - std::chrono::minutes{3});
  EXPECT_EQ(pushed.registers.read_at, UtcTime{kNow - std::chrono::minutes{3}});
}

TEST_F(DlmsPush, ColumnsThatNobodyKnowsAreLeftUntilTheProfileWasRead) {
  name_elements();
  const PushOrder order{.names = PushOrder::Names::ByModel, .rows = 5};
  const Pushed before = good(push(order));
  EXPECT_FALSE(before.has_values());
  EXPECT_THAT(before.left, ElementsAre(HasSubstr("1-0:99.1.0*255 (class 7, attribute 2): its "
                                                 "columns are not known")));
  ASSERT_TRUE(bench_.run(driver(), operation::ReadProfile{kNow - kPeriod, kNow}));
  EXPECT_EQ(good(push(order)).intervals, newest(5));
}

TEST_F(DlmsPush, ColumnsAndScalersMayStandInTheModel) {
  name_elements();
  const PushOrder order{.names = PushOrder::Names::ByModel, .rows = 5};
  model_.dlms.columns = {{cosem::kLoadProfile,
                          {kTime,
                           {1, obis(0, 0, 96, 10, 1), 2, 0},
                           {3, obis(1, 0, 1, 29, 0), 2, 0},
                           {3, obis(1, 0, 3, 29, 0), 2, 0}},
                          kPeriod}};
  EXPECT_THAT(good(push(order)).left, ElementsAre(HasSubstr("is no number in the model's step")));
  model_.dlms.scalers = {{obis(1, 0, 1, 29, 0), 0}, {obis(1, 0, 3, 29, 0), 0}};
  EXPECT_EQ(good(push(order)).intervals, newest(5));
}

TEST_F(DlmsPush, ARegisterWithoutAScalerWaitsUntilItWasRead) {
  const Octets apdu = push({{kEnergy, Data{std::uint32_t{1'234}}}});
  EXPECT_THAT(good(apdu).left, ElementsAre(HasSubstr("1-0:1.8.0*255 (class 3, attribute 2): its "
                                                     "scaler is not known")));
  ASSERT_TRUE(bench_.run(driver(), operation::ReadRegisters{}));
  const Pushed pushed = good(apdu);
  ASSERT_EQ(pushed.registers.values.size(), 1U);
  EXPECT_EQ(pushed.registers.values.front().value, (Decimal{1'234, 0}));
}

TEST_F(DlmsPush, WhatTheModelDoesNotKnowIsLeftWithItsName) {
  const Pushed pushed = good(push({{{3, obis(1, 0, 99, 99, 0), 2, 0}, Data{std::uint32_t{1}}},
                                   {{7, obis(1, 0, 98, 1, 0), 2, 0}, Data{dlms::Array{}}}}));
  EXPECT_FALSE(pushed.has_values());
  EXPECT_THAT(pushed.left, ElementsAre(HasSubstr("1-0:99.99.0*255 (class 3, attribute 2)"),
                                       HasSubstr("1-0:98.1.0*255 (class 7, attribute 2)")));
}

TEST_F(DlmsPush, AnEventIsToldAndItsLogReadForIt) {
  const Pushed pushed = good(push({{{1, obis(0, 0, 96, 11, 4), 2, 0}, Data{std::uint16_t{400}}}}));
  EXPECT_THAT(pushed.left, ElementsAre(HasSubstr("event 400, clock-set")));
}

TEST_F(DlmsPush, LogRowsWithRunningNumbersAreEntries) {
  const CaptureObject log{7, cosem::event_log_object(4), 3, 0};
  dlms::Array columns;
  for (const CaptureObject& one : {kTime, CaptureObject{1, obis(0, 0, 96, 11, 4), 2, 0},
                                   CaptureObject{1, obis(0, 0, 96, 15, 4), 2, 0}}) {
    columns.elements.push_back(dlms::encode_capture_object(one));
  }
  const Data row = dlms::Structure{{dlms::octet_string(dlms::utc_date_time(kNow)),
                                    Data{std::uint16_t{400}}, Data{std::uint32_t{7}}}};
  const Pushed pushed = good(
      push({{log, std::move(columns)}, {{7, log.logical_name, 2, 0}, Data{dlms::Array{{row}}}}}));
  ASSERT_EQ(pushed.entries.size(), 1U);
  EXPECT_EQ(pushed.entries.front().sequence, 7U);
  EXPECT_EQ(pushed.entries.front().code, EventCode::ClockSet);
  EXPECT_EQ(pushed.entries.front().log, LogId::Configuration);
}

TEST_F(DlmsPush, RowsFromTheFutureOrFromAnAgeAgoAreLeft) {
  const Octets apdu = push({.what = PushOrder::What::Profile});
  for (const UtcSeconds now : {kNow - std::chrono::hours{5}, kNow + std::chrono::days{500}}) {
    const Pushed pushed = good(apdu, now);
    EXPECT_FALSE(pushed.has_values());
    EXPECT_THAT(pushed.left, ElementsAre(HasSubstr("a row is stamped 2026-03-0")));
  }
}

TEST_F(DlmsPush, AnEventNotificationIsAnElementOfItsOwn) {
  ASSERT_TRUE(bench_.run(driver(), operation::ReadRegisters{}));
  dlms::EventNotification event;
  event.attribute = {3, kEnergy.logical_name, 2, {}};
  event.value = Data{std::uint32_t{55}};
  EXPECT_EQ(good(dlms::encode_apdu(event)).registers.values.size(), 1U);
}

TEST_F(DlmsPush, RegistersUnderATimeThatCannotBeAreLeft) {
  for (const UtcSeconds stamp : {kNow - std::chrono::days{800}, kNow + std::chrono::days{2}}) {
    const Pushed pushed =
        good(push({{kTime, dlms::octet_string(dlms::utc_date_time(stamp))},
                   {{3, kEnergy.logical_name, 3, 0}, cosem::encode_scaler_unit({0, 30})},
                   {kEnergy, Data{std::uint32_t{1'234}}}}));
    EXPECT_TRUE(pushed.registers.values.empty());
    EXPECT_THAT(pushed.left,
                ElementsAre("its registers: they are stamped " + rfc3339::text(stamp)));
  }
}

TEST_F(DlmsPush, ARegisterThatIsThereTwiceIsTakenOnce) {
  const cosem::PushedElement scaler{{3, kEnergy.logical_name, 3, 0},
                                    cosem::encode_scaler_unit({0, 30})};
  const Pushed pushed = good(
      push({scaler, {kEnergy, Data{std::uint32_t{1'234}}}, {kEnergy, Data{std::uint32_t{9'999}}}}));
  ASSERT_EQ(pushed.registers.values.size(), 1U);
  EXPECT_EQ(pushed.registers.values.front().value, (Decimal{1'234, 0}));
  EXPECT_THAT(pushed.left, ElementsAre(HasSubstr(": it is there twice")));
}

// Class 5 has its scaler in attribute 4 (Blue Book, 4.3.4).
TEST_F(DlmsPush, ADemandRegisterBringsItsScalerInAttributeFour) {
  const cosem::ObisCode demand = obis(1, 0, 1, 4, 0);
  const Pushed pushed = good(push({{{5, demand, 4, 0}, cosem::encode_scaler_unit({1, 27})},
                                   {{5, demand, 2, 0}, Data{std::uint32_t{42}}}}));
  EXPECT_THAT(pushed.left, ElementsAre(HasSubstr("(class 5, attribute 2)")))
      << "the model does not know it; its scaler is no value at all";
  model_.dlms.registers.push_back({demand, "demand", 5, 2, Unit::W});
  const Pushed known = good(push({{{5, demand, 4, 0}, cosem::encode_scaler_unit({1, 27})},
                                  {{5, demand, 2, 0}, Data{std::uint32_t{42}}}}));
  ASSERT_EQ(known.registers.values.size(), 1U);
  EXPECT_EQ(known.registers.values.front().value, (Decimal{42, 1}));
}

TEST_F(DlmsPush, LogRowsWithoutRunningNumbersAreLeftToBeRead) {
  const CaptureObject log{7, cosem::event_log_object(4), 3, 0};
  dlms::Array columns;
  for (const CaptureObject& one : {kTime, CaptureObject{1, obis(0, 0, 96, 11, 4), 2, 0}}) {
    columns.elements.push_back(dlms::encode_capture_object(one));
  }
  const Data row =
      dlms::Structure{{dlms::octet_string(dlms::utc_date_time(kNow)), Data{std::uint16_t{400}}}};
  const Pushed pushed = good(
      push({{log, std::move(columns)}, {{7, log.logical_name, 2, 0}, Data{dlms::Array{{row}}}}}));
  EXPECT_TRUE(pushed.entries.empty());
  EXPECT_THAT(pushed.left, ElementsAre(HasSubstr("its entries have no running number, or no code; "
                                                 "it is read")));
}

TEST_F(DlmsPush, WhatIsNoNotificationTellsNothing) {
  const auto told = read(dlms::encode_apdu(dlms::GetResponse{{}, Data{std::uint8_t{1}}}));
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, PushUnread::Reason::BadShape);
  EXPECT_EQ(told.error().what, "an APDU that is no notification");
}

TEST_F(DlmsPush, ThatSomethingHappenedIsNewsWithoutValues) {
  const auto told = read(dlms_push(meter_.serial(), kNow, 1));
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().reason, PushUnread::Reason::Unnamed);
}

TEST_F(DlmsPush, CutOffOrChangedItIsNeverMoreThanItWas) {
  const Octets apdu = push({.what = PushOrder::What::Profile});
  for (std::size_t octets = 0; octets < apdu.size(); ++octets) {
    EXPECT_FALSE(read(Octets(apdu.begin(), apdu.begin() + static_cast<std::ptrdiff_t>(octets))));
  }
  for (std::size_t at = 0; at < apdu.size(); ++at) {
    Octets changed = apdu;
    changed[at] ^= 0xFF;
    const auto told = read(changed);
    EXPECT_TRUE(!told || told->intervals.size() <= 4U);
  }
}

}  // namespace
}  // namespace metergate::sim
