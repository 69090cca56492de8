// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/manual_clock.hpp"
#include "tests/unit/storage/ledger_fixture.hpp"

namespace metergate::runtime {
namespace {

using namespace test;
using testing::EndsWith;
using testing::HasSubstr;

/// A publisher whose broker acknowledges one message at a time.
class PublisherTest : public LedgerTest {
 protected:
  static constexpr std::size_t kWindow = 2;

  PublisherTest() {
    meter_model_.profile_channels = {{kImport, "import", Unit::Wh, 0}};
    keeper_.when_committed([this] { publisher_.committed(); });
    keeper_.when_lost([this] { publisher_.rolled_back(); });
  }

  MeterUnit& add_meter(const std::string& id) {
    const StoredMeter stored = meter(id);
    units_.push_back({.settings = {stored.id, "v", "line-a", 1, {}, {}},
                      .schedule = &schedule_,
                      .model = &meter_model_,
                      .address = {1, {}},
                      .stored = stored,
                      .session = session::MeterSession{session::Policy{}, clock_.now().instant}});
    return units_.back();
  }
  void add_backlog(std::size_t meters) {
    for (std::size_t i = 0; i < meters; ++i) {
      MeterUnit& unit = add_meter("m" + std::to_string(100 + i));
      good(ledger->store_profile(unit.stored.key, 1, whole_day(kToday - days{3}), kNow));
    }
    good(ledger->commit());
  }
  void store_live(MeterUnit& unit) {
    const RegisterReading reading{clock_.now().utc, {{kImport, {17, 0}, Unit::Wh}}};
    good(ledger->store_registers(unit.stored.key, 1, reading));
    ASSERT_TRUE(keeper_.commit());
  }
  /// Acknowledges the oldest message; returns the topics that were published upon it.
  std::vector<std::string> acknowledge() {
    const std::size_t before = topics_.size();
    const auto done = std::move(unacknowledged_.front());
    unacknowledged_.pop_front();
    done(Published::Acknowledged);
    return {topics_.begin() + static_cast<std::ptrdiff_t>(before), topics_.end()};
  }
  void acknowledge_all() {
    while (!unacknowledged_.empty()) static_cast<void>(acknowledge());
  }
  /// Of all messages once everything is told.
  std::size_t told_readings() {
    publisher_.connected();
    acknowledge_all();
    std::size_t readings = 0;
    for (const std::string& payload : payloads_) {
      for (auto at = payload.find("\"read_at\""); at != std::string::npos;
           at = payload.find("\"read_at\"", at + 1)) {
        ++readings;
      }
    }
    return readings;
  }

  ManualClock clock_{kNow};
  Agenda agenda_;
  journal::Journal journal_{
      {journal::Level::Debug, config::LogFormat::Plain, std::fopen("/dev/null", "w")}};
  LedgerKeeper keeper_{*ledger, journal_, clock_, agenda_};
  config::Schedule schedule_;
  model::MeterModel meter_model_;
  std::deque<MeterUnit> units_;
  std::vector<std::string> topics_;
  std::vector<std::string> payloads_;
  std::deque<std::function<void(Published)>> unacknowledged_;
  north::Topics tree_{"metergate", *SiteId::parse("site-1")};
  Publisher publisher_{keeper_,
                       journal_,
                       clock_,
                       agenda_,
                       tree_,
                       kWindow,
                       {[this](MqttMessage message, std::function<void(Published)> done) {
                          topics_.push_back(message.topic);
                          payloads_.push_back(message.payload);
                          unacknowledged_.push_back(std::move(done));
                        },
                        [this](MeterKey key) -> MeterUnit* {
                          for (MeterUnit& unit : units_) {
                            if (unit.stored.key == key) return &unit;
                          }
                          return nullptr;
                        },
                        [this](MeterUnit&) { return std::to_string(++states_made_); }}};
  int states_made_ = 0;
};

TEST_F(PublisherTest, EveryMeterDayOfABacklogGoesOutOnceAndWhole) {
  add_backlog(120);
  publisher_.connected();
  EXPECT_EQ(unacknowledged_.size(), kWindow);
  acknowledge_all();
  ASSERT_EQ(topics_.size(), 120U);
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    EXPECT_THAT(topics_[i], HasSubstr("/m" + std::to_string(100 + i) + '/'));
    EXPECT_THAT(payloads_[i], HasSubstr(R"("start":"2026-03-07T00:00:00Z")"));
    EXPECT_THAT(payloads_[i], HasSubstr(R"("start":"2026-03-07T23:30:00Z")"));
  }
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 0U);
}

TEST_F(PublisherTest, WhatIsStoredMeanwhilePassesABacklog) {
  add_backlog(10);
  publisher_.connected();
  store_live(units_[0]);
  EXPECT_THAT(acknowledge().at(0), EndsWith("m102/profile")) << "taken a moment ago";
  clock_.advance(1s);
  store_live(units_[1]);
  EXPECT_THAT(acknowledge().at(0), EndsWith("m100/registers"));
  EXPECT_THAT(acknowledge().at(0), EndsWith("m101/registers"));
  EXPECT_THAT(acknowledge().at(0), EndsWith("m103/profile")) << "and the backlog goes on";
  acknowledge_all();
  EXPECT_EQ(topics_.size(), 12U) << "nothing twice";
}

// Two hundred readings fill a message, so this day takes three.
TEST_F(PublisherTest, APartOfADayIsNotSeparatedFromItsRest) {
  add_backlog(3);
  for (int i = 0; i < 450; ++i) {
    const RegisterReading reading{kToday + i * 10s, {{kImport, {i, 0}, Unit::Wh}}};
    good(ledger->store_registers(units_[0].stored.key, 1, reading));
  }
  good(ledger->commit());
  publisher_.connected();
  clock_.advance(1s);
  store_live(units_[1]);
  acknowledge_all();
  std::size_t readings = 0;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (!topics_[i].ends_with("m100/registers")) continue;
    for (auto at = payloads_[i].find("\"read_at\""); at != std::string::npos;
         at = payloads_[i].find("\"read_at\"", at + 1)) {
      ++readings;
    }
  }
  EXPECT_EQ(readings, 450U) << "each told once";
}

TEST_F(PublisherTest, AMeterNobodyKnowsHoldsUpNoOther) {
  add_backlog(3);
  units_.erase(units_.begin() + 1);
  publisher_.connected();
  acknowledge_all();
  ASSERT_EQ(topics_.size(), 2U);
  EXPECT_THAT(topics_[1], EndsWith("m102/profile"));
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 1U) << "its day waits";
}

TEST_F(PublisherTest, AStateThatChangesAgainWithinAMomentIsToldOnceAndAsItIsThen) {
  MeterUnit& unit = add_meter("m100");
  publisher_.connected();
  for (int changes = 0; changes < 4; ++changes) {
    publisher_.state_changed(unit);
    clock_.advance(20ms);
    agenda_.run(clock_.now());
  }
  EXPECT_EQ(states_made_, 0) << "an order may be on its way through the loop";
  clock_.advance(20ms);
  agenda_.run(clock_.now());
  ASSERT_EQ(topics_.size(), 1U);
  EXPECT_THAT(topics_[0], EndsWith("meter/m100/state"));
  publisher_.state_changed(unit);
  clock_.advance(100ms);
  agenda_.run(clock_.now());
  EXPECT_EQ(topics_.size(), 2U) << "and the next change again";
}

TEST_F(PublisherTest, ANewConnectionAndAStopWaitForNoMoment) {
  MeterUnit& unit = add_meter("m100");
  good(ledger->commit());
  publisher_.state_changed(unit);
  publisher_.connected();
  EXPECT_EQ(topics_.size(), 1U);
  publisher_.state_changed(unit);
  publisher_.stop();
  EXPECT_EQ(topics_.size(), 2U);
  EXPECT_EQ(agenda_.next(), std::nullopt) << "nothing is left to wait for";
}

TEST_F(PublisherTest, AStateThatWasToldAtTheConnectionIsNotToldAgainForNoChange) {
  MeterUnit& unit = add_meter("m100");
  MeterUnit& other = add_meter("m101");
  publisher_.state_changed(unit);
  publisher_.state_changed(other);
  clock_.advance(100ms);
  agenda_.run(clock_.now());
  publisher_.state_changed(unit);
  publisher_.connected();
  acknowledge_all();
  EXPECT_EQ(topics_.size(), 2U);
  clock_.advance(100ms);
  agenda_.run(clock_.now());
  EXPECT_EQ(topics_.size(), 2U);
}

// The sender's message is given back to the broker as worked off: nobody would send it again.
TEST_F(PublisherTest, AnAnswerWhoseCommitFailsIsSentAllTheSame) {
  publisher_.connected();
  publisher_.tell({0, "metergate/reply", "no", {}, {}});
  EXPECT_TRUE(topics_.empty()) << "it is not durable yet";
  const StorageError full{StorageError::Reason::DiskFull, "the disk is full"};
  EXPECT_FALSE(keeper_.checked(Stored<Done>{failure(full)}));
  EXPECT_THAT(topics_, testing::ElementsAre("metergate/reply"));
  publisher_.tell({0, "metergate/other", "no", {}, {}});
  EXPECT_THAT(topics_, testing::ElementsAre("metergate/reply", "metergate/other"))
      << "while nothing is taken";
}

TEST_F(PublisherTest, AnAnswerThatIsDurableIsNotSentAgainWhenALaterCommitFails) {
  publisher_.connected();
  publisher_.tell({0, "metergate/reply", "no", {}, {}});
  ASSERT_TRUE(keeper_.commit());
  EXPECT_EQ(topics_.size(), 1U);
  const StorageError full{StorageError::Reason::DiskFull, "the disk is full"};
  EXPECT_FALSE(keeper_.checked(Stored<Done>{failure(full)}));
  EXPECT_EQ(topics_.size(), 1U);
}

TEST_F(PublisherTest, ADayOfWhichAPartWasRefusedIsNotTakenForTold) {
  MeterUnit& unit = add_meter("m100");
  for (int i = 0; i < 250; ++i) {
    const RegisterReading reading{kToday + i * 10s, {{kImport, {i, 0}, Unit::Wh}}};
    good(ledger->store_registers(unit.stored.key, 1, reading));
  }
  good(ledger->commit());
  publisher_.connected();
  const auto refuse = std::move(unacknowledged_.front());
  unacknowledged_.pop_front();
  refuse(Published::Refused);
  acknowledge_all();
  EXPECT_EQ(good(ledger->outbox_size()).data_days, 1U);
}

TEST_F(PublisherTest, ReadingsOfOneSecondAreNotTornApart) {
  MeterUnit& unit = add_meter("m100");
  for (int i = 0; i < 201; ++i) {
    const UtcTime at = kToday + std::min(i, 199) * 10s + (i == 200 ? 700ms : 100ms);
    good(ledger->store_registers(unit.stored.key, 1, {at, {{kImport, {i, 0}, Unit::Wh}}}));
  }
  good(ledger->commit());
  EXPECT_EQ(told_readings(), 201U);
}

TEST_F(PublisherTest, ASecondOfMoreReadingsThanAMessageTakesIsToldInOne) {
  MeterUnit& unit = add_meter("m100");
  const auto store = [&](int number, UtcTime at) {
    good(ledger->store_registers(unit.stored.key, 1, {at, {{kImport, {number, 0}, Unit::Wh}}}));
  };
  for (int i = 0; i < 450; ++i) store(i, kToday + i * 2ms);
  store(450, kToday + 1s);
  good(ledger->commit());
  EXPECT_EQ(told_readings(), 451U);
}

}  // namespace
}  // namespace metergate::runtime
