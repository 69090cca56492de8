// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <functional>

#include "protocols/hdlc/client_link.hpp"
#include "protocols/hdlc/server_link.hpp"
#include "tests/unit/protocols/hdlc/random_frame.hpp"

namespace metergate::hdlc {
namespace {

using std::chrono::milliseconds;

/// A client and a server with a wire between them that may lose frames. The server answers each
/// request with its octets reversed.
struct Wire {
  Instant now{};
  ClientLink client;
  ServerLink server;
  std::deque<Frame> to_server, to_client;
  std::vector<Octets> answers, requests;
  std::vector<LinkDownReason> downs;
  int ups = 0;
  int refused = 0;
  std::function<bool()> loses = [] { return false; };

  explicit Wire(const LinkParameters& offer = {}, const LinkParameters& meter = {})
      : client{settings(offer)}, server{server_settings(meter)} {}

  static LinkSettings settings(const LinkParameters& offer) {
    LinkSettings out;
    out.offer = offer;
    return out;
  }
  static ServerSettings server_settings(const LinkParameters& offer) {
    ServerSettings out;
    out.offer = offer;
    return out;
  }

  void perform_client(const LinkEffects& effects) {
    for (const LinkEffect& effect : effects) {
      if (const auto* transmit = std::get_if<Transmit>(&effect)) {
        if (!loses()) to_server.push_back(transmit->frame);
      } else if (const auto* apdu = std::get_if<ApduReceived>(&effect)) {
        answers.push_back(apdu->apdu);
      } else if (const auto* down = std::get_if<LinkDown>(&effect)) {
        downs.push_back(down->reason);
      } else if (std::holds_alternative<LinkUp>(effect)) {
        ++ups;
      } else if (std::holds_alternative<CallRefused>(effect)) {
        ++refused;
      }
    }
  }
  void perform_server(const LinkEffects& effects) {
    for (const LinkEffect& effect : effects) {
      if (const auto* transmit = std::get_if<Transmit>(&effect)) {
        if (!loses()) to_client.push_back(transmit->frame);
      } else if (const auto* apdu = std::get_if<ApduReceived>(&effect)) {
        requests.push_back(apdu->apdu);
        const Octets answer{apdu->apdu.rbegin(), apdu->apdu.rend()};
        perform_server(server.answer(answer, now));
      }
    }
  }
  /// Until nothing is on the wire and nobody waits.
  void settle() {
    for (int turns = 0; turns < 10'000; ++turns) {
      if (!to_server.empty()) {
        const Frame frame = to_server.front();
        to_server.pop_front();
        perform_server(server.received(frame, now));
      } else if (!to_client.empty()) {
        const Frame frame = to_client.front();
        to_client.pop_front();
        perform_client(client.received(frame, now));
      } else if (client.deadline()) {
        now = *client.deadline();
        perform_client(client.time_passed(now));
      } else {
        return;
      }
    }
    FAIL() << "the link never comes to rest";
  }
  void open() {
    perform_client(client.open(now));
    settle();
  }
  void ask(const Octets& apdu) {
    perform_client(client.send(apdu, now));
    settle();
  }
};

TEST(HdlcLinks, AnApduGoesAndItsAnswerComesBack) {
  Wire wire;
  wire.open();
  ASSERT_EQ(wire.client.state(), ClientState::Idle);
  wire.ask({1, 2, 3});
  ASSERT_EQ(wire.answers.size(), 1U);
  EXPECT_EQ(wire.answers[0], (Octets{3, 2, 1}));
  wire.perform_client(wire.client.close(wire.now));
  wire.settle();
  EXPECT_EQ(wire.downs, std::vector{LinkDownReason::Closed});
  EXPECT_EQ(wire.server.state(), ServerState::Disconnected);
}

TEST(HdlcLinks, EachStationKeepsToWhatTheOtherReceives) {
  Wire wire{{200, 300, 3, 2}, {62, 128, 1, 7}};
  wire.open();
  EXPECT_EQ(wire.client.agreed_parameters(), (LinkParameters{128, 62, 3, 1}));
  EXPECT_EQ(wire.server.agreed_parameters(), (LinkParameters{62, 128, 1, 3}));
}

RC_GTEST_PROP(HdlcLinkLaws, EveryAnswerIsTheRightOneWhateverTheSizes, ()) {
  const auto size = [] { return *rc::gen::inRange<std::uint16_t>(8, 300); };
  const auto window = [] { return *rc::gen::inRange<std::uint8_t>(1, 8); };
  Wire wire{{size(), size(), window(), window()}, {size(), size(), window(), window()}};
  wire.open();
  for (int i = 0; i < 3; ++i) {
    const Octets asked = random_octets(2000);
    wire.ask(asked);
    RC_ASSERT(wire.answers.size() == static_cast<std::size_t>(i) + 1);
    RC_ASSERT(Octets(wire.answers.back().rbegin(), wire.answers.back().rend()) == asked);
  }
}

RC_GTEST_PROP(HdlcLinkLaws, OnALossyLineARequestArrivesOnceOrTheLinkGoesDown, ()) {
  const auto seed = *rc::gen::inRange<std::uint32_t>(1, 1'000'000);
  Wire wire{{40, 40, 3, 3}, {40, 40, 3, 3}};
  wire.open();
  std::uint32_t state = seed;
  wire.loses = [&state] {
    state = state * 1'664'525U + 1'013'904'223U;
    return (state >> 16U) % 10 < 2;
  };
  for (std::uint8_t i = 0; i < 10 && wire.client.state() == ClientState::Idle; ++i) {
    const Octets asked(150, i);
    wire.ask(asked);
    const bool answered = wire.answers.size() == static_cast<std::size_t>(i) + 1;
    RC_ASSERT(answered || wire.client.state() == ClientState::Closed);
    if (answered) RC_ASSERT(wire.answers.back() == asked);
    // Never twice: what the meter was asked is what was asked, in order.
    RC_ASSERT(wire.requests.size() <= static_cast<std::size_t>(i) + 1);
  }
}

TEST(HdlcLinks, SilenceEndsAfterTheTriesAndTheNextOpeningClearsFirst) {
  Wire wire;
  wire.open();
  wire.loses = [] { return true; };
  wire.ask({1});
  EXPECT_EQ(wire.downs, std::vector{LinkDownReason::NoAnswer});
  wire.loses = [] { return false; };
  const auto effects = wire.client.open(wire.now);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<Transmit>(effects[0]).frame.control.type, FrameType::Disc);
  wire.perform_client(effects);
  wire.settle();
  EXPECT_EQ(wire.client.state(), ClientState::Idle);
}

TEST(HdlcLinks, ABriefOpeningCostsOneShortWaitAndTheLinkThenHasItsUsualTime) {
  constexpr milliseconds kBrief{400};
  Wire wire;
  wire.loses = [] { return true; };
  const Instant begin = wire.now;
  wire.perform_client(wire.client.open(wire.now, kBrief));
  wire.settle();
  EXPECT_EQ(wire.downs, std::vector{LinkDownReason::NoAnswer});
  EXPECT_EQ(wire.now - begin, kBrief);
  // The meter may remember a link: it is cleared first, as briefly.
  const Instant again = wire.now;
  wire.perform_client(wire.client.open(wire.now, kBrief));
  wire.settle();
  EXPECT_EQ(wire.now - again, 2 * kBrief);
  wire.loses = [] { return false; };
  wire.perform_client(wire.client.open(wire.now, kBrief));
  wire.settle();
  ASSERT_EQ(wire.client.state(), ClientState::Idle);
  wire.perform_client(wire.client.send(Octets{1}, wire.now));
  EXPECT_EQ(*wire.client.deadline(), wire.now + LinkSettings{}.answer_timeout);
}

TEST(HdlcLinks, AMeterThatForgotTheLinkSaysSo) {
  Wire wire;
  wire.open();
  wire.now += std::chrono::minutes{3};
  wire.perform_server(wire.server.time_passed(wire.now));
  wire.ask({1});
  EXPECT_EQ(wire.downs, std::vector{LinkDownReason::PeerClosed});
}

TEST(HdlcLinks, ABusyMeterIsPolledUntilPatienceEnds) {
  LinkSettings settings;
  settings.patience = std::chrono::seconds{10};
  ClientLink client{settings};
  Instant now{};
  const auto from_meter = [&](FrameType type, std::uint8_t receive) {
    Frame frame;
    frame.destination = settings.client;
    frame.source = settings.server;
    frame.control = {type, true, 0, receive};
    return client.received(frame, now);
  };
  static_cast<void>(client.open(now));
  static_cast<void>(from_meter(FrameType::Ua, 0));
  static_cast<void>(client.send(Octets{1}, now));
  LinkEffects effects = from_meter(FrameType::Rnr, 1);
  int polls = 0;
  while (client.state() != ClientState::Closed && polls < 1000) {
    now = client.deadline().value();
    effects = client.time_passed(now);
    ++polls;
    effects = from_meter(FrameType::Rnr, 1);
  }
  EXPECT_GT(polls, 40);
  EXPECT_LT(polls, 60);
  EXPECT_EQ(std::get<LinkDown>(effects.at(0)).reason, LinkDownReason::NoAnswer);
}

TEST(HdlcLinks, CallsAtTheWrongTimeAreRefusedAndChangeNothing) {
  Wire wire;
  wire.perform_client(wire.client.send(Octets{1}, wire.now));
  wire.perform_client(wire.client.close(wire.now));
  EXPECT_EQ(wire.refused, 2);
  wire.open();
  wire.perform_client(wire.client.open(wire.now));
  EXPECT_EQ(wire.refused, 3);
  EXPECT_EQ(wire.client.state(), ClientState::Idle);
}

TEST(HdlcLinks, FramesOfOthersAreNobodys) {
  Wire wire;
  wire.open();
  Frame stranger;
  stranger.destination = client_address(32);
  stranger.source = {1, 0, 1};
  stranger.control = {FrameType::Dm, true, 0, 0};
  EXPECT_TRUE(wire.client.received(stranger, wire.now).empty());
  stranger.destination = {9, 0, 1};
  EXPECT_TRUE(wire.server.received(stranger, wire.now).empty());
}

TEST(HdlcLinks, AnAnswerPastTheLimitEndsTheLink) {
  LinkSettings settings;
  settings.max_apdu_octets = 10;
  ClientLink client{settings};
  const Instant now{};
  static_cast<void>(client.open(now));
  Frame frame;
  frame.destination = settings.client;
  frame.source = settings.server;
  frame.control = {FrameType::Ua, true, 0, 0};
  static_cast<void>(client.received(frame, now));
  static_cast<void>(client.send(Octets{1}, now));
  frame.control = {FrameType::I, true, 0, 1};
  frame.information = Octets(40, 0xE6);
  const auto effects = client.received(frame, now);
  EXPECT_EQ(std::get<LinkDown>(effects.at(0)).reason, LinkDownReason::TooLong);
}

RC_GTEST_PROP(HdlcLinkLaws, NoFrameInAnyStateBringsALinkToAStandstill, ()) {
  Wire wire;
  const auto steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        wire.perform_client(wire.client.open(wire.now));
        break;
      case 1:
        wire.perform_client(wire.client.send(random_octets(20), wire.now));
        break;
      case 2:
        wire.now += milliseconds{*rc::gen::inRange(0, 5000)};
        wire.perform_client(wire.client.time_passed(wire.now));
        break;
      default: {
        Frame frame = random_frame(30);
        std::swap(frame.destination, frame.source);
        frame.destination = client_address(kPublicClient);
        frame.source = {kManagementLogicalDevice, 0, 1};
        wire.perform_client(wire.client.received(frame, wire.now));
        std::swap(frame.destination, frame.source);
        wire.perform_server(wire.server.received(frame, wire.now));
      }
    }
    const bool rests =
        wire.client.state() == ClientState::Closed || wire.client.state() == ClientState::Idle;
    RC_ASSERT(rests || wire.client.deadline());
  }
}

}  // namespace
}  // namespace metergate::hdlc
