// SPDX-License-Identifier: Apache-2.0
// What an association that is open, or was, makes of what it should not hear.
#include <set>

#include "tests/unit/protocols/dlms/client_opening.hpp"

namespace metergate::dlms {
namespace {

using Reason = association::Failed::Reason;
using Exception = ExceptionResponse;

class OpenAssociation : public ClientOpening {
 protected:
  void SetUp() override { is_open_and_ciphered(); }
};

TEST_F(OpenAssociation, APlainAnswerToACipheredRequestIsNotBelieved) {
  asks();
  EXPECT_EQ(meter_.unprotect(sent_).value(), request());
  hears(Apdu{GetResponse{{}, Data{std::uint8_t{5}}}});
  failed_for(Reason::Security, cipher_fault_text(CipherFault::NotCiphered));
}

TEST_F(OpenAssociation, AnAnswerThatWasHeardBeforeIsNotBelieved) {
  const Octets answer = meter_.protect(encode_apdu(GetResponse{{}, Data{std::uint8_t{5}}})).value();
  asks();
  hears(answer);
  EXPECT_EQ(answer_, encode_apdu(GetResponse{{}, Data{std::uint8_t{5}}}));
  asks();
  hears(answer);
  failed_for(Reason::Security, cipher_fault_text(CipherFault::Replayed));
}

TEST_F(OpenAssociation, ACounterTheMeterExpectsIsTakenOver) {
  asks();
  hears(Apdu{Exception{Exception::State::ServiceNotAllowed,
                       Exception::Service::InvocationCounterError, 5'000}});
  failed_for(Reason::CounterRejected,
             "service not allowed: invocation counter error, expected 5000");
  EXPECT_EQ(association_->channel()->sending().next(), 5'000U);
}

TEST_F(OpenAssociation, ACounterNobodyNamesStaysAsItIs) {
  asks();
  const std::uint32_t next = association_->channel()->sending().next();
  hears(Apdu{Exception{
      Exception::State::ServiceNotAllowed, Exception::Service::InvocationCounterError, {}}});
  failed_for(Reason::CounterRejected, "service not allowed: invocation counter error");
  EXPECT_EQ(association_->channel()->sending().next(), next);
}

TEST_F(OpenAssociation, AMeterThatCannotDecipherUsRefusesUs) {
  asks();
  hears(Apdu{
      Exception{Exception::State::ServiceNotAllowed, Exception::Service::DecipheringError, {}}});
  failed_for(Reason::Refused, "service not allowed: deciphering error");
}

TEST_F(OpenAssociation, AnyOtherExceptionIsTheAnswerAndTheAssociationStands) {
  const Octets exception = encode_apdu(
      Exception{Exception::State::ServiceUnknown, Exception::Service::ServiceNotSupported, {}});
  asks();
  hears(exception);
  EXPECT_EQ(answer_, exception);
  EXPECT_EQ(association_->state(), AssociationState::Open);
}

TEST_F(OpenAssociation, AConfirmedServiceErrorEndsIt) {
  asks();
  hears(Apdu{ConfirmedServiceError{5, 0, 3}});
  failed_for(Reason::Refused, "service 5, sort 0, code 3");
}

TEST_F(OpenAssociation, AnExceptionThatIsCutOffIsNone) {
  asks();
  hears(Octets{apdu_tag::kExceptionResponse, 1});
  failed_for(Reason::Protocol, "an exception that is none");
}

TEST_F(OpenAssociation, WhatAnswersNothingThatWasAskedEndsIt) {
  asks();
  hears(accepted().encode());
  failed_for(Reason::Protocol, "an APDU that answers nothing that was asked");
  EXPECT_EQ(failed_->heard, accepted().encode());
}

TEST_F(OpenAssociation, WhereNothingIsAskedAnAnswerIsNothing) {
  hears(Apdu{GetResponse{{}, Data{}}});
  hears(Octets{});
  EXPECT_FALSE(failed_);
  EXPECT_EQ(association_->state(), AssociationState::Open);
}

TEST_F(OpenAssociation, CallsAtTheWrongTimeAreRefusedAndChangeNothing) {
  opens_again();
  EXPECT_TRUE(refused_);
  asks();
  EXPECT_FALSE(refused_);
  asks();
  EXPECT_TRUE(refused_);
  look_at(association_->release());
  EXPECT_TRUE(refused_);
  EXPECT_EQ(association_->state(), AssociationState::Asking);
  association_->lost();
  asks();
  EXPECT_TRUE(refused_);
}

// The last value stays unused: a key is exhausted before its counter wraps.
TEST_F(ClientOpening, AKeyThatIsUsedUpBetweenTwoRequestsSendsNoMore) {
  AssociationSettings last = settings(AuthenticationMechanism::Lowest, Ciphering::Global);
  last.security->sending = SendCounter{SendCounter::kEnd - 2};
  opens(last);
  hears(accepted(meter_.protect(initiate()).value()).encode());
  asks();
  EXPECT_FALSE(sent_.empty());
  hears(meter_.protect(encode_apdu(GetResponse{{}, Data{}})).value());
  asks();
  failed_for(Reason::Security, cipher_fault_text(CipherFault::NoCounter));
  EXPECT_TRUE(sent_.empty());
}

TEST(AssociationStates, HaveWordsOfTheirOwn) {
  std::set<std::string_view> words;
  for (std::size_t state = 0; state < kAssociationStates; ++state) {
    EXPECT_TRUE(words.insert(state_word(static_cast<AssociationState>(state))).second) << state;
  }
  EXPECT_EQ(state_word(AssociationState::Closed), "closed");
  EXPECT_EQ(state_word(AssociationState::Releasing), "releasing");
}

}  // namespace
}  // namespace metergate::dlms
