// SPDX-License-Identifier: Apache-2.0
// The client's end of a link, frame by frame, against a meter that does what it should not.
#include "protocols/hdlc/client_link.hpp"

#include <gtest/gtest.h>

#include <set>

#include "protocols/hdlc/llc.hpp"

namespace metergate::hdlc {
namespace {

class Client : public testing::Test {
 protected:
  static LinkSettings settings() {
    LinkSettings out;
    out.max_apdu_octets = 100;
    return out;
  }
  void hears(FrameType type, std::uint8_t send = 0, std::uint8_t receive = 0,
             Octets information = {}, bool segmented = false) {
    Frame frame;
    frame.destination = settings().client;
    frame.source = settings().server;
    frame.control = {type, true, send, receive};
    frame.information = std::move(information);
    frame.segmented = segmented;
    effects_ = link_.received(frame, now_);
  }
  void is_up() {
    static_cast<void>(link_.open(now_));
    hears(FrameType::Ua);
    ASSERT_EQ(link_.state(), ClientState::Idle);
  }
  /// In two frames of 128 octets, of which the first is out.
  void asks() {
    is_up();
    effects_ = link_.send(Octets(150, 0xC0), now_);
    ASSERT_EQ(link_.state(), ClientState::Sending);
  }
  void waits() {
    now_ = link_.deadline().value();
    effects_ = link_.time_passed(now_);
  }
  [[nodiscard]] const Frame& said() const { return std::get<Transmit>(effects_.at(0)).frame; }
  [[nodiscard]] std::optional<LinkDownReason> down() const {
    for (const LinkEffect& effect : effects_) {
      if (const auto* gone = std::get_if<LinkDown>(&effect)) return gone->reason;
    }
    return std::nullopt;
  }

  ClientLink link_{settings()};
  Instant now_{};
  LinkEffects effects_;
};

TEST_F(Client, AMeterThatRefusesIsClearedOnceAndThenBelieved) {
  static_cast<void>(link_.open(now_));
  hears(FrameType::Dm);
  EXPECT_EQ(said().control.type, FrameType::Disc);
  hears(FrameType::Dm);
  EXPECT_EQ(said().control.type, FrameType::Snrm);
  hears(FrameType::Dm);
  EXPECT_EQ(down(), LinkDownReason::Refused);
}

TEST_F(Client, ParametersThatCannotBeReadAreNoLink) {
  static_cast<void>(link_.open(now_));
  hears(FrameType::Ua, 0, 0, Octets{0x81, 0x80, 0x04, 0x05, 0x01});
  EXPECT_EQ(down(), LinkDownReason::Refused);
}

TEST_F(Client, AFrameRejectEndsTheLink) {
  asks();
  hears(FrameType::Frmr, 0, 0, Octets{0x10, 0, 4});
  EXPECT_EQ(down(), LinkDownReason::FrameRejected);
}

TEST_F(Client, AnAcknowledgementOfWhatWasNeverSentEndsTheLink) {
  asks();
  hears(FrameType::Rr, 0, 5);
  EXPECT_EQ(down(), LinkDownReason::Sequence);
}

TEST_F(Client, ABusyMeterGetsTheRestOnlyAfterAPause) {
  asks();
  hears(FrameType::Rnr, 0, 1);
  EXPECT_TRUE(effects_.empty());
  EXPECT_EQ(link_.deadline(), now_ + settings().poll_pause);
  waits();
  EXPECT_EQ(said().control.type, FrameType::Rr) << "asked whether it is ready";
  hears(FrameType::Rr, 0, 1);
  EXPECT_EQ(said().control.send, 1);
}

TEST_F(Client, AMeterThatHearsUsAndNeverWhatWeSendIsGivenUp) {
  asks();
  int repetitions = 0;
  for (; repetitions < 10 && link_.state() == ClientState::Sending; ++repetitions) {
    hears(FrameType::Rej, 0, 0);
  }
  EXPECT_EQ(down(), LinkDownReason::NoAnswer);
  EXPECT_EQ(repetitions, settings().tries);
}

TEST_F(Client, AnAnswerToHalfAQuestionIsNone) {
  asks();
  hears(FrameType::I, 0, 1, with_llc(kLlcToClient, Octets{0xC4}));
  EXPECT_TRUE(effects_.empty());
  EXPECT_EQ(link_.state(), ClientState::Sending);
}

TEST_F(Client, ASegmentThatComesAgainIsAcknowledgedAgainAndTakenOnce) {
  is_up();
  static_cast<void>(link_.send(Octets{1}, now_));
  hears(FrameType::I, 0, 1, with_llc(kLlcToClient, Octets{1, 2}), true);
  EXPECT_EQ(said().control.receive, 1);
  hears(FrameType::I, 0, 1, with_llc(kLlcToClient, Octets{1, 2}), true);
  EXPECT_EQ(said().control.receive, 1);
  hears(FrameType::I, 1, 1, Octets{3});
  EXPECT_EQ(std::get<ApduReceived>(effects_.at(0)).apdu, (Octets{1, 2, 3}));
}

TEST_F(Client, AnAnswerWithoutLlcOctetsEndsTheLink) {
  is_up();
  static_cast<void>(link_.send(Octets{1}, now_));
  hears(FrameType::I, 0, 1, Octets{0xC4, 1, 2, 3});
  EXPECT_EQ(down(), LinkDownReason::Refused);
}

// UI frames stand beside the link, in whatever state it is.
TEST_F(Client, APushIsHeardWithoutALinkWholeOrInSegments) {
  const Octets information = with_llc(kLlcToClient, Octets{0x0F, 1, 2});
  hears(FrameType::Ui, 0, 0, information);
  EXPECT_EQ(std::get<UnsolicitedReceived>(effects_.at(0)).apdu, (Octets{0x0F, 1, 2}));
  hears(FrameType::Ui, 0, 0, information, true);
  EXPECT_TRUE(effects_.empty());
  hears(FrameType::Ui, 0, 0, Octets{3});
  EXPECT_EQ(std::get<UnsolicitedReceived>(effects_.at(0)).apdu, (Octets{0x0F, 1, 2, 3}));
}

TEST_F(Client, APushPastTheLimitIsForgottenAndTheNextOneIsHeard) {
  const Octets information = with_llc(kLlcToClient, Octets(60, 1));
  for (int times = 0; times < 2; ++times) {
    hears(FrameType::Ui, 0, 0, information, true);
    EXPECT_TRUE(effects_.empty());
  }
  hears(FrameType::Ui, 0, 0, information);
  EXPECT_EQ(std::get<UnsolicitedReceived>(effects_.at(0)).apdu, Octets(60, 1));
}

TEST_F(Client, AClosingThatNobodyAnswersEndsAfterItsTries) {
  is_up();
  static_cast<void>(link_.close(now_));
  for (int tries = 1; tries < settings().tries; ++tries) {
    waits();
    EXPECT_EQ(said().control.type, FrameType::Disc);
  }
  waits();
  EXPECT_EQ(down(), LinkDownReason::NoAnswer);
}

TEST_F(Client, AWireThatIsLostEndsALinkAndOnlyALink) {
  EXPECT_TRUE(link_.wire_lost().empty());
  is_up();
  effects_ = link_.wire_lost();
  EXPECT_EQ(down(), LinkDownReason::NoAnswer);
}

TEST(ClientWords, StatesAndEndsOfALinkAreToldApart) {
  std::set<std::string_view> words;
  for (std::size_t state = 0; state < kClientStates; ++state) {
    EXPECT_TRUE(words.insert(state_word(static_cast<ClientState>(state))).second) << state;
  }
  words.clear();
  for (int reason = 0; reason <= static_cast<int>(LinkDownReason::TooLong); ++reason) {
    EXPECT_TRUE(words.insert(down_word(static_cast<LinkDownReason>(reason))).second) << reason;
  }
  EXPECT_EQ(state_word(ClientState::Closed), "closed");
  EXPECT_EQ(state_word(ClientState::Closing), "closing");
  EXPECT_EQ(down_word(LinkDownReason::TooLong), "APDU too long");
}

}  // namespace
}  // namespace metergate::hdlc
