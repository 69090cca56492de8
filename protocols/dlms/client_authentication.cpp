// SPDX-License-Identifier: Apache-2.0
// The opening of a ClientAssociation: AARQ, AARE, and passes three and four.
#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/client_association.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"

namespace metergate::dlms {

using namespace association;

namespace {

constexpr std::size_t kChallengeOctets = 16;

bool is_digest(AuthenticationMechanism mechanism) {
  return mechanism == AuthenticationMechanism::HighLevelMd5 ||
         mechanism == AuthenticationMechanism::HighLevelSha1 ||
         mechanism == AuthenticationMechanism::HighLevelSha256;
}

bool is_ecdsa(AuthenticationMechanism mechanism) {
  return mechanism == AuthenticationMechanism::HighLevelEcdsa;
}

}  // namespace

std::optional<SystemTitle> ClientAssociation::own_title() const {
  return channel_ ? std::optional{channel_->own_title()} : settings_.title;
}

std::size_t ClientAssociation::protection_octets() const {
  if (settings_.ciphering == Ciphering::None) return 0;
  // Tag, length of up to five octets, title with its length, security control, counter, tag.
  constexpr std::size_t kMost = 1 + 5 + 1 + SystemTitle::kOctets + 1 + 4 + kAuthenticationTagOctets;
  return kMost;
}

Octets ClientAssociation::initiate_request() {
  InitiateRequest request;
  request.dedicated_key = dedicated_key_;
  request.conformance = settings_.proposed;
  request.max_receive_pdu = settings_.max_receive_pdu;
  return request.encode();
}

void ClientAssociation::request_association() {
  const bool ciphered = settings_.ciphering != Ciphering::None;
  const bool needs_channel =
      ciphered || settings_.mechanism == AuthenticationMechanism::HighLevelGmac;
  if (needs_channel && !channel_) {
    return fail(Reason::Security, "ciphering or GMAC without keys");
  }
  if (is_ecdsa(settings_.mechanism) && (!settings_.signing || !own_title())) {
    return fail(Reason::Security, "ECDSA without keys to sign, or without a system title");
  }
  negotiated_ = {};
  dedicated_key_.reset();
  if (channel_) channel_->set_wrapping(settings_.security->wrapping);
  if (settings_.ciphering == Ciphering::Dedicated) {
    dedicated_key_.emplace(settings_.random(key_octets(channel_->keys().suite)));
  }

  Aarq aarq;
  aarq.context =
      ciphered ? ApplicationContext::LogicalNamesCiphered : ApplicationContext::LogicalNames;
  aarq.mechanism = settings_.mechanism;
  aarq.calling_ap_title = own_title();
  if (is_high_level(settings_.mechanism)) {
    posed_before_ = std::exchange(hls_, {}).server_challenge;
    hls_.mechanism = settings_.mechanism;
    hls_.client_challenge = settings_.random(kChallengeOctets);
    hls_.client_title = own_title().value_or(SystemTitle{});
    aarq.authentication_value = crypto::SecretOctets{hls_.client_challenge};
  } else if (settings_.mechanism == AuthenticationMechanism::LowLevel) {
    aarq.authentication_value = settings_.secret;
  }
  aarq.user_information = initiate_request();
  if (ciphered) {
    reserve_counters();
    auto protected_request = channel_->protect(aarq.user_information);
    if (!protected_request) {
      return fail(Reason::Security, std::string{cipher_fault_text(protected_request.error())});
    }
    aarq.user_information = std::move(*protected_request);
  }
  state_ = AssociationState::Requested;
  effects_.emplace_back(Send{aarq.encode()});
}

void ClientAssociation::take_aare(OctetView apdu) {
  const auto decoded = Aare::decode(apdu);
  if (!decoded) return fail(Reason::Protocol, decoded.error().text());
  const Aare& aare = *decoded;
  if (channel_ && aare.responding_ap_title) channel_->set_peer_title(*aare.responding_ap_title);
  if (aare.result != AssociationResult::Accepted) {
    const bool later = aare.result == AssociationResult::RejectedTransient;
    return fail(later ? Reason::Busy : Reason::Refused,
                "association refused: " + aare.diagnostic.text());
  }
  if (!take_user_information(aare)) return;
  if (is_high_level(settings_.mechanism)) return authenticate(aare);
  if (aare.diagnostic.value == Diagnostic::AuthenticationRequired) {
    return fail(Reason::Refused, "the meter asks for high level authentication");
  }
  become_open();
}

bool ClientAssociation::take_user_information(const Aare& aare) {
  Octets information = aare.user_information;
  const bool is_ciphered = !information.empty() && is_ciphered_tag(information.front());
  if (settings_.ciphering != Ciphering::None && !is_ciphered) {
    fail(Reason::Security, "the meter accepts without ciphering its answer");
    return false;
  }
  if (is_ciphered) {
    if (!channel_) {
      fail(Reason::Security, "the meter's answer is ciphered, and there are no keys");
      return false;
    }
    auto plain = channel_->unprotect(information);
    if (!plain) {
      fail(Reason::Security, std::string{cipher_fault_text(plain.error())});
      return false;
    }
    information = std::move(*plain);
  }
  const auto answer = decode_initiate_answer(information);
  if (!answer) {
    fail(Reason::Protocol, answer.error().text());
    return false;
  }
  if (const auto* error = std::get_if<ConfirmedServiceError>(&*answer)) {
    fail(Reason::Refused, text(*error));
    return false;
  }
  const auto& response = std::get<InitiateResponse>(*answer);
  // Below twelve octets no APDU has room; nought means that there is no limit.
  constexpr std::uint16_t kLeastPdu = 12;
  if (response.max_receive_pdu != 0 && response.max_receive_pdu < kLeastPdu + protection_octets()) {
    fail(Reason::Refused, "the meter takes APDUs of " + std::to_string(response.max_receive_pdu) +
                              " octets, too few for any request");
    return false;
  }
  negotiated_ = {response.conformance & settings_.proposed, response.max_receive_pdu};
  return true;
}

void ClientAssociation::authenticate(const Aare& aare) {
  if (aare.diagnostic.value != Diagnostic::AuthenticationRequired) {
    return fail(Reason::Security, "the meter accepts without proving itself");
  }
  if (!take_challenge(aare)) return;
  Result<Octets, HlsFault> proof = failure(HlsFault::NotThisMechanism);
  if (is_digest(settings_.mechanism)) {
    proof = hls_digest(hls_, Side::Client, settings_.secret);
  } else if (settings_.mechanism == AuthenticationMechanism::HighLevelGmac) {
    const auto counter = own_counter();
    if (!counter) return fail(Reason::Security, "the key's invocation counters are used up");
    proof = hls_gmac(hls_, Side::Client, channel_->keys(), *counter);
  } else if (is_ecdsa(settings_.mechanism)) {
    proof = hls_signature(hls_, Side::Client, *settings_.signing);
  }
  if (!proof) return fail(Reason::Security, std::string{hls_fault_text(proof.error())});
  state_ = AssociationState::Authenticating;
  send(encode_apdu(ActionRequest{
      InvokeId{},
      {cosem::association::kClass, settings_.association, cosem::association::kReplyToHls},
      octet_string(*proof)}));
}

bool ClientAssociation::take_challenge(const Aare& aare) {
  hls_.server_challenge = aare.challenge;
  if (aare.responding_ap_title) hls_.server_title = *aare.responding_ap_title;
  auto sound = check_challenges(hls_, settings_.reflection);
  if (sound && is_ecdsa(settings_.mechanism)) sound = check_signer(aare);
  if (sound) return true;
  fail(Reason::Security, std::string{hls_fault_text(sound.error())});
  return false;
}

// Titles are half of what is signed: a meter without one, or with one that is not its own, is
// another than the one whose key we were given.
Result<Done, HlsFault> ClientAssociation::check_signer(const Aare& aare) const {
  if (!aare.responding_ap_title) return failure(HlsFault::NoTitle);
  if (hls_.server_title == hls_.client_title) return failure(HlsFault::OurTitle);
  const auto& expected = settings_.signing->peer_title;
  if (expected && *expected != hls_.server_title) return failure(HlsFault::OtherTitle);
  const bool lenient = settings_.reflection == Reflection::Tolerated;
  if (!lenient && hls_.server_challenge == posed_before_) {
    return failure(HlsFault::ChallengeReplayed);
  }
  return Done{};
}

void ClientAssociation::check_pass_four(OctetView apdu) {
  const auto decoded = decode_apdu(apdu);
  const auto* response = decoded ? std::get_if<ActionResponse>(&*decoded) : nullptr;
  if (response == nullptr) return fail(Reason::Protocol, "pass four is no answer to pass three");
  const ActionOutcome& outcome = response->outcome;
  if (outcome.result != AccessResult::Success) {
    return fail(Reason::Refused,
                "the meter refuses our proof: " + std::string{access_result_word(outcome.result)});
  }
  const auto* returned = outcome.returned ? std::get_if<Data>(&*outcome.returned) : nullptr;
  const Octets* proof = returned != nullptr ? octets_of(*returned) : nullptr;
  if (proof == nullptr) return fail(Reason::Security, "the meter shows no proof of its own");
  if (const auto sound = check_proof(*proof); !sound) {
    return fail(Reason::Security, "pass four: " + std::string{hls_fault_text(sound.error())});
  }
  become_open();
}

Result<Done, HlsFault> ClientAssociation::check_proof(OctetView proof) {
  if (is_digest(settings_.mechanism)) {
    return check_hls_digest(hls_, Side::Server, settings_.secret, proof);
  }
  if (is_ecdsa(settings_.mechanism)) {
    return check_hls_signature(hls_, Side::Server, *settings_.signing, proof);
  }
  if (settings_.mechanism != AuthenticationMechanism::HighLevelGmac) {
    return failure(HlsFault::NotThisMechanism);
  }
  const auto counter = check_hls_gmac(hls_, Side::Server, channel_->keys(), proof);
  if (!counter) return failure(counter.error());
  // Meters draw it before or after the counter of the APDU that carries it; fresh it has to be.
  const bool fresh = settings_.ciphering != Ciphering::None
                         ? !heard_before_ || *counter > *heard_before_
                         : channel_->received().take(*counter);
  if (!fresh) return failure(HlsFault::ProofReplayed);
  return Done{};
}

}  // namespace metergate::dlms
