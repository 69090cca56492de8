// SPDX-License-Identifier: Apache-2.0
#include "gateway/session/meter_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate::session {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kStart{1'772'445'600'000ms};

class MeterSessionTest : public testing::Test {
 protected:
  Now at(Duration since) const {
    return {Instant{1h} + since,
            kStart + std::chrono::duration_cast<std::chrono::milliseconds>(since)};
  }
  void fail(std::uint32_t times, Duration since = 0s) {
    for (std::uint32_t i = 0; i < times; ++i)
      static_cast<void>(session.failed(Failure::Silence, at(since)));
  }

  Policy policy;
  MeterSession session{policy, Instant{1h}};
};

TEST_F(MeterSessionTest, FirstAnswerBringsItOnline) {
  EXPECT_EQ(session.state(), State::Unknown);
  EXPECT_TRUE(session.may_be_asked(Instant{1h}));
  const auto change = session.answered(20ms, at(1s));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->to, State::Online);
  EXPECT_EQ(session.last_contact(), kStart + 1s);
  EXPECT_FALSE(session.answered(20ms, at(2s))) << "told once";
}

TEST_F(MeterSessionTest, AfterOneFailureItsLateAnswerIsWaitedOut) {
  static_cast<void>(session.answered(20ms, at(0s)));
  const auto change = session.failed(Failure::Silence, at(1s));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->to, State::Suspect);
  EXPECT_FALSE(session.may_be_asked(at(1s).instant));
  EXPECT_TRUE(session.may_be_asked(at(1s).instant + policy.timeout_ceiling));
}

TEST_F(MeterSessionTest, SilentMeterIsProbedWithGrowingPauses) {
  fail(policy.failures_to_silent);
  EXPECT_EQ(session.state(), State::Silent);
  EXPECT_EQ(session.next_attempt(), at(policy.probe_min).instant);
  fail(1);
  EXPECT_EQ(session.next_attempt(), at(policy.probe_min * 2).instant);
  fail(20);
  EXPECT_EQ(session.next_attempt(), at(policy.probe_max).instant);
  static_cast<void>(session.answered(20ms, at(1min)));
  EXPECT_EQ(session.state(), State::Online);
  EXPECT_EQ(session.failures(), 0U);
}

TEST_F(MeterSessionTest, ProbeEndsAPauseAtOnce) {
  fail(10);
  ASSERT_FALSE(session.may_be_asked(at(0s).instant));
  session.probe();
  EXPECT_TRUE(session.may_be_asked(at(0s).instant));
}

TEST_F(MeterSessionTest, WhoeverAnswersAfterASilenceMustSayWhoItIs) {
  static_cast<void>(session.identified(true, at(0s)));
  EXPECT_FALSE(session.identity_is_due(at(10s).instant));
  fail(policy.failures_to_silent);
  EXPECT_TRUE(session.identity_is_due(at(1min).instant));
}

TEST_F(MeterSessionTest, ProofOfIdentityWearsOff) {
  static_cast<void>(session.identified(true, at(0s)));
  EXPECT_TRUE(session.identity_is_due(at(policy.identity_lasts + 1s).instant));
}

TEST_F(MeterSessionTest, WrongMeterStaysWrongHoweverWellItAnswers) {
  static_cast<void>(session.identified(false, at(0s)));
  EXPECT_EQ(session.state(), State::WrongMeter);
  EXPECT_FALSE(session.answered(20ms, at(1s)));
  EXPECT_EQ(session.state(), State::WrongMeter);
  const auto change = session.identified(true, at(2s));
  ASSERT_TRUE(change);
  EXPECT_EQ(change->to, State::Online);
}

TEST_F(MeterSessionTest, LastWillTakesItOffAndBirthBringsItBack) {
  static_cast<void>(session.presence(false, at(0s)));
  EXPECT_EQ(session.state(), State::Offline);
  EXPECT_FALSE(session.next_attempt());
  EXPECT_FALSE(session.may_be_asked(at(24h).instant));
  static_cast<void>(session.presence(true, at(1s)));
  EXPECT_EQ(session.state(), State::Online);
  EXPECT_TRUE(session.identity_is_due(at(1s).instant)) << "another meter may hang on this modem";
}

TEST_F(MeterSessionTest, TimeOutIsLearnedFromTheMeter) {
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling) << "nothing is known yet";
  for (int i = 0; i < 50; ++i) static_cast<void>(session.answered(20ms, at(0s)));
  EXPECT_LT(session.timeout(), 100ms);
  EXPECT_GE(session.timeout(), 80ms) << "a busy box wakes late";
  for (int i = 0; i < 50; ++i) static_cast<void>(session.answered(300ms, at(0s)));
  EXPECT_GT(session.timeout(), 300ms);
  fail(1);
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling) << "what was learned may no longer hold";
}

TEST_F(MeterSessionTest, OneThatWasNeverHeardIsGivenTheFullTimeFirstAndLast) {
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling);
  fail(1);
  EXPECT_EQ(session.timeout(), 60ms) << "most likely a fast one whose answer was hurt, or nobody";
  fail(1);
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling) << "a slow one whose answer was hurt";
}

TEST_F(MeterSessionTest, OneThatWasHeardIsGivenTheFullTimeUntilItIsSilent) {
  static_cast<void>(session.answered(20ms, at(0s)));
  fail(1);
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling);
  fail(1);
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling);
  fail(1);
  EXPECT_LT(session.timeout(), policy.timeout_ceiling);
}

TEST_F(MeterSessionTest, ASilentMeterIsProbedBrieflyAndNowAndThenWithPatience) {
  std::vector<std::uint32_t> patient;
  for (std::uint32_t failures = 1; failures <= 100; ++failures) {
    fail(1);
    if (session.timeout() == policy.timeout_ceiling) patient.push_back(failures);
  }
  EXPECT_THAT(patient, testing::ElementsAre(2, 16, 32, 64, 96));
  session.probe();
  EXPECT_EQ(session.timeout(), policy.timeout_ceiling) << "somebody stands before it and waits";
  fail(1);
  EXPECT_LT(session.timeout(), policy.timeout_ceiling);
}

RC_GTEST_PROP(MeterSession, TimeOutStaysBetweenFloorAndCeiling, ()) {
  const Policy policy;
  MeterSession session{policy, Instant{1h}};
  const Now now{Instant{1h}, kStart};
  for (const auto& [answers, microseconds] :
       *rc::gen::arbitrary<std::vector<std::pair<bool, std::uint32_t>>>()) {
    if (answers) {
      static_cast<void>(session.answered(std::chrono::microseconds{microseconds}, now));
    } else {
      static_cast<void>(session.failed(Failure::Silence, now));
    }
    RC_ASSERT(session.timeout() >= policy.timeout_floor);
    RC_ASSERT(session.timeout() <= policy.timeout_ceiling);
  }
}

// Nobody changes a meter in ten seconds, so what answers all along is what named itself.
TEST_F(MeterSessionTest, AMeterThatGoesOnAnsweringIsTheSameForAWhile) {
  static_cast<void>(session.identified(true, at(0s)));
  Duration since = 0s;
  for (; since < policy.identity_lasts_at_most; since += 5s) {
    EXPECT_FALSE(session.identity_is_due(at(since).instant)) << since.count();
    static_cast<void>(session.answered(20ms, at(since)));
  }
  EXPECT_TRUE(session.identity_is_due(at(since + 1s).instant)) << "but not for ever";
}

TEST_F(MeterSessionTest, AFailureOrAPauseEndsTheProofThatAnswersProlonged) {
  const auto due_after = [this](const auto& happens) {
    session = MeterSession{policy, Instant{1h}};
    static_cast<void>(session.identified(true, at(0s)));
    for (Duration since = 0s; since <= 40s; since += 5s) {
      static_cast<void>(session.answered(20ms, at(since)));
    }
    happens();
    return session.identity_is_due(at(52s).instant);
  };
  EXPECT_FALSE(due_after([this] { static_cast<void>(session.answered(20ms, at(45s))); }));
  EXPECT_TRUE(due_after([this] {
    static_cast<void>(session.failed(Failure::Silence, at(42s)));
    static_cast<void>(session.answered(20ms, at(45s)));
  }));
  EXPECT_TRUE(due_after([this] { static_cast<void>(session.answered(20ms, at(51s))); }));
}

TEST_F(MeterSessionTest, ADamagedAnswerNeitherEndsThatProofNorProlongsIt) {
  static_cast<void>(session.identified(true, at(0s)));
  for (Duration since = 0s; since <= 40s; since += 5s) {
    static_cast<void>(session.answered(20ms, at(since)));
  }
  static_cast<void>(session.failed(Failure::Damaged, at(44s)));
  static_cast<void>(session.answered(20ms, at(48s)));
  EXPECT_FALSE(session.identity_is_due(at(52s).instant));
  static_cast<void>(session.failed(Failure::Damaged, at(55s)));
  static_cast<void>(session.answered(20ms, at(59s)));
  EXPECT_TRUE(session.identity_is_due(at(60s).instant))
      << "eleven seconds without a word of its own";
}

}  // namespace
}  // namespace metergate::session
