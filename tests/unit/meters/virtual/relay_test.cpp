// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "meters/virtual/token_rules.hpp"
#include "tests/support/changing_meter.hpp"

// The relay table of utrn-and-premier.md 1.8, row by row, as of the virtual meter (rows P-21, P-32
// to P-41, P-43).
namespace metergate::virtual_meter {
namespace {

using namespace changing;
using operation::MeterRefusal;
using operation::OperateRelay;

constexpr SupplyState kOff = SupplyState::Off;
constexpr SupplyState kArmed = SupplyState::Armed;
constexpr SupplyState kOn = SupplyState::On;

Settings with_remote_close() {
  Settings settings = in_service();
  settings.remote_close = true;
  return settings;
}

/// A meter brought into this state by remote orders and the button.
VirtualMeter in_state(SupplyState state, Settings settings = in_service()) {
  VirtualMeter meter{std::move(settings), kNow};
  if (state == kOn) return meter;
  EXPECT_TRUE(taken(give(meter, OperateRelay{kOff, 1}, kNow)));
  if (state == kArmed) {
    EXPECT_TRUE(taken(give(meter, OperateRelay{kArmed, 2}, kNow)));
  }
  EXPECT_EQ(meter.relay().state, state);
  return meter;
}

TEST(RelayTableTest, P40FactoryStateIsOffAndOnlyArmingAndTheButtonLeaveIt) {
  Settings settings = in_service();
  settings.supply = kOff;
  VirtualMeter meter{settings, kNow};
  EXPECT_EQ(meter.relay().causes, SupplyCauses{SupplyCauses::kInitial});
  meter.press_button(kNow);
  EXPECT_EQ(meter.relay().state, kOff);
  ASSERT_TRUE(taken(give(meter, OperateRelay{kArmed, 1}, kNow)));
  EXPECT_EQ(meter.relay().state, kArmed);
  meter.press_button(kNow);
  EXPECT_EQ(meter.relay().state, kOn);
}

TEST(RelayTableTest, P32SecondKeyClosesWithinThirtySecondsOfTheFirst) {
  VirtualMeter meter = in_state(kArmed);
  meter.press_second_key(kNow);
  EXPECT_EQ(meter.relay().state, kArmed);
  meter.press_first_key(kNow);
  meter.press_second_key(kNow + 31s);
  EXPECT_EQ(meter.relay().state, kArmed);
  meter.press_first_key(kNow + 40s);
  meter = again(meter);
  meter.press_second_key(kNow + 70s);
  EXPECT_EQ(meter.relay().state, kOn);
  EXPECT_EQ(codes(meter, LogId::Supply).back(), EventCode::SupplyOn);
  VirtualMeter off = in_state(kOff);
  off.press_first_key(kNow);
  ASSERT_TRUE(taken(give(off, OperateRelay{kArmed, 9}, kNow + 1s)));
  off.press_second_key(kNow + 2s);
  EXPECT_EQ(off.relay().state, kArmed);
}

TEST(RelayTableTest, P33RemoteOrderFromEachState) {
  struct Row {
    SupplyState from;
    SupplyState order;
    SupplyState to;
  };
  for (const Row& row :
       {Row{kOff, kOff, kOff}, Row{kOff, kArmed, kArmed}, Row{kArmed, kOff, kOff},
        Row{kArmed, kArmed, kArmed}, Row{kOn, kOff, kOff}, Row{kOn, kArmed, kOn}}) {
    VirtualMeter meter = in_state(row.from);
    const std::size_t before = meter.log(LogId::Supply).size();
    EXPECT_TRUE(taken(give(meter, OperateRelay{row.order, 7}, kNow)));
    EXPECT_EQ(meter.relay().state, row.to);
    // A movement or not: the order stands in the log.
    ASSERT_EQ(meter.log(LogId::Supply).size(), before + 1);
    EXPECT_EQ(meter.log(LogId::Supply).back().detail, 7U);
  }
}

TEST(RelayTableTest, P33ForceConnectWorksOnAnArmedRelayOfAMeterThatCanOnly) {
  VirtualMeter plain = in_state(kArmed);
  EXPECT_EQ(why(give(plain, OperateRelay{kOn, 7}, kNow)), MeterRefusal::NotSupported);
  EXPECT_EQ(plain.relay().state, kArmed);

  VirtualMeter armed = in_state(kArmed, with_remote_close());
  EXPECT_TRUE(taken(give(armed, OperateRelay{kOn, 7}, kNow)));
  EXPECT_EQ(armed.relay().state, kOn);
  EXPECT_EQ(codes(armed, LogId::Supply).back(), EventCode::SupplyOn);
  EXPECT_EQ(armed.log(LogId::Supply).back().detail, 7U);

  VirtualMeter off = in_state(kOff, with_remote_close());
  EXPECT_EQ(why(give(off, OperateRelay{kOn, 7}, kNow)), MeterRefusal::NotPermitted);
  EXPECT_EQ(off.relay().state, kOff);
  EXPECT_EQ(codes(off, LogId::Supply).back(), EventCode::RelayOperationHeld);

  VirtualMeter on = in_state(kOn, with_remote_close());
  EXPECT_TRUE(taken(give(on, OperateRelay{kOn, 7}, kNow)));
  EXPECT_EQ(on.relay().state, kOn);
}

TEST(RelayTableTest, P34TamperOpensAndItsEndArms) {
  VirtualMeter meter = in_state(kOn, with_remote_close());
  meter.open_cover(kNow);
  EXPECT_EQ(meter.relay().state, kOff);
  EXPECT_TRUE(taken(give(meter, OperateRelay{kArmed, 7}, kNow)));
  EXPECT_EQ(meter.relay().state, kOff);
  EXPECT_EQ(why(give(meter, OperateRelay{kOn, 8}, kNow)), MeterRefusal::NotPermitted);
  meter.close_cover(kNow);
  EXPECT_EQ(meter.relay().state, kArmed);
}

TEST(RelayTableTest, P35CommissioningCyclesLogsEveryMovementAndLeavesItAsItWas) {
  for (const SupplyState before : {kOff, kArmed, kOn}) {
    Settings settings = in_service();
    settings.supply = before;
    VirtualMeter meter{settings, kNow};
    const RelayReading was = meter.relay();
    const std::size_t entries = meter.log(LogId::Supply).size();
    ASSERT_TRUE(meter.cycle_relay(3, kNow));
    EXPECT_EQ(meter.relay().state, kOff);
    meter.advance(kNow + 5s);
    EXPECT_EQ(meter.relay().state, kOn);
    EXPECT_FALSE(meter.cycle_relay(1, kNow + 6s));
    meter = again(meter);
    meter.advance(kNow + 60s);
    EXPECT_EQ(meter.relay().state, was.state);
    EXPECT_EQ(meter.relay().causes, was.causes);
    EXPECT_EQ(meter.relay().operations_today, 6);
    // OFF, ON, OFF, ON, OFF, ON and back: what did not move is not told.
    const std::size_t moved = before == kOff ? 6 : before == kArmed ? 7 : 6;
    EXPECT_EQ(meter.log(LogId::Supply).size(), entries + moved);
    for (std::size_t i = entries; i < meter.log(LogId::Supply).size(); ++i) {
      EXPECT_EQ(meter.log(LogId::Supply)[i].cause, SupplyCauses::kManual);
    }
  }
}

TEST(RelayTableTest, P35CyclingEndsAtTheLimitOfTheDay) {
  VirtualMeter meter{in_service(), kNow};
  ASSERT_TRUE(meter.cycle_relay(50, kNow));
  meter.advance(kNow + 1h);
  EXPECT_EQ(meter.relay().operations_today, 20);
  EXPECT_EQ(meter.relay().state, kOn);
  EXPECT_EQ(codes(meter, LogId::Security).back(), EventCode::ExcessiveRelayOperations);
  EXPECT_EQ(why(give(meter, OperateRelay{kOff, 1}, kNow + 1h)), MeterRefusal::RelayLimit);
}

TEST(RelayTableTest, CyclingNeverClosesWhatAnythingElseOpened) {
  const auto opened_by = [](auto act) {
    VirtualMeter meter{in_service(), kNow};
    EXPECT_TRUE(meter.cycle_relay(10, kNow));
    meter.advance(kNow + 2s);
    act(meter);
    meter.advance(kNow + 10min);
    return meter.relay().state;
  };
  EXPECT_EQ(opened_by([](VirtualMeter& m) { m.open_cover(kNow + 2s); }), kOff);
  EXPECT_EQ(opened_by([](VirtualMeter& m) { give(m, OperateRelay{kOff, 1}, kNow + 2s); }), kOff);
  EXPECT_EQ(opened_by([](VirtualMeter& m) {
              give(m, tenancy(std::nullopt, 1, {}, RelayAfter::Armed), kNow + 2s);
            }),
            kArmed);
  EXPECT_EQ(opened_by([](VirtualMeter& m) {
              m.cut_power(kNow + 2s);
              m.restore_power(kNow + 3s);
            }),
            kOn);
  VirtualMeter held = in_state(kOff);
  EXPECT_FALSE(held.cycle_relay(1, kNow));
}

TEST(RelayTableTest, P38RelayThatMovesByItselfTellsNobody) {
  VirtualMeter meter = in_state(kOn);
  const auto log = meter.log(LogId::Supply);
  meter.force_relay(kOff, kNow);
  EXPECT_EQ(meter.relay().state, kOff);
  EXPECT_TRUE(meter.relay().causes.none());
  EXPECT_EQ(meter.log(LogId::Supply), log);
}

TEST(RelayTableTest, P39EveryStateComesBackAfterAnOutage) {
  for (const SupplyState state : {kOff, kArmed, kOn}) {
    VirtualMeter meter = in_state(state);
    const RelayReading before = meter.relay();
    meter.cut_power(kNow + 1min);
    meter = again(meter);
    meter.restore_power(kNow + 3h);
    EXPECT_EQ(meter.relay().state, state);
    EXPECT_EQ(meter.relay().causes, before.causes);
  }
}

TEST(RelayTableTest, P43OrderNumberTwentyOneIsHeldAndTheDayAfterGoesOn) {
  VirtualMeter meter{in_service(), kNow};
  for (operation::TransactionId id = 1; id <= 20; ++id) {
    ASSERT_TRUE(taken(give(meter, OperateRelay{id % 2 == 1 ? kOff : kArmed, id}, kNow)));
  }
  EXPECT_EQ(why(give(meter, OperateRelay{kOff, 21}, kNow)), MeterRefusal::RelayLimit);
  EXPECT_EQ(meter.relay().state, kArmed);
  EXPECT_EQ(codes(meter, LogId::Security).back(), EventCode::ExcessiveRelayOperations);
  EXPECT_TRUE(taken(give(meter, OperateRelay{kOff, 22}, kNow + 24h)));
}

TEST(CreditTest, FriendlyHoursPutTheDisconnectionOff) {
  Settings settings = in_service();
  settings.balance_minor = 10;
  settings.friendly_hours = FriendlyHours{9, 14};
  VirtualMeter meter{settings, kNow};
  meter.switch_load(PhaseWatts{3'600, 0, 0}, kNow);
  meter.advance(kMidnight - 10h - 1min);  // 13:59
  EXPECT_LT(meter.balance_minor(), 0);
  EXPECT_EQ(meter.relay().state, kOn);
  meter.advance(kMidnight - 10h + 1min);
  EXPECT_EQ(meter.relay().state, kOff);
  EXPECT_EQ(codes(meter, LogId::Prepayment).back(), EventCode::CreditExhausted);
  EXPECT_TRUE(FriendlyHours({22, 6}).hold(23));
  EXPECT_TRUE(FriendlyHours({22, 6}).hold(5));
  EXPECT_FALSE(FriendlyHours({22, 6}).hold(6));
}

TEST(CreditTest, EmergencyCreditIsTakenByTheUserAndPaidBackByTheNextVend) {
  Settings settings = in_service();
  settings.balance_minor = 100;
  settings.emergency_credit_minor = 200;
  VirtualMeter meter{settings, kNow};
  meter.switch_load(PhaseWatts{3'600, 0, 0}, kNow);
  meter.advance(kNow + 2h);  // 7.2 kWh at 25: more than was there
  EXPECT_EQ(meter.relay().state, kOff);
  ASSERT_TRUE(meter.take_emergency_credit(kNow + 2h));
  EXPECT_FALSE(meter.take_emergency_credit(kNow + 2h));
  EXPECT_EQ(meter.relay().state, kArmed);
  meter.press_button(kNow + 2h);
  meter.advance(kNow + 3h);
  EXPECT_EQ(meter.relay().state, kOn);
  meter.advance(kNow + 6h);
  EXPECT_EQ(meter.relay().state, kOff);  // used up too
  const auto vend = operation::WriteToken{utrn_credit(1, 1'000, 7), 1};
  ASSERT_TRUE(taken(give(meter, vend, kNow + 6h)));
  EXPECT_EQ(meter.relay().state, kArmed);
  EXPECT_LT(meter.balance_minor(), 1'000);
}

TEST(RelayTableTest, EveryActOfAPersonIsADeedThatMakesTheSameMeterAgain) {
  Settings settings = with_remote_close();
  settings.emergency_credit_minor = 200;
  settings.balance_minor = 100;
  VirtualMeter meter{settings, kNow};
  VirtualMeter taken_up = again(meter);
  ASSERT_TRUE(meter.take_emergency_credit(kNow));
  ASSERT_TRUE(meter.cycle_relay(2, kNow + 1s));
  meter.force_relay(kArmed, kNow + 1min);
  meter.press_first_key(kNow + 100s);
  meter.press_second_key(kNow + 101s);
  give(meter, OperateRelay{kOff, 1}, kNow + 2min);
  give(meter, OperateRelay{kArmed, 2}, kNow + 2min);
  give(meter, OperateRelay{kOn, 3}, kNow + 2min);
  for (const Deed& deed : meter.take_deeds()) {
    const auto read = Deed::parse(deed.text());
    ASSERT_TRUE(read) << deed.text();
    ASSERT_TRUE(taken_up.redo(*read));
  }
  EXPECT_EQ(taken_up.save(), meter.save());
  EXPECT_EQ(meter.relay().state, kOn);
}

}  // namespace
}  // namespace metergate::virtual_meter
