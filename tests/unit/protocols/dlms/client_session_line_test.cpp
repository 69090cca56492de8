// SPDX-License-Identifier: Apache-2.0
// A session on a line of several meters, whose framer is the line's: frames in, octets out.
#include <gtest/gtest.h>

#include "protocols/cosem/obis_names.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/client_session.hpp"
#include "protocols/hdlc/server_link.hpp"

namespace metergate::dlms {
namespace {

/// With a meter at the other end that answers each request with the number 5.
class LineSession : public testing::Test {
 protected:
  static SessionSettings settings() {
    SessionSettings out;
    out.carrier = Carrier::Hdlc;
    return out;
  }
  static Octets request() { return encode_apdu(GetRequest{{}, {8, cosem::kClock, 2, {}}}); }
  static Octets answer() { return encode_apdu(GetResponse{{}, Data{std::uint8_t{5}}}); }

  static Octets said_to(const Octets& apdu) {
    if (apdu.front() == Aarq::kTag) {
      Aare aare;
      aare.user_information = InitiateResponse{.conformance = kUsualConformance}.encode();
      return aare.encode();
    }
    if (apdu.front() == static_cast<std::uint8_t>(Release::Kind::Request)) {
      Release release;
      release.kind = Release::Kind::Response;
      return release.encode();
    }
    return answer();
  }

  void look_at(const session::Effects& effects) {
    for (const session::Effect& effect : effects) {
      if (const auto* write = std::get_if<session::Write>(&effect)) {
        for (hdlc::Frame& frame : framer_.take(write->octets)) line_.push_back(std::move(frame));
      } else if (const auto* answered = std::get_if<session::Answered>(&effect)) {
        answers_.push_back(answered->apdu);
      } else if (const auto* failed = std::get_if<session::Failed>(&effect)) {
        failures_.push_back(failed->what);
      } else if (std::holds_alternative<session::Closed>(effect)) {
        ++closed_;
      }
    }
  }
  void look_at(const hdlc::LinkEffects& effects) {
    for (const hdlc::LinkEffect& effect : effects) {
      if (const auto* sent = std::get_if<hdlc::Transmit>(&effect)) {
        look_at(session_.received(sent->frame, now_));
      } else if (const auto* apdu = std::get_if<hdlc::ApduReceived>(&effect)) {
        look_at(meter_.answer(said_to(apdu->apdu), now_));
      }
    }
  }
  /// Until the line is quiet, or so many frames have gone to the meter.
  void settle(std::size_t most = 1'000) {
    for (; most > 0 && !line_.empty(); --most) {
      const hdlc::Frame frame = line_.front();
      line_.erase(line_.begin());
      look_at(meter_.received(frame, now_));
    }
  }
  void asks() {
    look_at(session_.ask(request(), now_));
    settle();
  }

  ClientSession session_{settings()};
  hdlc::ServerLink meter_{hdlc::ServerSettings{}};
  hdlc::Framer framer_;
  std::vector<hdlc::Frame> line_;  ///< on its way to the meter
  Instant now_{};
  std::vector<Octets> answers_;
  std::vector<std::string> failures_;
  int closed_ = 0;
};

TEST_F(LineSession, ARequestOpensWhatItNeedsAndTheNextFindsItOpen) {
  asks();
  asks();
  EXPECT_EQ(answers_, (std::vector{answer(), answer()}));
  EXPECT_EQ(session_.state(), SessionState::Open);
  EXPECT_EQ(meter_.state(), hdlc::ServerState::Answering) << "the link of the first request";
}

TEST_F(LineSession, WhatNobodyUsesIsReleasedAndUnlinked) {
  asks();
  now_ = session_.deadline().value();
  EXPECT_EQ(now_, Instant{} + settings().idle);
  look_at(session_.time_passed(now_));
  EXPECT_EQ(session_.state(), SessionState::Releasing);
  settle();
  EXPECT_EQ(session_.state(), SessionState::Down);
  EXPECT_EQ(meter_.state(), hdlc::ServerState::Disconnected);
  EXPECT_EQ(closed_, 1);
}

TEST_F(LineSession, ARequestThatComesWhileItClosesIsAskedWhenItHas) {
  for (const std::size_t frames_before : {0U, 1U}) {
    asks();
    const std::size_t before = answers_.size();
    look_at(session_.close(now_));
    settle(frames_before);
    ASSERT_EQ(session_.state(),
              frames_before == 0 ? SessionState::Releasing : SessionState::Unlinking);
    look_at(session_.ask(request(), now_));
    EXPECT_EQ(answers_.size(), before) << "it waits";
    settle();
    EXPECT_EQ(answers_.size(), before + 1);
    EXPECT_EQ(closed_, 0) << "the way is needed again";
  }
}

TEST_F(LineSession, AMeterThatForgetsTheLinkFailsTheRequestThatWasAsked) {
  asks();
  now_ += hdlc::ServerSettings{}.inactivity;
  look_at(meter_.time_passed(now_));
  asks();
  EXPECT_EQ(failures_, std::vector<std::string>{"HDLC: link closed by the meter"});
}

TEST_F(LineSession, CallsThatChangeNothingSayNothing) {
  look_at(session_.close(now_));
  EXPECT_EQ(closed_, 0) << "it was down";
  look_at(session_.time_passed(now_));
  EXPECT_TRUE(line_.empty());
  EXPECT_FALSE(session_.deadline());
}

}  // namespace
}  // namespace metergate::dlms
