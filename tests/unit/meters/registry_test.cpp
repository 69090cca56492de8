// SPDX-License-Identifier: Apache-2.0
#include "meters/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace metergate::registry {
namespace {

using namespace std::chrono_literals;
using Reason = Refusal::Reason;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const UtcTime kNow = std::chrono::sys_days{2026y / 3 / 10} + 10h;

MeterId meter(std::string_view id) { return *MeterId::parse(id); }
LocationId location(std::string_view id) { return *LocationId::parse(id); }
CustomerId customer(std::string_view id) { return *CustomerId::parse(id); }

/// A registry in memory: what the ledger does with an effect, on two lists.
struct Book {
  History history;
  Rules rules;
  UtcTime now = kNow;

  Result<Effect, Refusal> change(Change what, UtcTime effective) {
    auto effect = judge({std::move(what), effective}, history, rules, now);
    if (!effect) return effect;
    for (const Placement& link : effect->ended) {
      std::ranges::find_if(history.placements, [&](const Placement& each) {
        return each.meter == link.meter && !each.to;
      })->to = link.to;
    }
    for (const Occupancy& link : effect->left) {
      std::ranges::find_if(history.occupancies, [&](const Occupancy& each) {
        return each.location == link.location && !each.to;
      })->to = link.to;
    }
    history.placements.insert(history.placements.end(), effect->begun.begin(), effect->begun.end());
    history.occupancies.insert(history.occupancies.end(), effect->entered.begin(),
                               effect->entered.end());
    return effect;
  }
  Effect good(Change what) {
    now += 1h;
    auto effect = change(std::move(what), now);
    if (!effect) throw std::runtime_error(effect.error().text);
    return std::move(*effect);
  }
  std::optional<Reason> refusal(Change what) {
    const auto effect = judge({std::move(what), now}, history, rules, now);
    if (effect) return std::nullopt;
    EXPECT_FALSE(effect.error().text.empty());
    return effect.error().reason;
  }
  /// m1 stands at L1 for anna.
  static Book with_anna() {
    Book book;
    book.good(Assign{meter("m1"), location("L1"), customer("anna")});
    return book;
  }
};

TEST(Registry, J55AMeterIsPutToALocationForACustomer) {
  Book book;
  const Effect effect = book.good(Assign{meter("m1"), location("L1"), customer("anna")});
  EXPECT_THAT(effect.begun,
              ElementsAre(Placement{meter("m1"), location("L1"), book.now, std::nullopt}));
  EXPECT_THAT(effect.entered,
              ElementsAre(Occupancy{customer("anna"), location("L1"), book.now, std::nullopt}));
  EXPECT_THAT(effect.cot_due, IsEmpty()) << "it served nobody before";
}

TEST(Registry, J56ASecondActiveLinkIsRefused) {
  Book book = Book::with_anna();
  EXPECT_EQ(book.refusal(Assign{meter("m1"), location("L2"), {}}), Reason::MeterPlaced);
  EXPECT_EQ(book.refusal(Assign{meter("m2"), location("L1"), {}}), Reason::LocationTaken);
  EXPECT_EQ(book.refusal(MoveIn{customer("bert"), location("L1")}), Reason::LocationOccupied);
  EXPECT_EQ(book.refusal(MoveIn{customer("anna"), location("L1")}), Reason::LocationOccupied);
}

TEST(Registry, J56ALocationMayHaveAsManyMetersAsConfigured) {
  Book book = Book::with_anna();
  book.rules.meters_per_location = 2;
  book.good(Assign{meter("m2"), location("L1"), {}});
  EXPECT_EQ(book.refusal(Assign{meter("m3"), location("L1"), {}}), Reason::LocationTaken);
  EXPECT_EQ(book.good(MoveOut{customer("anna"), location("L1")}).cot_due.size(), 2U);
}

TEST(Registry, ARefusalDoesNotNameAnotherCustomer) {
  Book book = Book::with_anna();
  const auto refused = book.change(MoveIn{customer("bert"), location("L1")}, book.now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text.find("anna"), std::string::npos) << refused.error().text;
}

TEST(Registry, J57ACustomerLeavesAndMeterAndLocationStayTogether) {
  Book book = Book::with_anna();
  const Effect effect = book.good(MoveOut{customer("anna"), location("L1")});
  EXPECT_THAT(effect.ended, IsEmpty());
  EXPECT_THAT(effect.cot_due, ElementsAre(CotDue{meter("m1"), customer("anna"), std::nullopt}));
  EXPECT_EQ(book.refusal(MoveOut{customer("anna"), location("L1")}), Reason::CustomerNotThere);
}

TEST(Registry, J57TheNextCustomerMakesACotDue) {
  Book book = Book::with_anna();
  book.good(MoveOut{customer("anna"), location("L1")});
  EXPECT_THAT(book.good(MoveIn{customer("bert"), location("L1")}).cot_due,
              ElementsAre(CotDue{meter("m1"), customer("anna"), customer("bert")}));
}

TEST(Registry, ACustomerWhoComesBackNeedsNoCot) {
  Book book = Book::with_anna();
  book.good(MoveOut{customer("anna"), location("L1")});
  EXPECT_THAT(book.good(MoveIn{customer("anna"), location("L1")}).cot_due, IsEmpty());
}

TEST(Registry, J58TheMovingCustomerGoesToAnotherPairAndBothMetersAreTold) {
  Book book = Book::with_anna();
  book.good(Assign{meter("m2"), location("L2"), customer("bert")});
  book.good(MoveOut{customer("bert"), location("L2")});
  const Effect effect = book.good(Move{customer("anna"), location("L1"), location("L2")});
  EXPECT_THAT(effect.left, ElementsAre(testing::Field(&Occupancy::location, location("L1"))));
  EXPECT_THAT(effect.entered, ElementsAre(testing::Field(&Occupancy::location, location("L2"))));
  EXPECT_THAT(effect.cot_due,
              UnorderedElementsAre(CotDue{meter("m1"), customer("anna"), std::nullopt},
                                   CotDue{meter("m2"), customer("bert"), customer("anna")}));
  EXPECT_EQ(book.refusal(Move{customer("anna"), location("L2"), location("L2")}),
            Reason::SamePlace);
}

TEST(Registry, AMoveToAnOccupiedLocationLeavesTheCustomerWhereHeIs) {
  Book book = Book::with_anna();
  book.good(Assign{meter("m2"), location("L2"), customer("bert")});
  EXPECT_EQ(book.refusal(Move{customer("anna"), location("L1"), location("L2")}),
            Reason::LocationOccupied);
  EXPECT_EQ(book.refusal(MoveIn{customer("carl"), location("L1")}), Reason::LocationOccupied);
}

TEST(Registry, J59AMeterIsTakenOffAndTheCustomerStays) {
  Book book = Book::with_anna();
  const Effect effect = book.good(Unassign{meter("m1")});
  EXPECT_EQ(effect.ended.size(), 1U);
  EXPECT_THAT(effect.left, IsEmpty());
  EXPECT_THAT(effect.cot_due, IsEmpty()) << "due when the meter serves another";
  EXPECT_EQ(book.refusal(Unassign{meter("m1")}), Reason::MeterNotPlaced);
}

TEST(Registry, J60AMeterIsAddedToAPairWithoutOne) {
  Book book = Book::with_anna();
  book.good(Unassign{meter("m1")});
  const Effect effect = book.good(Assign{meter("m2"), location("L1"), {}});
  EXPECT_THAT(effect.entered, IsEmpty());
  EXPECT_THAT(effect.cot_due, IsEmpty());
  // The customer may be named; he is there already.
  book.good(Unassign{meter("m2")});
  EXPECT_THAT(book.good(Assign{meter("m2"), location("L1"), customer("anna")}).entered, IsEmpty());
}

TEST(Registry, AUsedMeterThatGoesToAnotherCustomerMakesACotDue) {
  Book book = Book::with_anna();
  book.good(Unassign{meter("m1")});
  book.good(MoveIn{customer("bert"), location("L2")});
  EXPECT_THAT(book.good(Assign{meter("m1"), location("L2"), {}}).cot_due,
              ElementsAre(CotDue{meter("m1"), customer("anna"), customer("bert")}));
}

TEST(Registry, AMeterIsReplacedAndTheCustomerStays) {
  Book book = Book::with_anna();
  EXPECT_EQ(book.refusal(Replace{meter("m1"), meter("m1")}), Reason::SamePlace);
  EXPECT_EQ(book.refusal(Replace{meter("m2"), meter("m3")}), Reason::MeterNotPlaced);
  const Effect effect = book.good(Replace{meter("m1"), meter("m2")});
  EXPECT_EQ(effect.ended.size(), 1U);
  EXPECT_THAT(effect.begun,
              ElementsAre(Placement{meter("m2"), location("L1"), book.now, std::nullopt}));
  EXPECT_THAT(effect.cot_due, IsEmpty());
  book.good(Assign{meter("m3"), location("L3"), {}});
  EXPECT_EQ(book.refusal(Replace{meter("m2"), meter("m3")}), Reason::MeterPlaced);
}

TEST(Registry, ALinkCannotBeginBeforeTheOneItFollows) {
  Book book = Book::with_anna();
  const UtcTime assigned = book.now;
  book.good(Unassign{meter("m1")});
  const auto early = [&](Change change, UtcTime at) {
    const auto effect = judge({std::move(change), at}, book.history, book.rules, book.now);
    return effect ? std::optional<Reason>{} : std::optional{effect.error().reason};
  };
  EXPECT_EQ(early(Assign{meter("m1"), location("L2"), {}}, book.now - 1min), Reason::TooEarly);
  EXPECT_EQ(early(Assign{meter("m1"), location("L2"), {}}, book.now), std::nullopt);
  EXPECT_EQ(early(MoveOut{customer("anna"), location("L1")}, assigned - 1min), Reason::TooEarly);
  EXPECT_EQ(early(MoveIn{customer("bert"), location("L9")}, book.now + 1ms), Reason::InFuture);
}

TEST(Registry, TheDetailsOfAChangeAreOneJsonObject) {
  Book book = Book::with_anna();
  const Order order{MoveOut{customer("anna"), location("L1")}, kNow + 2h};
  const auto effect = judge(order, book.history, book.rules, order.effective);
  ASSERT_TRUE(effect);
  EXPECT_EQ(details_json(order, *effect),
            R"({"change":"move-out","effective":"2026-03-10T12:00:00Z",)"
            R"("moved_out":[{"customer":"anna","location":"L1"}],)"
            R"("cot_due":[{"meter":"m1","left":"anna"}]})");
}

Change arbitrary_change() {
  const auto pick = [](char letter) { return letter + std::to_string(*rc::gen::inRange(1, 4)); };
  const auto a_meter = [&] { return meter(pick('m')); };
  const auto a_location = [&] { return location(pick('L')); };
  const auto a_customer = [&] { return customer(pick('c')); };
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return Assign{a_meter(), a_location(), a_customer()};
    case 1:
      return Assign{a_meter(), a_location(), std::nullopt};
    case 2:
      return Unassign{a_meter()};
    case 3:
      return MoveOut{a_customer(), a_location()};
    case 4:
      return MoveIn{a_customer(), a_location()};
    case 5:
      return Move{a_customer(), a_location(), a_location()};
    default:
      return Replace{a_meter(), a_meter()};
  }
}

template <typename Link, typename Name>
bool overlap_somewhere(const std::vector<Link>& links, Name&& name_of) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    for (std::size_t j = i + 1; j < links.size(); ++j) {
      if (name_of(links[i]) != name_of(links[j])) continue;
      const UtcTime begin = std::max(links[i].from, links[j].from);
      const UtcTime end =
          std::min(links[i].to.value_or(UtcTime::max()), links[j].to.value_or(UtcTime::max()));
      if (begin < end) return true;
    }
  }
  return false;
}

// Whatever is asked for, and whenever it happened: at no time two links of one thing.
RC_GTEST_PROP(RegistryLaw, LinksOfOneMeterOrLocationNeverOverlap, ()) {
  Book book;
  const int steps = *rc::gen::inRange(1, 30);
  for (int i = 0; i < steps; ++i) {
    book.now += 1h;
    const auto back = std::chrono::hours{*rc::gen::inRange(-1, 8)};
    static_cast<void>(book.change(arbitrary_change(), book.now - back));
  }
  const auto& [placements, occupancies] = book.history;
  RC_ASSERT(!overlap_somewhere(placements, [](const Placement& each) { return each.meter; }));
  RC_ASSERT(!overlap_somewhere(placements, [](const Placement& each) { return each.location; }));
  RC_ASSERT(!overlap_somewhere(occupancies, [](const Occupancy& each) { return each.location; }));
}

}  // namespace
}  // namespace metergate::registry
