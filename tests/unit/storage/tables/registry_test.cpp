// SPDX-License-Identifier: Apache-2.0
#include "meters/registry.hpp"

#include <gmock/gmock.h>

#include "meters/registry_sighting.hpp"
#include "storage/audit/audit_chain.hpp"
#include "storage/audit/audit_filter.hpp"
#include "storage/sqlite/database.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::test {
namespace {

using registry::Change;
using registry::ConflictScope;
using registry::CotDue;
using registry::Effect;
using registry::SightingVerdict;
using registry::Trinity;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

MeterId meter_id(std::string_view id) { return *MeterId::parse(id); }
LocationId location(std::string_view id) { return *LocationId::parse(id); }
CustomerId customer(std::string_view id) { return *CustomerId::parse(id); }

class RegistryTest : public LedgerTest {
 protected:
  RegistryTest() : m1{meter("m1")}, m2{meter("m2")} {}

  AuditEntry by() const {
    AuditEntry out;
    out.at = now;
    out.operator_name = "erik";
    out.proof = IdentityProof::LocalUser;
    out.work_order = "WO-9";
    return out;
  }
  auto ask(Change change) {
    now += 1h;
    return good(ledger->change_registry({std::move(change), now}, {}, by()));
  }
  Effect change(Change what) {
    auto answer = ask(std::move(what));
    if (!answer) throw std::runtime_error(answer.error().text);
    return std::move(*answer);
  }
  SightingVerdict see(std::string_view as, std::string port) {
    now += 1min;
    return good(
        ledger->see_meter({*SerialNumber::parse("S100"), {meter_id(as), std::move(port)}, now}));
  }

  StoredMeter m1;
  StoredMeter m2;
  UtcTime now = kNow;
};

TEST_F(RegistryTest, J55AMeterStandsAtALocationForACustomer) {
  EXPECT_FALSE(good(ledger->standing(m1.key)).is_placed());
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  good(ledger->commit());
  reopen();
  const auto standing = good(ledger->standing(m1.key));
  EXPECT_EQ(standing.location, location("L1"));
  EXPECT_EQ(standing.customer, customer("anna"));
  EXPECT_FALSE(standing.in_conflict);
  EXPECT_THAT(good(ledger->trinities()),
              ElementsAre(Trinity{location("L1"), m1.id, customer("anna")}));
}

TEST_F(RegistryTest, J55HistoryTellsFromWhenToWhen) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  const UtcTime assigned = now;
  change(registry::Replace{m1.id, m2.id});
  const auto history = good(ledger->registry_history({.location = location("L1")}));
  EXPECT_THAT(history.placements,
              ElementsAre(registry::Placement{m1.id, location("L1"), assigned, now},
                          registry::Placement{m2.id, location("L1"), now, std::nullopt}));
  EXPECT_THAT(history.occupancies, ElementsAre(registry::Occupancy{customer("anna"), location("L1"),
                                                                   assigned, std::nullopt}));
  EXPECT_THAT(good(ledger->registry_history({.meter = m1.id})).placements, SizeIs(1));
}

TEST_F(RegistryTest, J56ASecondActiveLinkIsRefusedAndLeavesNothing) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  const auto refused = ask(registry::Assign{m1.id, location("L2"), customer("bert")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, registry::Refusal::Reason::MeterPlaced);
  EXPECT_THAT(good(ledger->trinities()), SizeIs(1));
  EXPECT_EQ(good(ledger->audit_head()).entries, 1);
}

TEST_F(RegistryTest, J56TheFileItselfHoldsAMeterInOnePlace) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  good(ledger->commit());
  ledger.reset();
  auto db = good(sqlite::Database::open(file, sqlite::Access::ReadWrite));
  EXPECT_FALSE(db.script("INSERT INTO placement (meter, location, from_ms) VALUES (1, 'L2', 5)"));
  EXPECT_FALSE(
      db.script("INSERT INTO occupancy (customer, location, from_ms) VALUES ('b','L1',5)"));
}

TEST_F(RegistryTest, J57AndJ58ACustomerMovesWithHisAccountAndSeesNothingOfTheOther) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  change(registry::Assign{m2.id, location("L2"), customer("bert")});
  EXPECT_THAT(change(registry::MoveOut{customer("bert"), location("L2")}).cot_due, SizeIs(1));
  EXPECT_THAT(change(registry::Move{customer("anna"), location("L1"), location("L2")}).cot_due,
              ElementsAre(CotDue{m1.id, customer("anna"), std::nullopt},
                          CotDue{m2.id, customer("bert"), customer("anna")}));
  EXPECT_THAT(good(ledger->trinities()),
              ElementsAre(Trinity{location("L1"), m1.id, std::nullopt},
                          Trinity{location("L2"), m2.id, customer("anna")}));
  const auto hers = good(ledger->registry_history({.customer = customer("anna")}));
  EXPECT_THAT(hers.occupancies, SizeIs(2));
  EXPECT_THAT(hers.placements, IsEmpty());
}

TEST_F(RegistryTest, J59AndJ62AMeterIsTakenOffWithoutContact) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  change(registry::Unassign{m1.id});
  EXPECT_THAT(good(ledger->trinities()),
              ElementsAre(Trinity{location("L1"), std::nullopt, customer("anna")}));
  EXPECT_FALSE(good(ledger->standing(m1.key)).is_placed());
}

TEST_F(RegistryTest, AMeterKeepsInMindWhomItServedAtAnotherLocation) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  change(registry::Unassign{m1.id});
  change(registry::MoveIn{customer("bert"), location("L2")});
  EXPECT_THAT(change(registry::Assign{m1.id, location("L2"), {}}).cot_due,
              ElementsAre(CotDue{m1.id, customer("anna"), customer("bert")}));
}

TEST_F(RegistryTest, EveryChangeIsInTheAuditTrailWithWhoAndWhy) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  change(registry::MoveOut{customer("anna"), location("L1")});
  const auto rows = good(ledger->audit({.meter = "m1"}));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1].kind, "registry-changed");
  EXPECT_EQ(rows[1].operator_name, "erik");
  EXPECT_EQ(rows[1].work_order, "WO-9");
  EXPECT_THAT(rows[1].details_json, HasSubstr(R"("cot_due":[{"meter":"m1","left":"anna"}])"));
  EXPECT_TRUE(good(ledger->verify_audit({})).is_sound());
}

TEST_F(RegistryTest, AMeterTheStoreDoesNotKnowIsMisuse) {
  const auto answer = ledger->change_registry({registry::Unassign{meter_id("m9")}, now}, {}, by());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, StorageError::Reason::Misuse);
  EXPECT_THAT(answer.error().what, HasSubstr("m9"));
}

TEST_F(RegistryTest, J61AMeterSeenElsewhereIsAConflictUntilTheRecordIsPutRight) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  EXPECT_EQ(see("m1", "street-1/12"), SightingVerdict::First);
  EXPECT_EQ(see("m1", "street-1/12"), SightingVerdict::AsRecorded);
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::NewConflict);
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::StandingConflict);
  EXPECT_TRUE(good(ledger->standing(m1.key)).in_conflict);
  EXPECT_TRUE(good(ledger->standing(m2.key)).in_conflict);

  const auto open = good(ledger->conflicts(ConflictScope::Open));
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].recorded, (registry::Seat{m1.id, "street-1/12"}));
  EXPECT_EQ(open[0].seen, (registry::Seat{m2.id, "street-2/7"}));
  EXPECT_THAT(good(ledger->audit({.kinds = {AuditKind::RegistryConflict}})), SizeIs(1));

  // J-63: the record is updated, and the seat is where the meter was seen.
  change(registry::Unassign{m1.id});
  EXPECT_THAT(good(ledger->conflicts(ConflictScope::Open)), IsEmpty());
  EXPECT_THAT(good(ledger->conflicts(ConflictScope::All)), SizeIs(1));
  EXPECT_FALSE(good(ledger->standing(m2.key)).in_conflict);
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::AsRecorded);
}

TEST_F(RegistryTest, AConflictThatGoesOnIsNotedOnceInAWhile) {
  change(registry::Assign{m1.id, location("L1"), {}});
  static_cast<void>(see("m1", "street-1/12"));
  static_cast<void>(see("m2", "street-2/7"));
  const UtcTime first = now;
  good(ledger->commit());
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::StandingConflict);
  EXPECT_EQ(see("m1", "street-1/12"), SightingVerdict::AsRecorded);
  EXPECT_FALSE(ledger->dirty());
  now += 1h;
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::StandingConflict);
  const auto open = good(ledger->conflicts(ConflictScope::Open));
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].first_seen, first);
  EXPECT_EQ(open[0].last_seen, now);
}

TEST_F(RegistryTest, J62AnUnplacedMeterIsFollowedWithoutAConflict) {
  EXPECT_EQ(see("m1", "street-1/12"), SightingVerdict::First);
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::Moved);
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::AsRecorded);
}

TEST_F(RegistryTest, APersonSettlesAConflictEitherWay) {
  const auto serial = *SerialNumber::parse("S100");
  change(registry::Assign{m1.id, location("L1"), {}});
  static_cast<void>(see("m1", "street-1/12"));
  EXPECT_FALSE(good(ledger->settle_conflict(serial, registry::SeatKept::Recorded, by())));
  static_cast<void>(see("m2", "street-2/7"));
  EXPECT_TRUE(good(ledger->settle_conflict(serial, registry::SeatKept::Recorded, by())));
  EXPECT_EQ(see("m1", "street-1/12"), SightingVerdict::AsRecorded);

  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::NewConflict) << "it was not put right";
  EXPECT_TRUE(good(ledger->settle_conflict(serial, registry::SeatKept::Seen, by())));
  EXPECT_EQ(see("m2", "street-2/7"), SightingVerdict::AsRecorded);
  const auto rows = good(ledger->audit({.kinds = {AuditKind::RegistryChanged}}));
  EXPECT_THAT(rows.back().details_json, HasSubstr(R"("seat":"seen")"));
  EXPECT_TRUE(good(ledger->verify_audit({})).is_sound());
}

TEST_F(RegistryTest, AChangeIsThereWithItsAuditEntryOrNotAtAll) {
  change(registry::Assign{m1.id, location("L1"), customer("anna")});
  reopen();
  EXPECT_THAT(good(ledger->trinities()), IsEmpty());
  EXPECT_EQ(good(ledger->audit_head()).entries, 0);
}

}  // namespace
}  // namespace metergate::test
