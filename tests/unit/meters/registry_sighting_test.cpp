// SPDX-License-Identifier: Apache-2.0
#include "meters/registry_sighting.hpp"

#include <gtest/gtest.h>

namespace metergate::registry {
namespace {

using Cause = VendingVerdict::Cause;

const UtcTime kNow{std::chrono::milliseconds{1'000'000}};
const Seat kHome{*MeterId::parse("m1"), "street-1/12"};
const Seat kAway{*MeterId::parse("m2"), "street-2/7"};

Sighting seen_at(const Seat& seat) { return {*SerialNumber::parse("S100"), seat, kNow}; }

TEST(RegistrySighting, J61APlacedMeterThatAnswersAsAnotherIsAConflict) {
  EXPECT_EQ(judge_sighting(std::nullopt, Placed::No, seen_at(kHome)), SightingVerdict::First);
  EXPECT_EQ(judge_sighting(kHome, Placed::Yes, seen_at(kHome)), SightingVerdict::AsRecorded);
  EXPECT_EQ(judge_sighting(kHome, Placed::Yes, seen_at(kAway)), SightingVerdict::NewConflict);
}

TEST(RegistrySighting, J62AnUnplacedMeterMayTurnUpAnywhere) {
  EXPECT_EQ(judge_sighting(kHome, Placed::No, seen_at(kAway)), SightingVerdict::Moved);
}

TEST(RegistrySighting, AMeterThatIsConfiguredOnAnotherPortIsNoConflict) {
  EXPECT_EQ(judge_sighting(kHome, Placed::Yes, seen_at({kHome.meter, "street-3/1"})),
            SightingVerdict::Moved);
}

TEST(RegistrySighting, J63ALiveMeterWithoutAPlaceIsAlarmedOrBlockedAsConfigured) {
  const Standing nowhere;
  EXPECT_EQ(judge_vending(nowhere, Liveness::Live, UnplacedPolicy::Allow), (VendingVerdict{}));
  EXPECT_EQ(judge_vending(nowhere, Liveness::Live, UnplacedPolicy::Alarm),
            (VendingVerdict{Cause::Unplaced, false}));
  EXPECT_EQ(judge_vending(nowhere, Liveness::Live, UnplacedPolicy::Block),
            (VendingVerdict{Cause::Unplaced, true}));
  EXPECT_EQ(judge_vending(nowhere, Liveness::Silent, UnplacedPolicy::Block), (VendingVerdict{}));
}

TEST(RegistrySighting, J63AMeterInConflictIsBlockedWhereverItIsSaidToStand) {
  Standing standing{LocationId::parse("L1"), CustomerId::parse("anna"), true};
  EXPECT_EQ(judge_vending(standing, Liveness::Live, UnplacedPolicy::Block),
            (VendingVerdict{Cause::InConflict, true}));
  standing.in_conflict = false;
  EXPECT_EQ(judge_vending(standing, Liveness::Live, UnplacedPolicy::Block), (VendingVerdict{}));
}

TEST(RegistrySighting, DetailsAreJsonWhateverAPortIsCalled) {
  const Conflict conflict{
      *SerialNumber::parse("S100"), kHome, {kAway.meter, "a\"b\\c\n"}, kNow, kNow, std::nullopt};
  EXPECT_EQ(details_json(conflict),
            R"({"serial":"S100","recorded":{"meter":"m1","port":"street-1/12"},)"
            R"("seen":{"meter":"m2","port":"a\"b\\c\u000a"},"first_seen":"1970-01-01T00:16:40Z"})");
}

TEST(RegistrySighting, WordsAreReadBack) {
  for (const auto policy : {UnplacedPolicy::Allow, UnplacedPolicy::Alarm, UnplacedPolicy::Block}) {
    EXPECT_EQ(parse_unplaced_policy(unplaced_policy_word(policy)), policy);
  }
  for (const auto kept : {SeatKept::Recorded, SeatKept::Seen}) {
    EXPECT_EQ(parse_seat_kept(seat_kept_word(kept)), kept);
  }
  EXPECT_EQ(parse_unplaced_policy("never"), std::nullopt);
}

}  // namespace
}  // namespace metergate::registry
