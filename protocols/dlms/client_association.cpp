// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/client_association.hpp"

#include <array>
#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"

namespace metergate::dlms {

using namespace association;

namespace {

PushProof proof_of(CipherFault fault) {
  if (fault == CipherFault::Replayed) return PushProof::Replayed;
  return fault == CipherFault::TooWeak ? PushProof::Unprotected : PushProof::Undeciphered;
}

}  // namespace

enum class ClientAssociation::Action : std::uint8_t {
  Ignore,
  Refuse,     ///< a call in the wrong state
  Request,    ///< AARQ
  TakeAare,   ///< accepted, to be authenticated, or refused
  CheckFour,  ///< pass four
  Begin,      ///< a request
  TakeAnswer,
  TakeException,  ///< the answer to a request, or the end
  Release,        ///< RLRQ
  Over,           ///< RLRE, or whatever else comes instead of it
  Tell,           ///< a notification
  Doubt,          ///< perhaps a notification, and not to be believed
  Senseless,      ///< an answer to nothing that was asked
  Unprotected,    ///< did not authenticate, or was not protected as it must be
};

struct ClientAssociation::Table {
  enum Input : std::size_t {
    kOpen,
    kAsk,
    kRelease,
    kAare,
    kRlre,
    kException,     ///< exception response, confirmed service error
    kService,       ///< the answer to a service
    kNotification,  ///< data or event notification
    kBadlySecured,
    kOther,
    kInputs,
  };
  using Row = std::array<Action, kInputs>;
  using enum Action;
  static constexpr std::array<Row, kAssociationStates> kRows{{
      // open, ask, release, AARE, RLRE, exception, service, notification, badly secured, other
      /* Closed */
      {Request, Refuse, Refuse, Ignore, Ignore, Ignore, Ignore, Tell, Doubt, Ignore},
      /* Requested */
      {Refuse, Refuse, Refuse, TakeAare, Senseless, TakeException, Senseless, Tell, Unprotected,
       Senseless},
      /* Authenticating */
      {Refuse, Refuse, Refuse, Senseless, Senseless, TakeException, CheckFour, Tell, Unprotected,
       Senseless},
      /* Open */
      {Refuse, Begin, Release, Senseless, Ignore, Ignore, Ignore, Tell, Doubt, Ignore},
      /* Asking */
      {Refuse, Refuse, Refuse, Senseless, Senseless, TakeException, TakeAnswer, Tell, Unprotected,
       Senseless},
      /* Releasing */
      {Refuse, Refuse, Refuse, Over, Over, Over, Ignore, Tell, Ignore, Over},
  }};

  /// While an answer is out, whatever comes that is not a notification ends the wait.
  static constexpr bool sound() {
    for (const auto state : {AssociationState::Requested, AssociationState::Authenticating,
                             AssociationState::Asking}) {
      const Row& row = kRows[static_cast<std::size_t>(state)];
      for (std::size_t input = kAare; input < kInputs; ++input) {
        if (row[input] == Action::Ignore) return false;
      }
    }
    return true;
  }
};

std::string_view state_word(AssociationState state) {
  constexpr std::array<std::string_view, kAssociationStates> kWords{
      "closed", "requested", "authenticating", "open", "asking", "releasing"};
  return kWords[static_cast<std::size_t>(state)];
}

ClientAssociation::ClientAssociation(AssociationSettings settings)
    : settings_{std::move(settings)},
      general_blocks_{{.max_octets = settings_.max_answer_octets,
                       .send_window = settings_.block_window,
                       .receive_window = settings_.block_window}} {
  static_assert(Table::sound());
  if (settings_.security) channel_.emplace(*settings_.security);
}

Effects ClientAssociation::step(std::size_t input, OctetView octets) {
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], octets);
  return std::exchange(effects_, {});
}

Effects ClientAssociation::open() { return step(Table::kOpen, {}); }
Effects ClientAssociation::ask(OctetView request) { return step(Table::kAsk, request); }
Effects ClientAssociation::release() { return step(Table::kRelease, {}); }

Effects ClientAssociation::received(OctetView apdu) {
  take({apdu.begin(), apdu.end()});
  return std::exchange(effects_, {});
}

void ClientAssociation::take(Octets apdu) {
  const std::size_t input = classify(apdu);
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], apdu);
  auto* failed = effects_.empty() ? nullptr : std::get_if<Failed>(&effects_.back());
  if (failed != nullptr) failed->heard = std::move(apdu);
}

Effects ClientAssociation::say(OctetView apdu) {
  const bool associated = state_ == AssociationState::Open || state_ == AssociationState::Asking;
  if (!associated || settings_.ciphering == Ciphering::None) {
    effects_.emplace_back(Send{{apdu.begin(), apdu.end()}});
    return std::exchange(effects_, {});
  }
  // Of notifications and their confirmations only the general wrapping knows.
  reserve_counters();
  const Wrapping before = channel_->wrapping();
  channel_->set_wrapping(Wrapping::GeneralGlobal);
  if (auto ciphered = channel_->protect(apdu)) {
    effects_.emplace_back(Send{std::move(*ciphered)});
  }
  channel_->set_wrapping(before);
  return std::exchange(effects_, {});
}

void ClientAssociation::lost() {
  state_ = AssociationState::Closed;
  service_.reset();
  general_blocks_.reset();
}

Unsolicited ClientAssociation::overhear(OctetView apdu) {
  Octets said(apdu.begin(), apdu.end());
  if (!channel_ || said.empty() || !is_ciphered_tag(said.front())) {
    const bool ciphered = !said.empty() && is_ciphered_tag(said.front());
    return {std::move(said), ciphered ? PushProof::Undeciphered : proof_of_plain()};
  }
  auto plain = channel_->unprotect(said);
  if (!plain) return {std::move(said), proof_of(plain.error())};
  const PushProof proof = proof_of_ciphered(said);
  return {std::move(*plain), proof};
}

PushProof ClientAssociation::proof_of_plain() const {
  if (settings_.ciphering != Ciphering::None) return PushProof::Unprotected;
  const bool anybody = settings_.mechanism == AuthenticationMechanism::Lowest;
  const bool associated = state_ == AssociationState::Open || state_ == AssociationState::Asking;
  return anybody || associated ? PushProof::Sufficient : PushProof::Unprotected;
}

PushProof ClientAssociation::proof_of_ciphered(OctetView apdu) const {
  const auto parts = CipheredApdu::parse(apdu);
  // A counter that nobody authenticated cannot be held against any other.
  if (!parts || !is_authenticated(parts->control.protection)) return PushProof::Unprotected;
  return counters_proved_ ? PushProof::Sufficient : PushProof::Unjudged;
}

// What came, deciphered where it is ciphered.
std::size_t ClientAssociation::classify(Octets& apdu) {
  if (apdu.empty()) return Table::kOther;
  bool was_ciphered = false;
  proof_ = proof_of_plain();
  if (channel_ && is_ciphered_tag(apdu.front())) {
    heard_before_ = channel_->received().last();
    auto plain = channel_->unprotect(apdu);
    if (!plain) {
      fault_ = plain.error();
      proof_ = proof_of(fault_);
      // A push that is repeated must not end the wait for an answer.
      const bool repeated = fault_ == CipherFault::Replayed && may_be_notification(apdu);
      const auto service = repeated ? channel_->service_within(apdu) : std::nullopt;
      return service == apdu_tag::kDataNotification || service == apdu_tag::kEventNotification
                 ? Table::kNotification
                 : Table::kBadlySecured;
    }
    proof_ = proof_of_ciphered(apdu);
    apdu = std::move(*plain);
    was_ciphered = true;
  }
  if (apdu.empty()) return Table::kOther;
  switch (apdu.front()) {
    case Aare::kTag:
      return Table::kAare;
    case static_cast<std::uint8_t>(Release::Kind::Response):
      return Table::kRlre;
    case apdu_tag::kExceptionResponse:
    case apdu_tag::kConfirmedServiceError:
      return Table::kException;
    case apdu_tag::kDataNotification:
    case apdu_tag::kEventNotification:
      return Table::kNotification;
    case apdu_tag::kGeneralBlock:
      // Its pieces make a ciphered APDU; only that can be judged.
      return Table::kService;
    case apdu_tag::kGetResponse:
    case apdu_tag::kSetResponse:
    case apdu_tag::kActionResponse:
    case apdu_tag::kAccessResponse:
      if (settings_.ciphering != Ciphering::None && !was_ciphered) {
        fault_ = CipherFault::NotCiphered;
        return Table::kBadlySecured;
      }
      return Table::kService;
    default:
      return Table::kOther;
  }
}

void ClientAssociation::perform(Action action, OctetView octets) {
  switch (action) {
    case Action::Ignore:
      return;
    case Action::Refuse:
      effects_.emplace_back(CallRefused{});
      return;
    case Action::Request:
      return request_association();
    case Action::TakeAare:
      return take_aare(octets);
    case Action::CheckFour:
      return check_pass_four(octets);
    case Action::Begin:
      return begin(octets);
    case Action::TakeAnswer:
      return take_answer(octets);
    case Action::TakeException:
      return take_exception(octets);
    case Action::Release:
      return request_release();
    case Action::Over:
      lost();
      effects_.emplace_back(Released{});
      return;
    case Action::Tell:
      effects_.emplace_back(Unsolicited{{octets.begin(), octets.end()}, proof_});
      return;
    case Action::Doubt:
      if (!may_be_notification(octets)) return;
      effects_.emplace_back(Unsolicited{{octets.begin(), octets.end()}, proof_});
      return;
    case Action::Senseless:
      return fail(Reason::Protocol, "an APDU that answers nothing that was asked");
    case Action::Unprotected:
      return fail(Reason::Security, std::string{cipher_fault_text(fault_)});
  }
}

void ClientAssociation::become_open() {
  state_ = AssociationState::Open;
  counters_proved_ = true;
  const bool dedicated = settings_.ciphering == Ciphering::Dedicated;
  if (dedicated && dedicated_key_) {
    channel_->set_dedicated_key(*dedicated_key_);
    channel_->set_wrapping(is_general(settings_.security->wrapping) ? Wrapping::GeneralDedicated
                                                                    : Wrapping::Dedicated);
  }
  effects_.emplace_back(Opened{negotiated_});
}

void ClientAssociation::begin(OctetView request) {
  // General blocks cut what is ciphered already, whatever its service is.
  const bool unlimited = negotiated_.max_server_pdu == 0 || has_general_blocks();
  service_.emplace(unlimited ? 0 : std::size_t{negotiated_.max_server_pdu} - protection_octets(),
                   settings_.max_answer_octets);
  general_blocks_.reset();
  state_ = AssociationState::Asking;
  perform(service_->begin(request));
}

void ClientAssociation::take_answer(OctetView apdu) {
  if (apdu.front() == apdu_tag::kGeneralBlock) {
    const auto block = decode_apdu(apdu);
    if (!block) return fail(Reason::Protocol, "a general block that is none");
    return perform(general_blocks_.take(std::get<GeneralBlock>(*block)));
  }
  perform(service_->take(apdu));
}

void ClientAssociation::perform(LongService::Step step) {
  if (auto* next = std::get_if<LongService::Send>(&step)) return send(std::move(next->apdu));
  service_.reset();
  if (auto* done = std::get_if<LongService::Done>(&step)) {
    state_ = AssociationState::Open;
    effects_.emplace_back(Answer{std::move(done->apdu)});
    return;
  }
  fail(Reason::Protocol, std::get<LongService::Broken>(step).what);
}

void ClientAssociation::take_exception(OctetView apdu) {
  const auto decoded = decode_apdu(apdu);
  if (!decoded) return fail(Reason::Protocol, "an exception that is none");
  if (const auto* error = std::get_if<ConfirmedServiceError>(&*decoded)) {
    return fail(Reason::Refused, text(*error));
  }
  const auto& exception = std::get<ExceptionResponse>(*decoded);
  using Error = ExceptionResponse::Service;
  if (exception.service == Error::InvocationCounterError && channel_) {
    if (exception.invocation_counter) {
      static_cast<void>(channel_->sending().resynchronise(*exception.invocation_counter));
    }
    return fail(Reason::CounterRejected, text(exception));
  }
  if (state_ == AssociationState::Authenticating) {
    return fail(Reason::Refused, "the meter refuses our proof: " + text(exception));
  }
  const bool undeciphered = exception.service == Error::DecipheringError;
  if (state_ != AssociationState::Asking || undeciphered) {
    return fail(Reason::Refused, text(exception));
  }
  service_.reset();
  state_ = AssociationState::Open;
  effects_.emplace_back(Answer{{apdu.begin(), apdu.end()}});
}

void ClientAssociation::request_release() {
  state_ = AssociationState::Releasing;
  dlms::Release release;
  release.reason = dlms::Release::Normal;
  if (settings_.ciphering != Ciphering::None) {
    channel_->set_wrapping(settings_.security->wrapping);
    reserve_counters();
    // Proof of who ends it; a meter that gets none refuses.
    if (auto proof = channel_->protect(initiate_request())) {
      release.user_information = std::move(*proof);
    }
  }
  effects_.emplace_back(Send{release.encode()});
}

void ClientAssociation::fail(Reason reason, std::string what) {
  lost();
  effects_.emplace_back(Failed{reason, std::move(what)});
}

void ClientAssociation::send(Octets plain) {
  Octets out = std::move(plain);
  if (settings_.ciphering != Ciphering::None) {
    reserve_counters();
    auto ciphered = channel_->protect(out);
    if (!ciphered) {
      return fail(Reason::Security, std::string{cipher_fault_text(ciphered.error())});
    }
    out = std::move(*ciphered);
  }
  const std::size_t most = negotiated_.max_server_pdu;
  const bool fits = most == 0 || out.size() <= most;
  if (state_ == AssociationState::Asking && !fits && has_general_blocks()) {
    return perform(general_blocks_.begin(out, most));
  }
  effects_.emplace_back(Send{std::move(out)});
}

void ClientAssociation::reserve_counters() {
  SendCounter& counter = channel_->sending();
  if (counter.left() > 0 || counter.exhausted()) return;
  const std::uint32_t end = counter.end_of_block(settings_.counter_block);
  counter.reserved(end);
  effects_.emplace_back(ReserveCounters{end});
}

std::optional<std::uint32_t> ClientAssociation::own_counter() {
  reserve_counters();
  return channel_->sending().take();
}

}  // namespace metergate::dlms
