// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

TEST_F(LedgerTest, AMeterIsMadeOnFirstSightWithNothingAssumed) {
  const auto m = meter();
  EXPECT_EQ(m.epoch, 1);
  EXPECT_EQ(m.model, "virtual-prepay");
  EXPECT_EQ(m.supply_reported, SupplyState::Unknown);
  EXPECT_EQ(m.supply_desired, SupplyState::Unknown);
  EXPECT_FALSE(m.last_contact);
  EXPECT_EQ(meter().key, m.key);
  EXPECT_EQ(good(ledger->meters()).size(), 1U);
}

TEST_F(LedgerTest, AMeterTakesItsNewModel) {
  const auto m = meter();
  EXPECT_EQ(good(ledger->meter(m.id, "other", kNow)).model, "other");
  EXPECT_EQ(good(ledger->meters()).front().epoch, 1);
}

TEST_F(LedgerTest, EverythingKnownOfAMeterComesBack) {
  const auto m = meter();
  good(ledger->set_serial(m.key, *SerialNumber::parse("SN-1")));
  good(ledger->set_session(m.key, "ready", kNow));
  good(ledger->set_supply_reported(m.key, {SupplyState::Armed, {SupplyCauses::kNoCredit}, 3, 8},
                                   kNow + 1ms));
  good(ledger->set_supply_desired(m.key, SupplyState::On));
  good(ledger->set_clock_offset(m.key, -1500));
  good(ledger->commit());
  reopen();
  const auto back = good(ledger->meters()).front();
  EXPECT_EQ(back.serial, "SN-1");
  EXPECT_EQ(back.session_state, "ready");
  EXPECT_EQ(back.last_contact, kNow);
  EXPECT_EQ(back.supply_reported, SupplyState::Armed);
  EXPECT_EQ(back.supply_causes.bits, SupplyCauses::kNoCredit);
  EXPECT_EQ(back.supply_read_at, kNow + 1ms);
  EXPECT_EQ(back.supply_desired, SupplyState::On);
  EXPECT_EQ(back.clock_offset_ms, -1500);
}

TEST_F(LedgerTest, InvocationCountersAreReservedUpwardsAndNeverForgotten) {
  const auto m = meter();
  EXPECT_EQ(good(ledger->dlms_counter_end(m.key)), 0U);
  good(ledger->reserve_dlms_counters(m.key, 500));
  good(ledger->commit());
  reopen();
  EXPECT_EQ(good(ledger->dlms_counter_end(m.key)), 500U);
  good(ledger->reserve_dlms_counters(m.key, 0xFFFF'FFFF));
  good(ledger->reserve_dlms_counters(m.key, 700));
  EXPECT_EQ(good(ledger->dlms_counter_end(m.key)), 0xFFFF'FFFFU) << "down it never goes";
}

TEST_F(LedgerTest, TheLastContactStaysWhenASessionEnds) {
  const auto m = meter();
  good(ledger->set_session(m.key, "ready", kNow));
  good(ledger->set_session(m.key, "silent", std::nullopt));
  EXPECT_EQ(meter().last_contact, kNow);
  EXPECT_EQ(meter().session_state, "silent");
}

TEST_F(LedgerTest, J15_EachOfTenThousandSerialNumbersLeadsToItsMeter) {
  constexpr int kMeters = 10'000;
  const auto serial = [](int number) {
    return *SerialNumber::parse("48" + std::to_string(1'000'000 + number));
  };
  for (int number = 0; number < kMeters; ++number) {
    const auto m = meter("m" + std::to_string(number));
    good(ledger->set_serial(m.key, serial(number)));
  }
  good(ledger->commit());
  for (int number = 0; number < kMeters; ++number) {
    const auto found = good(ledger->meters_with_serial(serial(number)));
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found.front().id.text(), "m" + std::to_string(number));
  }
  EXPECT_TRUE(good(ledger->meters_with_serial(*SerialNumber::parse("48"))).empty());
  EXPECT_TRUE(good(ledger->meters_with_serial(*SerialNumber::parse("0"))).empty());
  good(ledger->set_serial(meter("m1").key, serial(0)));
  EXPECT_EQ(good(ledger->meters_with_serial(serial(0))).size(), 2U);
}

TEST_F(LedgerTest, AMeterIsFoundByItsNameAndNoOther) {
  const auto m = meter("house-1");
  EXPECT_EQ(good(ledger->find_meter(m.id))->key, m.key);
  EXPECT_FALSE(good(ledger->find_meter(*MeterId::parse("house"))));
}

TEST_F(LedgerTest, AnUnknownMeterIsMisuse) {
  const auto refused = ledger->set_clock_offset(99, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, StorageError::Reason::Misuse);
}

TEST_F(LedgerTest, TransactionIdsOnlyGrowAlsoAcrossRestarts) {
  const auto m = meter();
  EXPECT_EQ(good(ledger->next_transaction(m.key)), 1U);
  EXPECT_EQ(good(ledger->next_transaction(m.key)), 2U);
  EXPECT_EQ(good(ledger->next_transaction(m.key, 40)), 41U);
  EXPECT_EQ(good(ledger->next_transaction(m.key, 7)), 42U);
  good(ledger->commit());
  reopen();
  EXPECT_EQ(good(ledger->next_transaction(m.key)), 43U);
}

TEST_F(LedgerTest, TransactionIdsEndInsteadOfStartingOver) {
  const auto m = meter();
  EXPECT_FALSE(ledger->next_transaction(m.key, std::numeric_limits<std::uint32_t>::max()));
  EXPECT_EQ(good(ledger->next_transaction(m.key)), 1U);
}

}  // namespace
}  // namespace metergate::test
