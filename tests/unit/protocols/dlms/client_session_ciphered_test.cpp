// SPDX-License-Identifier: Apache-2.0
// Invocation counters of a session over the wrapper: raised where the meter says so, reserved
// before they are used.
#include <set>

#include "protocols/dlms/client_session.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"
#include "tests/unit/protocols/dlms/client_opening.hpp"

namespace metergate::dlms {
namespace {

class CipheredSession : public ClientOpening {
 protected:
  static constexpr std::uint16_t kPort = 1;

  static SessionSettings session_settings() {
    SessionSettings out;
    out.client_port = kPort;
    out.server_port = 1;
    out.association = settings(AuthenticationMechanism::Lowest, Ciphering::Global);
    out.association.counter_block = 1;
    out.counter_object = cosem::invocation_counter_object(0);
    return out;
  }
  CipheredSession() { look_at(session_.ask(request(), now_)); }

  void look_at(session::Effects effects) {
    effects_ = std::move(effects);
    for (const session::Effect& effect : effects_) {
      if (const auto* write = std::get_if<session::Write>(&effect)) {
        WrapperStream stream;
        written_ = stream.take(write->octets).at(0);
      }
    }
  }
  void says(const Octets& apdu) {
    look_at(session_.received(encode_wrapper({1, written_.source, apdu}), now_));
  }
  void rejects_counter(std::uint32_t expected) {
    says(encode_apdu(ExceptionResponse{ExceptionResponse::State::ServiceNotAllowed,
                                       ExceptionResponse::Service::InvocationCounterError,
                                       expected}));
  }
  void stays_silent() {
    now_ = session_.deadline().value();
    look_at(session_.time_passed(now_));
  }
  [[nodiscard]] const session::Failed* failed() const {
    for (const session::Effect& effect : effects_) {
      if (const auto* one = std::get_if<session::Failed>(&effect)) return one;
    }
    return nullptr;
  }
  /// Of the proposal in the AARQ that was written last.
  [[nodiscard]] std::uint32_t counter_of_proposal() const {
    const Aarq aarq = Aarq::decode(written_.apdu).value();
    return CipheredApdu::parse(aarq.user_information).value().invocation_counter;
  }

  ClientSession session_{session_settings()};
  Instant now_{};
  session::Effects effects_;
  WrapperPdu written_;
};

TEST_F(CipheredSession, ACounterTheMeterRejectsWhileItOpensIsRaisedAndTriedAgainOnce) {
  EXPECT_EQ(counter_of_proposal(), 0U);
  rejects_counter(5'000);
  EXPECT_EQ(failed(), nullptr);
  EXPECT_EQ(counter_of_proposal(), 5'000U);
  rejects_counter(9'000);
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->what, "service not allowed: invocation counter error, expected 9000");
  EXPECT_FALSE(failed()->request_left);
}

TEST_F(CipheredSession, WhatTheMeterCouldNotDecipherItHasNotDone) {
  says(accepted(meter_.protect(initiate()).value()).encode());
  ASSERT_EQ(session_.state(), SessionState::Asking);
  rejects_counter(5'000);
  ASSERT_NE(failed(), nullptr);
  EXPECT_FALSE(failed()->request_left) << "it may be asked again";
}

TEST_F(CipheredSession, WhereThePublicClientHearsNothingEitherTheFirstReasonStands) {
  Aare refusal;
  refusal.result = AssociationResult::RejectedPermanent;
  refusal.diagnostic.value = Diagnostic::AuthenticationFailure;
  says(refusal.encode());
  ASSERT_EQ(session_.state(), SessionState::Synchronising);
  EXPECT_EQ(written_.source, hdlc::kPublicClient);
  EXPECT_EQ(failed(), nullptr);
  stays_silent();
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->reason, session::Failed::Reason::Refused);
  EXPECT_EQ(failed()->what, "association refused: authentication-failure");
  EXPECT_EQ(session_.state(), SessionState::Down);
}

TEST_F(CipheredSession, ACounterIsReservedBeforeAPushIsConfirmedWithIt) {
  says(accepted(meter_.protect(initiate()).value()).encode());
  meter_.set_wrapping(Wrapping::GeneralGlobal);
  DataNotification push;
  push.invoke = {0x40000007};
  push.body = Data{std::uint8_t{5}};
  says(meter_.protect(encode_apdu(push)).value());
  ASSERT_EQ(effects_.size(), 3U);
  const auto* reserved = std::get_if<session::ReserveCounters>(effects_.data());
  ASSERT_NE(reserved, nullptr);
  EXPECT_EQ(CipheredApdu::parse(written_.apdu).value().invocation_counter, reserved->end - 1);
  EXPECT_EQ(meter_.unprotect(written_.apdu).value(), (Octets{0x10, 0x40, 0, 0, 7, 0}));
  EXPECT_EQ(std::get<session::Told>(effects_[2]).apdu, encode_apdu(push));
  EXPECT_EQ(session_.state(), SessionState::Asking) << "the answer is still waited for";
}

TEST_F(CipheredSession, AStreamThatLostItsPlaceEndsTheSession) {
  look_at(session_.received(Octets{0, 2, 0, 1, 0, 1, 0, 0}, now_));
  ASSERT_NE(failed(), nullptr);
  EXPECT_EQ(failed()->reason, session::Failed::Reason::Broken);
  EXPECT_EQ(failed()->what, "the connection does not carry DLMS wrapper PDUs");
  EXPECT_TRUE(std::holds_alternative<session::Closed>(effects_.back()));
  EXPECT_EQ(session_.state(), SessionState::Down);
}

TEST(SessionStates, HaveWordsOfTheirOwn) {
  std::set<std::string_view> words;
  for (std::size_t state = 0; state < kSessionStates; ++state) {
    EXPECT_TRUE(words.insert(state_word(static_cast<SessionState>(state))).second) << state;
  }
  EXPECT_EQ(state_word(SessionState::Down), "down");
  EXPECT_EQ(state_word(SessionState::Synchronising), "synchronising");
}

}  // namespace
}  // namespace metergate::dlms
