// SPDX-License-Identifier: Apache-2.0
#include "meters/virtual/virtual_meter.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "meters/virtual/token_rules.hpp"

namespace metergate::virtual_meter {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using operation::OrderRefused;
using operation::OrderTaken;
using std::chrono::days;

constexpr UtcSeconds kNow = std::chrono::sys_days{std::chrono::year{2026} / 3 / 4} + 10h + 7min;

Settings in_service() {
  Settings settings{*SerialNumber::parse("VM-0001")};
  settings.seed = 7;
  settings.supply = SupplyState::On;
  settings.history = days{20};
  return settings;
}

template <typename Order>
operation::OrderAnswer give(VirtualMeter& meter, const Order& order, UtcSeconds now) {
  const auto answer = meter.perform(order, now);
  return std::get<operation::OrderAnswer>(answer.value());
}
bool taken(const operation::OrderAnswer& answer) {
  return std::holds_alternative<OrderTaken>(answer);
}
MeterRefusal why(const operation::OrderAnswer& answer) {
  return std::get<OrderRefused>(answer).refusal;
}

std::int64_t import_register(VirtualMeter& meter, UtcSeconds now) {
  const cosem::ObisCode import = *cosem::ObisCode::parse("1-0:1.8.0");
  const auto answer = meter.perform(operation::ReadRegisters{{import}}, now);
  return std::get<RegisterReading>(answer.value()).values.at(0).value.mantissa;
}

std::int64_t sum_of(const std::vector<ProfileInterval>& intervals) {
  return std::accumulate(
      intervals.begin(), intervals.end(), std::int64_t{0},
      [](std::int64_t sum, const ProfileInterval& row) { return sum + row.values.front().value; });
}

TEST(VirtualMeterTest, HistoryHasFortyEightHalfHoursADayWithoutAHole) {
  const VirtualMeter meter{in_service(), kNow};
  const auto rows = meter.intervals(UtcSeconds{}, UtcSeconds::max());
  ASSERT_EQ(rows.size(), 20U * 48U + 20U);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].start - rows[i - 1].start, 30min);
    EXPECT_GE(rows[i].values.front().value, 0);
  }
  EXPECT_EQ(rows.back().start + 30min, std::chrono::floor<std::chrono::hours>(kNow));
}

TEST(VirtualMeterTest, ProfileAddsUpToTheDifferenceOfTheMidnightRegisters) {
  const VirtualMeter meter{in_service(), kNow};
  const auto snapshots = meter.snapshots();
  ASSERT_EQ(snapshots.size(), 21U);
  for (std::size_t i = 1; i < snapshots.size(); ++i) {
    const auto rows = meter.intervals(snapshots[i - 1].day, snapshots[i].day);
    EXPECT_EQ(sum_of(rows),
              snapshots[i].values.front().value - snapshots[i - 1].values.front().value);
    EXPECT_GT(sum_of(rows), 1'000);
  }
}

TEST(VirtualMeterTest, OutcomeDoesNotDependOnHowOftenOneLooks) {
  VirtualMeter once{in_service(), kNow};
  VirtualMeter often{in_service(), kNow};
  for (UtcSeconds t = kNow; t < kNow + days{2}; t += 17s) often.advance(t);
  once.advance(kNow + days{2});
  often.advance(kNow + days{2});
  EXPECT_EQ(once.save(), often.save());
}

TEST(VirtualMeterTest, SavedAndRestoredMeterLivesOnAsIfNothingHappened) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(taken(give(meter, operation::WriteToken{utrn_credit(1, 500, 1), 5}, kNow)));
  meter.cut_power(kNow + 1h);
  auto copy = VirtualMeter::restore(meter.save());
  ASSERT_TRUE(copy) << copy.error();
  EXPECT_EQ(copy->save(), meter.save());
  for (VirtualMeter* each : {&meter, &*copy}) {
    each->restore_power(kNow + 3h);
    each->advance(kNow + days{1});
  }
  EXPECT_EQ(copy->save(), meter.save());
  EXPECT_EQ(why(give(*copy, operation::WriteToken{utrn_credit(1, 500, 1), 6}, kNow + days{1})),
            MeterRefusal::Duplicate);
}

TEST(VirtualMeterTest, SavedStateAndDeedsMakeTheSameMeterAgain) {
  VirtualMeter meter{in_service(), kNow};
  const std::string saved = meter.save();
  meter.open_cover(kNow + 10min);
  meter.close_cover(kNow + 12min);
  meter.press_button(kNow + 13min);
  (void)give(meter, operation::WriteToken{sts_credit(4), 1}, kNow + 1h);
  (void)give(meter, operation::WriteToken{sts_credit(4), 2}, kNow + 1h);
  (void)give(meter, operation::OperateRelay{SupplyState::Off, 3}, kNow + 2h);
  (void)give(meter, operation::SetClock{kNow, 4}, kNow + 3h);
  meter.cut_power(kNow + 4h);
  meter.restore_power(kNow + 5h);
  meter.set_clock_locally(kNow + 6h, kNow + 6h);
  auto again = VirtualMeter::restore(saved);
  ASSERT_TRUE(again);
  for (const Deed& deed : meter.take_deeds()) {
    const auto reread = Deed::parse(deed.text());
    ASSERT_TRUE(reread) << reread.error();
    EXPECT_TRUE(again->redo(*reread));
    EXPECT_TRUE(again->redo(*reread));  // held already: passed over
  }
  EXPECT_EQ(again->save(), meter.save());
  EXPECT_TRUE(again->take_deeds().empty());
}

TEST(VirtualMeterTest, DeedThatDoesNotFollowIsNoticed) {
  VirtualMeter meter{in_service(), kNow};
  EXPECT_FALSE(meter.redo({5, kNow, ButtonPressed{}}));
  for (const char* line : {"", "1", "1 2", "1 2 dance", "x 2 button", "1 2 token 3 44",
                           "1 2 relay x off", "1 2 clock 3"}) {
    EXPECT_FALSE(Deed::parse(line)) << line;
  }
}

TEST(VirtualMeterTest, RestoreRefusesCutAndAlteredText) {
  const VirtualMeter meter{in_service(), kNow};
  const std::string text = meter.save();
  for (std::size_t length = 0; length < text.size(); length += 101) {
    EXPECT_FALSE(VirtualMeter::restore(std::string_view{text}.substr(0, length)));
  }
  std::string altered = text;
  altered[text.size() / 2] = altered[text.size() / 2] == '1' ? '2' : '1';
  EXPECT_FALSE(VirtualMeter::restore(altered));
}

TEST(VirtualMeterTest, NewMeterIsOffAndOnlyTheButtonClosesIt) {
  Settings settings{*SerialNumber::parse("VM-0002")};
  settings.history = days{0};
  VirtualMeter meter{settings, kNow};
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  EXPECT_EQ(meter.relay().causes.bits, SupplyCauses::kInitial);
  meter.press_button(kNow);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);

  EXPECT_EQ(why(give(meter, operation::OperateRelay{SupplyState::On, 1}, kNow)),
            MeterRefusal::NotSupported);
  ASSERT_TRUE(taken(give(meter, operation::OperateRelay{SupplyState::Armed, 2}, kNow)));
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
  meter.press_button(kNow + 5s);
  EXPECT_EQ(meter.relay().state, SupplyState::On);
  EXPECT_EQ(meter.log(LogId::Supply).back().code, EventCode::SupplyOn);
  EXPECT_EQ(meter.relay().last_transaction_id, 2U);
}

TEST(VirtualMeterTest, EveryCauseMustGoBeforeTheRelayIsArmed) {
  VirtualMeter meter{in_service(), kNow};
  meter.open_cover(kNow);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  ASSERT_TRUE(taken(give(meter, operation::OperateRelay{SupplyState::Off, 1}, kNow)));
  meter.close_cover(kNow + 1min);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  EXPECT_EQ(meter.relay().causes.bits, SupplyCauses::kRemote);
  ASSERT_TRUE(taken(give(meter, operation::OperateRelay{SupplyState::Armed, 2}, kNow + 2min)));
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
  EXPECT_EQ(meter.log(LogId::Tamper).back().code, EventCode::TamperEnded);
}

TEST(VirtualMeterTest, TwentyFirstRelayOperationOfADayIsRefusedAndLogged) {
  VirtualMeter meter{in_service(), kNow};
  for (operation::TransactionId id = 1; id <= 20; ++id) {
    const auto order = id % 2 == 0 ? SupplyState::Armed : SupplyState::Off;
    ASSERT_TRUE(taken(give(meter, operation::OperateRelay{order, id}, kNow + 1min * id)));
  }
  EXPECT_EQ(meter.relay().operations_today, 20);
  EXPECT_EQ(why(give(meter, operation::OperateRelay{SupplyState::Off, 21}, kNow + 1h)),
            MeterRefusal::RelayLimit);
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
  EXPECT_EQ(meter.log(LogId::Security).back().code, EventCode::ExcessiveRelayOperations);
  EXPECT_EQ(meter.log(LogId::Security).back().detail, 21U);
  EXPECT_TRUE(taken(give(meter, operation::OperateRelay{SupplyState::Off, 22}, kNow + days{2})));
}

TEST(VirtualMeterTest, PowerCutKeepsTheRelayAndMarksTheIntervals) {
  VirtualMeter meter{in_service(), kNow};
  meter.cut_power(kNow + 1h);
  EXPECT_FALSE(meter.powered());
  EXPECT_FALSE(meter.perform(operation::Identify{}, kNow + 2h));
  meter.restore_power(kNow + 3h);
  EXPECT_EQ(meter.relay().state, SupplyState::On);
  meter.advance(kNow + 4h);
  const auto rows = meter.intervals(kNow, kNow + 3h);
  ASSERT_FALSE(rows.empty());
  for (const ProfileInterval& row : rows) {
    const bool cut = row.start + 30min > kNow + 1h;
    const auto& value = row.values.front();
    EXPECT_EQ((value.marks.bits & IntervalMarks::kPowerDown) != 0, cut);
    if (row.start > kNow + 1h && row.start + 30min < kNow + 3h) {
      EXPECT_EQ(value.value, 0);
    }
  }
  EXPECT_EQ(meter.log(LogId::Hardware).back().code, EventCode::PowerUp);
}

TEST(VirtualMeterTest, CreditRunsOutOpensTheRelayAndATokenArmsIt) {
  Settings settings = in_service();
  settings.balance_minor = 20;
  VirtualMeter meter{settings, kNow};
  meter.advance(kNow + days{1});
  EXPECT_EQ(meter.balance_minor(), 0);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  EXPECT_EQ(meter.relay().causes.bits, SupplyCauses::kNoCredit);
  const auto answer =
      give(meter, operation::WriteToken{utrn_credit(3, 700, 99), 10}, kNow + days{1});
  EXPECT_EQ(std::get<OrderTaken>(answer).value, 700);
  EXPECT_EQ(meter.balance_minor(), 700);
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
}

TEST(VirtualMeterTest, LoadAboveTheLimitOpensForTwentySecondsThenArms) {
  Settings settings = in_service();
  settings.load_limit_w = 60;
  VirtualMeter meter{settings, kNow};
  UtcSeconds now = kNow;
  while (meter.relay().state == SupplyState::On) meter.advance(now += 1s);
  EXPECT_EQ(meter.relay().causes.bits, SupplyCauses::kOverload);
  meter.advance(now + 19s);
  EXPECT_EQ(meter.relay().state, SupplyState::Off);
  meter.advance(now + 20s);
  EXPECT_EQ(meter.relay().state, SupplyState::Armed);
  EXPECT_EQ(meter.log(LogId::OperatingCondition).back().code, EventCode::LoadLimitRestored);
}

TEST(VirtualMeterTest, EachRefusalOfATokenCanBeProvoked) {
  VirtualMeter meter{in_service(), kNow};
  operation::TransactionId id = 0;
  for (std::uint16_t number = 1; number <= kRefusals; ++number) {
    const auto refusal = static_cast<MeterRefusal>(number - 1);
    for (const Token& token : {utrn_refused(refusal, number), sts_refused(refusal, number)}) {
      ASSERT_TRUE(Token::parse(token.digits.reveal()));
      EXPECT_EQ(why(give(meter, operation::WriteToken{token, ++id}, kNow)), refusal);
      EXPECT_EQ(meter.log(LogId::Token).back().cause, number);
      EXPECT_EQ(meter.log(LogId::Token).back().detail, id);
    }
  }
}

TEST(VirtualMeterTest, TokenIsTakenOnceAndFullAccountRefusesItWhole) {
  VirtualMeter meter{in_service(), kNow};
  const std::int64_t before = meter.balance_minor();
  EXPECT_TRUE(taken(give(meter, operation::WriteToken{sts_credit(9), 1}, kNow)));
  EXPECT_EQ(meter.balance_minor(), before + 25);  // 1 kWh at the default price
  EXPECT_EQ(why(give(meter, operation::WriteToken{sts_credit(9), 2}, kNow)),
            MeterRefusal::Duplicate);
  Settings rich = in_service();
  rich.balance_minor = 2'147'000;
  VirtualMeter full{rich, kNow};
  EXPECT_EQ(why(give(full, operation::WriteToken{utrn_credit(1, 401, 1), 1}, kNow)),
            MeterRefusal::AccountHigh);
  EXPECT_TRUE(taken(give(full, operation::WriteToken{utrn_credit(1, 400, 1), 2}, kNow)));
}

TEST(VirtualMeterTest, TransactionIdMustGrow) {
  VirtualMeter meter{in_service(), kNow};
  EXPECT_TRUE(taken(give(meter, operation::WriteToken{utrn_credit(1, 1, 1), 7}, kNow)));
  EXPECT_EQ(why(give(meter, operation::WriteToken{utrn_credit(1, 1, 2), 7}, kNow)),
            MeterRefusal::StaleTransaction);
  EXPECT_EQ(why(give(meter, operation::SetClock{kNow, 0}, kNow)), MeterRefusal::StaleTransaction);
  EXPECT_EQ(meter.last_order()->transaction, 7U);
  EXPECT_TRUE(taken(meter.last_order()->answer));
}

TEST(VirtualMeterTest, EvidenceTellsTakenRefusedNotTakenAndUnknown) {
  VirtualMeter meter{in_service(), kNow};
  (void)give(meter, operation::WriteToken{utrn_credit(1, 123, 1), 10}, kNow);
  (void)give(meter, operation::WriteToken{utrn_credit(1, 123, 1), 11}, kNow);
  (void)give(meter, operation::OperateRelay{SupplyState::Off, 13}, kNow);
  const auto ask = [&](operation::TransactionId id) {
    const auto answer = meter.perform(operation::ReadTransaction{id}, kNow);
    return std::get<operation::TransactionEvidence>(answer.value());
  };
  EXPECT_EQ(std::get<OrderTaken>(ask(10)).value, 123);
  EXPECT_EQ(std::get<OrderRefused>(ask(11)).refusal, MeterRefusal::Duplicate);
  EXPECT_TRUE(std::holds_alternative<operation::TransactionUnknown>(ask(12)));
  EXPECT_TRUE(std::holds_alternative<OrderTaken>(ask(13)));
  EXPECT_TRUE(std::holds_alternative<operation::TransactionNotTaken>(ask(14)));
}

TEST(VirtualMeterTest, ClockDriftsAndCanBeSet) {
  Settings settings = in_service();
  settings.clock_drift_ppm = 100.0;
  VirtualMeter meter{settings, kNow};
  EXPECT_EQ(meter.meter_time(), kNow);
  const UtcSeconds later = kNow + days{10};
  meter.advance(later);
  EXPECT_EQ(meter.meter_time() - later, 86s);
  EXPECT_TRUE(taken(give(meter, operation::SetClock{later, 1}, later)));
  EXPECT_EQ(meter.meter_time(), later);
  EXPECT_EQ(meter.log(LogId::Configuration).back().code, EventCode::ClockSet);
  EXPECT_EQ(meter.log(LogId::Configuration).back().detail, 1U);
}

class ClockSetting : public testing::TestWithParam<std::chrono::minutes> {};

TEST_P(ClockSetting, LosesNoEnergyAndRepeatsNoInterval) {
  VirtualMeter meter{in_service(), kNow};
  const auto old_rows = meter.intervals(UtcSeconds{}, UtcSeconds::max());
  const UtcSeconds set_at = kNow + 2h;
  ASSERT_TRUE(taken(give(meter, operation::SetClock{set_at + GetParam(), 1}, set_at)));
  meter.advance(kNow + days{2});
  const auto rows = meter.intervals(UtcSeconds{}, UtcSeconds::max());
  bool marked = false;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_LT(rows[i - 1].start, rows[i].start);
    marked = marked || (rows[i].values.front().marks.bits & IntervalMarks::kClockSet) != 0;
  }
  EXPECT_TRUE(marked);
  EXPECT_TRUE(std::equal(old_rows.begin(), old_rows.end(), rows.begin()));
  // What is in no closed interval is in the open one.
  const std::int64_t in_profile = sum_of(rows);
  const std::int64_t in_register = import_register(meter, kNow + days{2});
  EXPECT_LE(in_profile, in_register);
  EXPECT_LT(in_register - in_profile, 2'000);
}

INSTANTIATE_TEST_SUITE_P(ForwardsAndBack, ClockSetting,
                         testing::Values(2min, -2min, 45min, -45min, 26h, -5h));

TEST(VirtualMeterTest, PushesAreHandedOutOnceAndSurviveARestart) {
  VirtualMeter meter{in_service(), kNow};
  EXPECT_TRUE(meter.take_pushes().empty());
  meter.open_cover(kNow + 1h);
  meter.advance(kNow + 15h);
  auto copy = VirtualMeter::restore(meter.save());
  ASSERT_TRUE(copy);
  const Pushes pushes = copy->take_pushes();
  ASSERT_EQ(pushes.entries.size(), 2U);
  EXPECT_EQ(pushes.entries.front().code, EventCode::SupplyOff);
  EXPECT_EQ(pushes.intervals.size(), 30U);
  EXPECT_EQ(pushes.daily.size(), 1U);
  EXPECT_TRUE(copy->take_pushes().empty());
}

TEST(VirtualMeterTest, PagesSayHowFarTheyReach) {
  VirtualMeter meter{in_service(), kNow};
  std::vector<ProfileInterval> all;
  UtcSeconds from = kNow - days{30};
  while (from < std::chrono::floor<std::chrono::hours>(kNow)) {
    const auto answer = meter.perform(operation::ReadProfile{from, kNow}, kNow);
    const auto& page = std::get<operation::ProfilePage>(answer.value());
    all.insert(all.end(), page.intervals.begin(), page.intervals.end());
    ASSERT_GT(page.covered_to, from);
    from = page.covered_to;
  }
  EXPECT_EQ(all, meter.intervals(UtcSeconds{}, UtcSeconds::max()));
  const auto answer = meter.perform(operation::ReadLog{LogId::Hardware, 0}, kNow);
  const auto& page = std::get<operation::LogPage>(answer.value());
  EXPECT_TRUE(page.complete);
  EXPECT_EQ(page.entries, meter.log(LogId::Hardware));
}

}  // namespace
}  // namespace metergate::virtual_meter
