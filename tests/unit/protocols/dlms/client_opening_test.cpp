// SPDX-License-Identifier: Apache-2.0
// Why an association does not open, each reason told from the others, and which side refuses.
#include "tests/unit/protocols/dlms/client_opening.hpp"

namespace metergate::dlms {
namespace {

using Mechanism = AuthenticationMechanism;
using Reason = association::Failed::Reason;

TEST_F(ClientOpening, WhatIsMissingForTheMechanismIsSaidBeforeAnythingIsSent) {
  AssociationSettings keyless = settings(Mechanism::HighLevelGmac);
  keyless.security.reset();
  opens(keyless);
  failed_for(Reason::Security, "ciphering or GMAC without keys");
  opens(settings(Mechanism::HighLevelEcdsa));
  failed_for(Reason::Security, "ECDSA without keys to sign, or without a system title");
  EXPECT_TRUE(sent_.empty());
}

TEST_F(ClientOpening, AKeyWhoseCountersAreUsedUpOpensNothing) {
  AssociationSettings used_up = settings(Mechanism::Lowest, Ciphering::Global);
  used_up.security->sending = SendCounter{SendCounter::kEnd};
  opens(used_up);
  failed_for(Reason::Security, cipher_fault_text(CipherFault::NoCounter));
  EXPECT_TRUE(sent_.empty());

  AssociationSettings proving = settings(Mechanism::HighLevelGmac);
  proving.security->sending = SendCounter{SendCounter::kEnd};
  opens(proving);
  hears(challenged().encode());
  failed_for(Reason::Security, "the key's invocation counters are used up");
}

TEST_F(ClientOpening, AMeterThatAsksForMoreThanALevelProvesIsNotOpened) {
  opens(settings(Mechanism::LowLevel));
  hears(challenged().encode());
  failed_for(Reason::Refused, "the meter asks for high level authentication");
}

TEST_F(ClientOpening, AMeterThatProvesNothingIsNotBelieved) {
  opens(settings(Mechanism::HighLevelGmac));
  hears(accepted().encode());
  failed_for(Reason::Security, "the meter accepts without proving itself");
  opens(settings(Mechanism::Lowest, Ciphering::Global));
  hears(accepted().encode());
  failed_for(Reason::Security, "the meter accepts without ciphering its answer");
}

TEST_F(ClientOpening, ACipheredAnswerNeedsTheKeysItIsUnder) {
  const Octets answer = accepted(meter_.protect(initiate()).value()).encode();
  opens(settings(Mechanism::Lowest));
  hears(answer);
  failed_for(Reason::Security, "the meter's answer is ciphered, and there are no keys");

  AssociationSettings others = settings(Mechanism::Lowest, Ciphering::Global);
  others.security->keys.authentication = crypto::SecretOctets{Octets(16, 3)};
  opens(others);
  hears(answer);
  failed_for(Reason::Security, cipher_fault_text(CipherFault::NotAuthentic));
}

// An answer may accept and hold a refusal, or nothing that can be read.
TEST_F(ClientOpening, WhatIsInsideAnAcceptanceHasToBeOne) {
  opens(settings(Mechanism::Lowest));
  hears(accepted(encode_initiate_refusal(1)).encode());
  failed_for(Reason::Refused, "initiate refused: DLMS version too low");

  opens(settings(Mechanism::Lowest));
  hears(accepted(Octets{0x08, 0x00}).encode());
  ASSERT_TRUE(failed_);
  EXPECT_EQ(failed_->reason, Reason::Protocol);

  opens(settings(Mechanism::Lowest));
  hears(Octets{0x61, 0x00});
  ASSERT_TRUE(failed_);
  EXPECT_EQ(failed_->reason, Reason::Protocol);
}

TEST_F(ClientOpening, AMeterWithoutRoomForARequestIsRefusedByUs) {
  opens(settings(Mechanism::Lowest));
  hears(accepted(initiate(11)).encode());
  failed_for(Reason::Refused, "the meter takes APDUs of 11 octets, too few for any request");
  opens(settings(Mechanism::Lowest));
  hears(accepted(initiate(12)).encode());
  EXPECT_EQ(association_->state(), AssociationState::Open);
  // Ciphering takes room of its own.
  opens(settings(Mechanism::Lowest, Ciphering::Global));
  hears(accepted(meter_.protect(initiate(40)).value()).encode());
  failed_for(Reason::Refused, "the meter takes APDUs of 40 octets, too few for any request");
}

TEST_F(ClientOpening, ARefusalForNowIsNotOneForGood) {
  Aare refused;
  refused.diagnostic = {Diagnostic::Source::Provider, 1};
  refused.result = AssociationResult::RejectedTransient;
  opens(settings(Mechanism::Lowest));
  hears(refused.encode());
  failed_for(Reason::Busy, "association refused: provider: no-reason-given");
  refused.result = AssociationResult::RejectedPermanent;
  opens_again();
  hears(refused.encode());
  failed_for(Reason::Refused, "association refused: provider: no-reason-given");
}

TEST_F(ClientOpening, EachDigestOpensWhereBothSidesKnowTheSecret) {
  for (const Mechanism mechanism :
       {Mechanism::HighLevelMd5, Mechanism::HighLevelSha1, Mechanism::HighLevelSha256}) {
    SCOPED_TRACE(mechanism_word(mechanism));
    AssociationSettings known = settings(mechanism);
    known.title = kOpeningClient;
    const auto proof = [&](Side side) {
      return hls_digest(exchange(mechanism), side, known.secret).value();
    };
    opens(known);
    hears(challenged().encode());
    const auto three = std::get<ActionRequest>(decode_apdu(sent_).value());
    EXPECT_EQ(three.parameter, octet_string(proof(Side::Client)));
    hears(pass_four(proof(Side::Server)));
    EXPECT_EQ(association_->state(), AssociationState::Open);

    opens(known);
    hears(challenged().encode());
    hears(pass_four(proof(Side::Client)));
    failed_for(Reason::Security, "pass four: the proof does not hold: another key or secret");
  }
}

TEST_F(ClientOpening, AMechanismThatIsTheMakersOwnCannotBeProved) {
  opens(settings(Mechanism::HighLevelOfMaker));
  hears(challenged().encode());
  failed_for(Reason::Security, hls_fault_text(HlsFault::NotThisMechanism));
}

TEST_F(ClientOpening, AMetersProofCountsOnce) {
  const auto proof = [](std::uint32_t counter) {
    return pass_four(hls_gmac(exchange(Mechanism::HighLevelGmac), Side::Server, keys(), counter));
  };
  opens(settings(Mechanism::HighLevelGmac));
  hears(challenged().encode());
  hears(proof(7));
  ASSERT_EQ(association_->state(), AssociationState::Open);
  association_->lost();
  opens_again();
  hears(challenged().encode());
  hears(proof(7));
  failed_for(Reason::Security,
             "pass four: the proof shows an invocation counter that was seen before");
  opens_again();
  hears(challenged().encode());
  hears(proof(8));
  EXPECT_EQ(association_->state(), AssociationState::Open);
}

TEST_F(ClientOpening, AProofThatIsRefusedOrAnsweredWithNoneOpensNothing) {
  const auto after_pass_three = [&](const Apdu& answer) {
    opens(settings(Mechanism::HighLevelGmac));
    hears(challenged().encode());
    hears(answer);
  };
  after_pass_three(ActionResponse{{}, {AccessResult::ReadWriteDenied, {}}});
  failed_for(Reason::Refused, "the meter refuses our proof: read-write-denied");
  after_pass_three(ActionResponse{{}, {AccessResult::Success, {}}});
  failed_for(Reason::Security, "the meter shows no proof of its own");
  after_pass_three(GetResponse{{}, Data{}});
  failed_for(Reason::Protocol, "pass four is no answer to pass three");
  after_pass_three(ExceptionResponse{ExceptionResponse::State::ServiceNotAllowed,
                                     ExceptionResponse::Service::OperationNotPossible,
                                     {}});
  failed_for(Reason::Refused,
             "the meter refuses our proof: service not allowed: operation not possible");
}

}  // namespace
}  // namespace metergate::dlms
