// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/dlms/association.hpp"

#include <algorithm>
#include <array>

namespace metergate::sim {
namespace {

using dlms::Aare;
using dlms::Aarq;
using dlms::ApplicationContext;
using dlms::AuthenticationMechanism;
using dlms::CipherFault;
using dlms::Diagnostic;
using dlms::InitiateRequest;
using dlms::SecureChannel;

constexpr std::uint32_t kCounterBlock = 1'000;
/// A client that takes less than this could not even be told so.
constexpr std::uint16_t kLeastPdu = 64;
/// Tag, title, lengths, security header and authentication tag of a ciphered APDU.
constexpr std::size_t kCipherOverhead = 1 + 9 + 3 + 5 + dlms::kAuthenticationTagOctets;

constexpr std::uint8_t kPduTooShort = 3;
constexpr std::uint8_t kVersionTooLow = 1;
constexpr std::uint8_t kIncompatibleConformance = 2;

using R = DlmsReaction;
constexpr std::array<std::array<DlmsReaction, kDlmsInputs>, kDlmsAssociationStates> kTable{{
    //             Aarq      ReplyToHls        Service           Release     LinkLost
    /* idle  */ {{R::Judge, R::RefuseService, R::RefuseService, R::Release, R::Forget}},
    /* await */ {{R::Judge, R::CheckReply, R::RefuseService, R::Release, R::Forget}},
    /* open  */ {{R::Judge, R::Serve, R::Serve, R::Release, R::Forget}},
}};

}  // namespace

DlmsReaction dlms_reaction(DlmsAssociationState state, DlmsInput input) {
  return kTable[static_cast<std::size_t>(state)][static_cast<std::size_t>(input)];
}

DlmsAssociation::DlmsAssociation(const DlmsSetup& setup, DlmsCounters& counters,
                                 ChallengeMaker make_challenge)
    : setup_{setup}, counters_{counters}, make_challenge_{make_challenge} {}

void DlmsAssociation::forget() {
  state_ = DlmsAssociationState::Idle;
  session_ = {};
  client_ = nullptr;
  channel_.reset();
  exchange_ = {};
}

Octets DlmsAssociation::refuse(const Refusal& refusal, ApplicationContext context) const {
  Aare aare{.context = context,
            .result = refusal.result,
            .diagnostic = {Diagnostic::Source::User, refusal.diagnostic}};
  if (refusal.initiate_error) {
    aare.user_information = dlms::encode_initiate_refusal(*refusal.initiate_error);
  }
  return aare.encode();
}

std::optional<DlmsAssociation::Refusal> DlmsAssociation::admit(const Aarq& aarq,
                                                               const DlmsClient& client) {
  const auto refused = [](std::uint8_t diagnostic) { return Refusal{.diagnostic = diagnostic}; };
  const ApplicationContext wanted =
      client.ciphered ? ApplicationContext::LogicalNamesCiphered : ApplicationContext::LogicalNames;
  if (aarq.context != wanted) return refused(Diagnostic::ContextNameNotSupported);
  if (aarq.mechanism != client.mechanism) {
    return refused(aarq.mechanism == AuthenticationMechanism::Lowest
                       ? Diagnostic::MechanismNameRequired
                       : Diagnostic::MechanismNameNotRecognised);
  }
  if (client.mechanism == AuthenticationMechanism::LowLevel &&
      aarq.authentication_value != client.secret) {
    return refused(Diagnostic::AuthenticationFailure);
  }
  const bool needs_title = client.ciphered ||
                           client.mechanism == AuthenticationMechanism::HighLevelGmac ||
                           client.mechanism == AuthenticationMechanism::HighLevelSha256 ||
                           client.mechanism == AuthenticationMechanism::HighLevelEcdsa;
  // A client with the meter's own title would make both use the same initialisation vectors.
  if (needs_title && (!aarq.calling_ap_title || *aarq.calling_ap_title == setup_.title)) {
    return refused(Diagnostic::CallingApTitleNotRecognised);
  }
  const std::size_t challenge = aarq.authentication_value.size();
  if (dlms::is_high_level(client.mechanism) &&
      (challenge < dlms::kMinChallengeOctets || challenge > dlms::kMaxChallengeOctets)) {
    return refused(Diagnostic::AuthenticationFailure);
  }
  return std::nullopt;
}

void DlmsAssociation::open_channel(const dlms::SystemTitle& peer) {
  channel_.emplace(dlms::ChannelSetup{.keys = setup_.keys,
                                      .own = setup_.title,
                                      .peer = peer,
                                      .sending = counters_.sending,
                                      .received = counters_.received});
}

void DlmsAssociation::reserve_counters() {
  dlms::SendCounter& sending = channel_->sending();
  // What was pushed meanwhile has used some of them.
  if (counters_.sending.next() > sending.next()) sending = counters_.sending;
  if (sending.left() > 0) return;
  const std::uint32_t end = sending.end_of_block(kCounterBlock);
  if (counters_.keep && !counters_.keep(end, channel_->received().last())) return;
  sending.reserved(end);
}

void DlmsAssociation::keep_counters() {
  if (channel_->sending().next() > counters_.sending.next()) {
    counters_.sending = channel_->sending();
  }
  const auto before = counters_.received.last();
  counters_.received = channel_->received();
  if (counters_.keep && before != counters_.received.last()) {
    const dlms::SendCounter& sending = counters_.sending;
    static_cast<void>(counters_.keep(sending.next() + sending.left(), counters_.received.last()));
  }
}

Result<Octets, CipherFault> DlmsAssociation::unprotect(OctetView apdu) {
  auto plain = channel_->unprotect(apdu);
  if (plain) {
    channel_->set_wrapping(dlms::CipheredApdu::parse(apdu).value().wrapping);
    keep_counters();
  }
  return plain;
}

Result<Octets, CipherFault> DlmsAssociation::protect(OctetView apdu) {
  reserve_counters();
  auto ciphered = channel_->protect(apdu);
  keep_counters();
  return ciphered;
}

std::size_t DlmsAssociation::response_limit() const {
  // What is longer is cut after it was ciphered where general blocks were agreed on.
  const bool cut_later = session_.conformance.has(dlms::Service::GeneralBlockTransfer);
  if (session_.client_max_pdu == 0 || cut_later) return 0;
  return session_.client_max_pdu - (channel_ ? kCipherOverhead : 0);
}

Result<InitiateRequest, DlmsAssociation::Refusal> DlmsAssociation::proposal(const Aarq& aarq) {
  Octets plain = aarq.user_information;
  if (channel_) {
    auto deciphered = unprotect(plain);
    if (!deciphered) return failure(Refusal{.diagnostic = Diagnostic::AuthenticationFailure});
    plain = std::move(deciphered).value();
  }
  auto request = InitiateRequest::decode(plain);
  if (!request) return failure(Refusal{});
  const InitiateRequest& wanted = request.value();
  if (wanted.version < dlms::kDlmsVersion)
    return failure(Refusal{.initiate_error = kVersionTooLow});
  if (wanted.max_receive_pdu != 0 && wanted.max_receive_pdu < kLeastPdu) {
    return failure(Refusal{.initiate_error = kPduTooShort});
  }
  if ((wanted.conformance & setup_.conformance).bits() == 0) {
    return failure(Refusal{.initiate_error = kIncompatibleConformance});
  }
  return std::move(request).value();
}

Octets DlmsAssociation::accept(const Aarq& aarq, const InitiateRequest& wanted) {
  session_.client = client_->number;
  session_.rights = client_->rights;
  session_.context = aarq.context;
  session_.mechanism = aarq.mechanism;
  session_.conformance = wanted.conformance & setup_.conformance;
  session_.client_max_pdu = wanted.max_receive_pdu;
  session_.client_title = aarq.calling_ap_title.value_or(dlms::SystemTitle{});

  Aare aare{.context = aarq.context};
  if (client_->ciphered || dlms::is_high_level(aarq.mechanism)) {
    aare.responding_ap_title = setup_.title;
  }
  const bool pending = dlms::is_high_level(aarq.mechanism);
  if (pending) {
    const OctetView posed = aarq.authentication_value.view();
    exchange_ = {.mechanism = aarq.mechanism,
                 .client_title = session_.client_title,
                 .server_title = setup_.title,
                 .client_challenge = Octets(posed.begin(), posed.end()),
                 .server_challenge = make_challenge_()};
    aare.diagnostic.value = Diagnostic::AuthenticationRequired;
    aare.mechanism = aarq.mechanism;
    aare.challenge = exchange_.server_challenge;
  }
  aare.user_information =
      dlms::InitiateResponse{.conformance = session_.conformance, .max_receive_pdu = setup_.max_pdu}
          .encode();
  if (channel_) {
    auto ciphered = protect(aare.user_information);
    if (!ciphered) return refuse({}, aarq.context);
    aare.user_information = std::move(ciphered).value();
    // After its own answer: a dedicated key is for what follows the association's opening.
    if (wanted.dedicated_key) channel_->set_dedicated_key(*wanted.dedicated_key);
  }
  state_ = pending ? DlmsAssociationState::AwaitingReply : DlmsAssociationState::Associated;
  return aare.encode();
}

Octets DlmsAssociation::judge(OctetView apdu, std::uint16_t client) {
  forget();
  const auto aarq = Aarq::decode(apdu);
  if (!aarq) return refuse({}, ApplicationContext::LogicalNames);
  const ApplicationContext context = aarq.value().context;
  const auto known = std::ranges::find(setup_.clients, client, &DlmsClient::number);
  if (known == setup_.clients.end()) return refuse({}, context);
  if (const auto refused = admit(aarq.value(), *known)) return refuse(*refused, context);
  client_ = &*known;
  if (client_->ciphered) open_channel(*aarq.value().calling_ap_title);
  const auto wanted = proposal(aarq.value());
  if (!wanted) {
    const Octets answer = refuse(wanted.error(), context);
    forget();
    return answer;
  }
  Octets answer = accept(aarq.value(), wanted.value());
  if (state_ == DlmsAssociationState::Idle) forget();
  return answer;
}

std::optional<Octets> DlmsAssociation::check_reply(OctetView proof) {
  const auto fail = [&]() -> std::optional<Octets> {
    forget();
    return std::nullopt;
  };
  if (exchange_.mechanism == AuthenticationMechanism::HighLevelEcdsa) {
    const auto& keys = setup_.signing;
    if (!keys || !dlms::check_hls_signature(exchange_, dlms::Side::Client, *keys, proof)) {
      return fail();
    }
    auto own = dlms::hls_signature(exchange_, dlms::Side::Server, *keys);
    if (!own) return fail();
    state_ = DlmsAssociationState::Associated;
    return std::move(own).value();
  }
  if (exchange_.mechanism != AuthenticationMechanism::HighLevelGmac) {
    if (!dlms::check_hls_digest(exchange_, dlms::Side::Client, client_->secret, proof)) {
      return fail();
    }
    auto own = dlms::hls_digest(exchange_, dlms::Side::Server, client_->secret);
    if (!own) return fail();
    state_ = DlmsAssociationState::Associated;
    return std::move(own).value();
  }
  const auto counter = dlms::check_hls_gmac(exchange_, dlms::Side::Client, setup_.keys, proof);
  if (!counter) return fail();
  if (!channel_) open_channel(session_.client_title);
  // Clients use the counter of the APDU that carries the proof, or the one before; both are right.
  static_cast<void>(channel_->received().take(counter.value()));
  reserve_counters();
  const auto own = channel_->sending().take();
  if (!own) return fail();
  Octets answer = dlms::hls_gmac(exchange_, dlms::Side::Server, setup_.keys, *own);
  keep_counters();
  if (!client_->ciphered) channel_.reset();
  state_ = DlmsAssociationState::Associated;
  return answer;
}

Octets DlmsAssociation::release() {
  dlms::Release answer{.kind = dlms::Release::Kind::Response, .reason = dlms::Release::Normal};
  if (channel_) {
    channel_->set_wrapping(dlms::Wrapping::Global);
    const Octets plain = dlms::InitiateResponse{.conformance = session_.conformance,
                                                .max_receive_pdu = setup_.max_pdu}
                             .encode();
    if (auto ciphered = protect(plain)) answer.user_information = std::move(ciphered).value();
  }
  forget();
  return answer.encode();
}

}  // namespace metergate::sim
