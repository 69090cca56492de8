// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/link_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/manual_clock.hpp"

namespace metergate::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// One request, one answer; the first octet of a request is what the test calls it by.
class PlainExchange : public Exchange {
 public:
  PlainExchange(MeterAddress to, std::uint8_t mark, bool looks_again)
      : to_{std::move(to)}, mark_{mark}, looks_again_{looks_again} {}
  DriverStep begin(Now) override { return Transact{{to_, {mark_}}}; }
  DriverStep answered(WireResult answer, Now now) override {
    answered_at = now.utc;
    if (answer && looks_again_) return Pause{1s};
    if (answer) return Finished{operation::Answer{operation::ClockReading{}}};
    return Finished{failure(
        OperationFault{OperationFault::Reason::Link, answer.error(), {}, answer.error().what})};
  }
  DriverStep resume(Now now) override { return begin(now); }

  static inline UtcTime answered_at;  ///< the last of all

 private:
  MeterAddress to_;
  std::uint8_t mark_;
  bool looks_again_;
};

class PlainDriver : public Driver {
 public:
  [[nodiscard]] std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                const MeterAddress& address,
                                                Pace pace) const override {
    started.push_back(pace);
    const auto* read = std::get_if<operation::ReadTransaction>(&operation);
    const auto mark = static_cast<std::uint8_t>(read != nullptr ? read->transaction : 0);
    return std::make_unique<PlainExchange>(address, mark, looks_again);
  }
  mutable std::vector<Pace> started{};
  bool looks_again = false;  ///< after each answer, a second later
};

/// A line whose answers come when the test says so; one request may stand by.
class Line : public Link {
 public:
  void transact(WireRequest request, Completion done) override {
    out.push_back({std::move(request), std::move(done)});
  }
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  [[nodiscard]] std::size_t standby_places() const override { return 3; }
  std::optional<WireRequest> recall() override {
    if (out.size() < 2 + begun) return std::nullopt;
    WireRequest request = std::move(out.back().request);
    out.pop_back();
    return request;
  }
  void stop() override {}

  [[nodiscard]] std::vector<int> marks() const {
    std::vector<int> all;
    for (const One& one : out) all.push_back(one.request.octets.front());
    return all;
  }
  void answer() { end(WireAnswer{{}, 10ms}); }
  void answer_of(Instant came_at) { end(WireAnswer{{}, 10ms, came_at}); }
  void stay_silent() { end(failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer"})); }

  struct One {
    WireRequest request;
    Completion done;
  };
  std::deque<One> out;
  std::size_t begun = 0;  ///< so many of what stood by the worker has taken meanwhile

 private:
  void end(WireResult result) {
    One first = std::move(out.front());
    out.pop_front();
    first.done(std::move(result));
  }
};

class LinkRunnerTest : public testing::Test {
 protected:
  LinkRunnerTest()
      : runner_{"line-a", std::make_unique<Line>(), clock_, agenda_,
                [](MeterUnit&, session::Change, const std::string&) {}} {
    for (MeterUnit& meter : meters_) meter.driver = &driver_;
  }

  Line& line() { return static_cast<Line&>(runner_.link()); }
  JobId ask(std::size_t meter, std::uint8_t mark, Priority priority = Priority::Routine) {
    const JobId id = runner_.submit(meters_.at(meter), priority, operation::ReadTransaction{mark},
                                    [this, mark](const OperationResult& result, Now) {
                                      ended_.push_back(result ? mark : -mark);
                                    });
    turn();
    return id;
  }
  void turn() { agenda_.run(clock_.now()); }
  void pass(Duration time) {
    clock_.advance(time);
    turn();
  }
  void make_silent(std::size_t meter) {
    for (int i = 0; i < 3; ++i) {
      ask(meter, 99);
      pass(1s);
      pass_probe_pause();
      line().stay_silent();
      turn();
    }
  }
  void make_four_silent() {
    for (int failure = 0; failure < 3; ++failure) {
      for (std::size_t meter = 0; meter < 4; ++meter) {
        ask(meter, 99);
        pass(1s);
        line().stay_silent();
        turn();
      }
    }
  }
  void pass_probe_pause() { pass(session::Policy{}.probe_max); }

  test::ManualClock clock_{UtcTime{1'780'000'000'000ms}};
  Agenda agenda_;
  PlainDriver driver_;
  std::vector<MeterUnit> meters_ = [this] {
    std::vector<MeterUnit> out;
    for (std::uint16_t number = 1; number <= 9; ++number) {
      const MeterId id = *MeterId::parse("m" + std::to_string(number));
      MeterUnit meter{.settings = {id, "v", "line-a", number, {}, {}},
                      .address = {number, {}},
                      .stored = {1,
                                 id,
                                 "v",
                                 {},
                                 1,
                                 {},
                                 0,
                                 0,
                                 SupplyState::Unknown,
                                 {},
                                 {},
                                 SupplyState::Unknown,
                                 {},
                                 {},
                                 {}},
                      .session = session::MeterSession{session::Policy{}, clock_.now().instant}};
      out.push_back(std::move(meter));
    }
    return out;
  }();
  std::vector<int> ended_;
  LinkRunner runner_;
};

TEST_F(LinkRunnerTest, AnAnswerIsOfTheMomentItCameNotOfTheOneItIsToldAt) {
  ask(0, 1);
  pass(1s);
  const Now came = clock_.now();
  pass(200ms);
  line().answer_of(came.instant);
  EXPECT_EQ(PlainExchange::answered_at, came.utc);
  EXPECT_EQ(runner_.busy(), 1s);
}

TEST_F(LinkRunnerTest, OnlyRoutineAnswersMayBeToldLater) {
  ask(0, 1);
  EXPECT_TRUE(line().out.front().request.may_be_told_later);
  line().answer();
  turn();
  ask(1, 2, Priority::Token);
  EXPECT_FALSE(line().out.front().request.may_be_told_later);
}

TEST_F(LinkRunnerTest, TheNextRoutineRequestsStandByAndGoInTheirTurn) {
  for (std::uint8_t meter = 0; meter < 6; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  EXPECT_THAT(line().marks(), ElementsAre(1, 2, 3, 4));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(2, 3, 4, 5));
  for (int i = 0; i < 5; ++i) line().answer();
  EXPECT_THAT(ended_, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_TRUE(line().out.empty());
}

TEST_F(LinkRunnerTest, AnOrderGoesBeforeWhatStandsBy) {
  ask(0, 1);
  ask(1, 2);
  ask(2, 3);
  ask(3, 4, Priority::Token);
  // It waits here, where it can still be called off, and nothing is before it at the worker.
  EXPECT_THAT(line().marks(), ElementsAre(1));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(4));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(2, 3));
}

// The second request of a meter comes after its first and before later ones of others: it neither
// goes beside the first nor has what stands by recalled.
TEST_F(LinkRunnerTest, TheSecondRequestOfAMeterThatStandsByWaitsForItsFirst) {
  ask(0, 1);
  ask(1, 2);
  ask(1, 3);
  ask(2, 4);
  EXPECT_THAT(line().marks(), ElementsAre(1, 2, 4));
  for (int i = 0; i < 4; ++i) line().answer();
  EXPECT_THAT(ended_, testing::UnorderedElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(line().out.empty());
}

// Its own meter's routine request is no reason to wait for all that stand by.
TEST_F(LinkRunnerTest, AnOrderForAMeterThatStandsByGoesBeforeItToo) {
  for (std::uint8_t meter = 0; meter < 4; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  ask(3, 5, Priority::Token);
  EXPECT_THAT(line().marks(), ElementsAre(1));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(5));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(2, 3, 4));
}

TEST_F(LinkRunnerTest, AnOrderForTheMeterOnTheWireGoesNext) {
  for (std::uint8_t meter = 0; meter < 4; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  ask(0, 5, Priority::Token);
  EXPECT_THAT(line().marks(), ElementsAre(1)) << "nothing stands by before it";
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(5));
}

TEST_F(LinkRunnerTest, AnOrderForAMeterWhoseRequestHasBegunWaitsForThatAlone) {
  for (std::uint8_t meter = 0; meter < 4; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  line().begun = 1;
  ask(1, 5, Priority::Token);
  EXPECT_THAT(line().marks(), ElementsAre(1, 2));
  line().answer();
  line().begun = 0;
  EXPECT_THAT(line().marks(), ElementsAre(2)) << "nothing stands by behind it";
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(5));
}

TEST_F(LinkRunnerTest, WhatTheWorkerHasBegunIsNotOvertaken) {
  for (std::uint8_t meter = 0; meter < 3; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  line().begun = 1;
  ask(3, 4, Priority::Token);
  // What had not been begun is back behind the order.
  EXPECT_THAT(line().marks(), ElementsAre(1, 2));
  line().answer();
  line().begun = 0;
  EXPECT_THAT(line().marks(), ElementsAre(2));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(4));
  line().answer();
  EXPECT_THAT(line().marks(), ElementsAre(3));
}

TEST_F(LinkRunnerTest, AMeterHasOneRequestAtATime) {
  ask(0, 1);
  ask(0, 2);
  EXPECT_THAT(line().marks(), ElementsAre(1));
  ask(1, 3);
  EXPECT_THAT(line().marks(), ElementsAre(1, 3));
}

TEST_F(LinkRunnerTest, WhatStandsByCanBeTakenBackAltogether) {
  ask(0, 1);
  const JobId second = ask(1, 2);
  ask(2, 3);
  EXPECT_TRUE(runner_.withdraw(second));
  // Its meter is free again, and who stood behind it stands by anew.
  ask(1, 4);
  EXPECT_THAT(line().marks(), ElementsAre(1, 3, 4));
}

TEST_F(LinkRunnerTest, WhatHasBegunIsAwaitedAndThrownAway) {
  ask(0, 1);
  const JobId second = ask(1, 2);
  line().begun = 1;
  EXPECT_FALSE(runner_.withdraw(second));
  line().answer();
  line().answer();
  EXPECT_THAT(ended_, ElementsAre(1));
  EXPECT_EQ(runner_.waiting(), 0U);
}

TEST_F(LinkRunnerTest, AStopEndsWhatStandsByAsNotSent) {
  ask(0, 1);
  ask(1, 2);
  runner_.stop();
  turn();
  EXPECT_THAT(line().marks(), ElementsAre(1));
  EXPECT_THAT(ended_, ElementsAre(-2));
}

TEST_F(LinkRunnerTest, MetersThatAreNoLongerTriedTakeNoTurns) {
  make_four_silent();
  pass(3min);
  ask(0, 1);
  clock_.advance(70ms);
  line().stay_silent();
  ask(1, 2);
  pass(19'900ms);
  EXPECT_TRUE(line().out.empty());
  pass(200ms);
  EXPECT_THAT(line().marks(), ElementsAre(2));
}

TEST_F(LinkRunnerTest, SilentMetersTakeTurnsAtTheLine) {
  make_four_silent();
  pass_probe_pause();
  for (std::size_t meter = 0; meter < 4; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  EXPECT_THAT(line().marks(), ElementsAre(1));
  clock_.advance(70ms);
  line().stay_silent();
  // 400 times 70 ms would be 28 s, but four of them have to be through well within the longest
  // pause.
  pass(9'900ms);
  EXPECT_TRUE(line().out.empty());
  pass(200ms);
  EXPECT_THAT(line().marks(), ElementsAre(2));
  // An order does not wait for its turn, nor do the others.
  ask(7, 8);
  ask(3, 9, Priority::Token);
  EXPECT_THAT(line().marks(), ElementsAre(2));
  line().stay_silent();
  EXPECT_THAT(line().marks(), ElementsAre(9));
}

TEST_F(LinkRunnerTest, AProbeFindsItsTurnOnALineThatIsNeverIdle) {
  make_silent(0);
  pass(5min);
  ask(1, 1);
  ask(2, 2);
  ask(0, 77);
  for (std::uint8_t round = 0; round < 4; ++round) {
    ask(3U + round, static_cast<std::uint8_t>(3 + round));
    line().answer();
  }
  EXPECT_THAT(ended_, testing::Contains(77));
}

TEST_F(LinkRunnerTest, WhileOrdersComeReadsAreBriefAlsoThoseThatWaitAlready) {
  for (std::uint8_t meter = 0; meter < 6; ++meter) ask(meter, static_cast<std::uint8_t>(meter + 1));
  EXPECT_THAT(driver_.started, testing::Each(Pace::Full));
  driver_.started.clear();
  ask(8, 50, Priority::Token);
  for (int i = 0; i < 7; ++i) line().answer();
  // The order, and the five that had not gone; the first was on the wire already.
  EXPECT_THAT(driver_.started, testing::AllOf(testing::SizeIs(6), testing::Each(Pace::Brief)));
  EXPECT_EQ(ended_.size(), 7U);
}

TEST_F(LinkRunnerTest, AMinuteAfterTheLastOrderReadsAreAsLongAsTheyCanBe) {
  ask(0, 1, Priority::Relay);
  line().answer();
  turn();
  pass(59s);
  ask(1, 2);
  line().answer();
  turn();
  pass(1s);
  ask(2, 3);
  EXPECT_THAT(driver_.started, ElementsAre(Pace::Brief, Pace::Brief, Pace::Full));
}

// A meter that dials in is asked whether its relay has moved, and hangs up before it can say.
TEST_F(LinkRunnerTest, AnOrderHearsThatItsMeterHasGoneBetweenTwoRequests) {
  driver_.looks_again = true;
  std::vector<bool> ended;
  static_cast<void>(runner_.submit(
      meters_.at(0), Priority::Relay, operation::OperateRelay{SupplyState::Off, 1},
      [&](const OperationResult& result, Now) { ended.push_back(result.has_value()); }));
  turn();
  line().answer();
  static_cast<void>(meters_.at(0).session.presence(false, clock_.now()));
  pass(1s);
  EXPECT_THAT(ended, ElementsAre(false));
  EXPECT_TRUE(line().marks().empty());
}

}  // namespace
}  // namespace metergate::runtime
