// SPDX-License-Identifier: Apache-2.0
// The meter's end of a link, frame by frame: what a client that errs, or is in a hurry, is told.
#include "protocols/hdlc/server_link.hpp"

#include <gtest/gtest.h>

#include "protocols/hdlc/llc.hpp"

namespace metergate::hdlc {
namespace {

class Server : public testing::Test {
 protected:
  static ServerSettings settings() {
    ServerSettings out;
    out.max_apdu_octets = 100;
    return out;
  }
  static Frame from(const Address& client, FrameType type, std::uint8_t send = 0,
                    std::uint8_t receive = 0, Octets information = {}) {
    Frame frame;
    frame.destination = settings().server;
    frame.source = client;
    frame.control = {type, true, send, receive};
    frame.information = std::move(information);
    return frame;
  }
  void hears(const Frame& frame) { effects_ = link_.received(frame, now_); }
  void hears(FrameType type, std::uint8_t send = 0, std::uint8_t receive = 0,
             Octets information = {}) {
    hears(from(client_address(kPublicClient), type, send, receive, std::move(information)));
  }
  void is_up() {
    hears(FrameType::Snrm);
    ASSERT_EQ(link_.state(), ServerState::Listening);
  }
  void is_asked() {
    is_up();
    hears(FrameType::I, 0, 0, with_llc(kLlcToServer, Octets{0xC0, 1}));
    ASSERT_EQ(link_.state(), ServerState::Working);
  }
  /// In two frames, of which the first is out.
  void is_answering() {
    is_asked();
    effects_ = link_.answer(Octets(150, 0xC4), now_);
    ASSERT_EQ(link_.state(), ServerState::Answering);
  }
  [[nodiscard]] std::vector<FrameType> said() const {
    std::vector<FrameType> out;
    for (const LinkEffect& effect : effects_) {
      if (const auto* sent = std::get_if<Transmit>(&effect))
        out.push_back(sent->frame.control.type);
    }
    return out;
  }
  [[nodiscard]] const Frame& first() const { return std::get<Transmit>(effects_.at(0)).frame; }
  [[nodiscard]] std::optional<LinkDownReason> down() const {
    for (const LinkEffect& effect : effects_) {
      if (const auto* gone = std::get_if<LinkDown>(&effect)) return gone->reason;
    }
    return std::nullopt;
  }

  ServerLink link_{settings()};
  Instant now_{};
  LinkEffects effects_;
};

using Said = std::vector<FrameType>;

TEST_F(Server, EverythingBeforeSnrmIsAnsweredWithDm) {
  for (const FrameType type : {FrameType::I, FrameType::Rr, FrameType::Rnr, FrameType::Disc}) {
    hears(type);
    EXPECT_EQ(said(), Said{FrameType::Dm});
  }
  Frame unpolled = from(client_address(kPublicClient), FrameType::Rr);
  unpolled.control.poll_final = false;
  hears(unpolled);
  EXPECT_TRUE(effects_.empty()) << "it speaks only when polled";
}

TEST_F(Server, ParametersThatCannotBeReadAreRefusedWithDm) {
  hears(FrameType::Snrm, 0, 0, Octets{0x81, 0x80, 0x04, 0x05, 0x01});
  EXPECT_EQ(said(), Said{FrameType::Dm});
  EXPECT_EQ(link_.state(), ServerState::Disconnected);
}

TEST_F(Server, AnAnswerNobodyAskedForIsRefused) {
  is_up();
  effects_ = link_.answer(Octets{1}, now_);
  ASSERT_EQ(effects_.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<CallRefused>(effects_.front()));
}

TEST_F(Server, PolledWhileItWorksItIsBusy) {
  is_asked();
  EXPECT_TRUE(said().empty()) << "the answer is all it says";
  hears(FrameType::Rr, 0, 1);
  EXPECT_EQ(said(), Said{FrameType::Rnr});
  EXPECT_EQ(first().control.receive, 1);
}

TEST_F(Server, PolledWhileItListensItIsReady) {
  is_up();
  hears(FrameType::Rr);
  EXPECT_EQ(said(), Said{FrameType::Rr});
}

TEST_F(Server, AnAnswerGoesOnWithEachAcknowledgement) {
  is_answering();
  EXPECT_EQ(said(), Said{FrameType::I});
  EXPECT_TRUE(first().segmented);
  hears(FrameType::Rr, 0, 0);
  EXPECT_EQ(first().control.send, 0) << "not acknowledged: once more";
  hears(FrameType::Rr, 0, 1);
  EXPECT_EQ(first().control.send, 1);
  EXPECT_FALSE(first().segmented);
  hears(FrameType::Rr, 0, 2);
  EXPECT_EQ(said(), Said{FrameType::Rr});
  EXPECT_EQ(link_.state(), ServerState::Listening);
}

TEST_F(Server, AnAcknowledgementOfWhatWasNeverSentEndsTheLink) {
  is_answering();
  hears(FrameType::Rr, 0, 5);
  EXPECT_EQ(said(), Said{FrameType::Frmr});
  EXPECT_EQ(down(), LinkDownReason::Sequence);
  EXPECT_EQ(link_.state(), ServerState::Disconnected);
}

TEST_F(Server, ARequestThatComesAgainIsAnsweredAgainAndNotDoneAgain) {
  is_answering();
  hears(FrameType::I, 0, 0, with_llc(kLlcToServer, Octets{0xC0, 1}));
  EXPECT_EQ(said(), Said{FrameType::I});
  EXPECT_EQ(effects_.size(), 1U) << "nothing is handed up";
}

TEST_F(Server, ANewRequestAcknowledgesTheAnswerBefore) {
  is_asked();
  effects_ = link_.answer(Octets(10, 0xC4), now_);
  hears(FrameType::I, 1, 1, with_llc(kLlcToServer, Octets{0xC0, 2}));
  ASSERT_EQ(effects_.size(), 1U);
  EXPECT_EQ(std::get<ApduReceived>(effects_.front()).apdu, (Octets{0xC0, 2}));
}

// ISO/IEC 13239, 5.5.3.4: the frame reject names the control octet and why.
TEST_F(Server, ARequestPastTheLimitIsRejectedAsTooLong) {
  is_up();
  hears(FrameType::I, 0, 0, with_llc(kLlcToServer, Octets(101, 1)));
  EXPECT_EQ(said(), Said{FrameType::Frmr});
  EXPECT_EQ(first().information.back(), 0x04);
  EXPECT_EQ(down(), LinkDownReason::TooLong);
}

TEST_F(Server, AFrameOutOfOrderIsNotTaken) {
  is_up();
  hears(FrameType::I, 3, 0, with_llc(kLlcToServer, Octets{1}));
  EXPECT_EQ(said(), Said{FrameType::Rr});
  EXPECT_EQ(first().control.receive, 0) << "still waiting for the first";
}

TEST_F(Server, WhatHasNoLlcOctetsIsAcknowledgedAndForgotten) {
  is_up();
  hears(FrameType::I, 0, 0, Octets{0xC0, 1, 2, 3});
  EXPECT_EQ(said(), Said{FrameType::Rr});
  EXPECT_EQ(first().control.receive, 1);
  EXPECT_EQ(link_.state(), ServerState::Listening);
}

TEST_F(Server, AnotherClientIsNotHeardUntilItOpensAnew) {
  is_up();
  const Address other = client_address(32);
  hears(from(other, FrameType::Rr));
  EXPECT_TRUE(effects_.empty());
  hears(from(other, FrameType::Snrm));
  EXPECT_EQ(link_.client(), other);
  hears(FrameType::Rr);
  EXPECT_TRUE(effects_.empty()) << "the first one's link is over";
}

TEST_F(Server, SilenceLongEnoughAndItForgetsTheLink) {
  is_up();
  EXPECT_TRUE(link_.time_passed(now_).empty());
  ASSERT_EQ(link_.deadline(), now_ + settings().inactivity);
  now_ = *link_.deadline();
  effects_ = link_.time_passed(now_);
  EXPECT_EQ(down(), LinkDownReason::NoAnswer);
  EXPECT_FALSE(link_.deadline());
}

TEST(ServerStates, HaveWordsOfTheirOwn) {
  EXPECT_EQ(state_word(ServerState::Disconnected), "disconnected");
  EXPECT_EQ(state_word(ServerState::Listening), "listening");
  EXPECT_EQ(state_word(ServerState::Working), "working");
  EXPECT_EQ(state_word(ServerState::Answering), "answering");
}

}  // namespace
}  // namespace metergate::hdlc
