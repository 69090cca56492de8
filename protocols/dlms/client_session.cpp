// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/client_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/cosem/classes.hpp"
#include "protocols/dlms/data_access.hpp"
#include "protocols/dlms/notification.hpp"

namespace metergate::dlms {

enum class ClientSession::Action : std::uint8_t {
  Ignore,
  Link,       ///< open the link
  Keep,       ///< the request waits until what is closing is closed
  Associate,  ///< AARQ
  Ask,        ///< the request goes out
  Deliver,    ///< its answer is there
  Release,    ///< RLRQ
  Unlink,     ///< DISC
  GiveUp,     ///< the association failed: the request has, and the link is closed
  LinkLost,
  TimedOut,  ///< the wrapper's peer is silent
  End,       ///< all closed; a request that waited begins
};

struct ClientSession::Table {
  enum Input : std::size_t {
    kAsk,
    kClose,
    kLinkUp,
    kLinkDown,
    kOpened,
    kAnswered,
    kReleased,
    kFailed,
    kTimeout,
    kInputs,
  };
  using Row = std::array<Action, kInputs>;
  using enum Action;
  static constexpr std::array<Row, kSessionStates> kRows{{
      // ask, close, link up, link down, opened, answered, released, failed, timeout
      /* Down */
      {Link, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore},
      /* Linking */
      {Ignore, Ignore, Associate, LinkLost, Ignore, Ignore, Ignore, Ignore, TimedOut},
      /* Associating */
      {Ignore, Ignore, Ignore, LinkLost, Ask, Ignore, Ignore, GiveUp, TimedOut},
      /* Open */
      {Ask, Release, Ignore, LinkLost, Ignore, Ignore, Ignore, GiveUp, Release},
      /* Asking */
      {Ignore, Ignore, Ignore, LinkLost, Ignore, Deliver, Ignore, GiveUp, TimedOut},
      /* Releasing */
      {Keep, Ignore, Ignore, End, Ignore, Ignore, Unlink, Unlink, Unlink},
      /* Unlinking */
      {Keep, Ignore, Ignore, End, Ignore, Ignore, Ignore, Ignore, End},
      /* Synchronising: the public client's session has the wire */
      {Keep, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore},
  }};

  /// Every state but Down ends by time or by the link going down; Synchronising as the session
  /// within it does.
  static constexpr bool sound() {
    for (std::size_t state = 1; state < static_cast<std::size_t>(SessionState::Synchronising);
         ++state) {
      if (kRows[state][kLinkDown] == Action::Ignore) return false;
      if (kRows[state][kTimeout] == Action::Ignore) return false;
    }
    return true;
  }
};

std::string_view state_word(SessionState state) {
  constexpr std::array<std::string_view, kSessionStates> kWords{
      "down",   "linking",   "associating", "open",
      "asking", "releasing", "unlinking",   "synchronising"};
  return kWords[static_cast<std::size_t>(state)];
}

ClientSession::ClientSession(SessionSettings settings)
    : settings_{std::move(settings)}, link_{settings_.link}, association_{settings_.association} {
  static_assert(Table::sound());
}

session::Effects ClientSession::finish() { return std::exchange(effects_, {}); }

session::Effects ClientSession::ask(OctetView request, Instant now,
                                    std::optional<std::chrono::milliseconds> patience) {
  pending_.emplace(request.begin(), request.end());
  const auto usual =
      settings_.carrier == Carrier::Hdlc ? settings_.link.answer_timeout : settings_.answer_timeout;
  brief_ = patience && *patience < usual ? patience : std::nullopt;
  request_left_ = counter_retried_ = false;
  input(Table::kAsk, now);
  return finish();
}

session::Effects ClientSession::close(Instant now) {
  input(Table::kClose, now);
  return finish();
}

session::Effects ClientSession::received(OctetView octets, Instant now) {
  if (public_session_) {
    perform(public_session_->received(octets, now), now);
    return finish();
  }
  if (settings_.carrier == Carrier::Hdlc) {
    for (const hdlc::Frame& frame : framer_.take(octets)) {
      perform(link_.received(frame, now), now);
    }
    return finish();
  }
  for (const WrapperPdu& pdu : stream_.take(octets)) {
    if (pdu.source != settings_.server_port) continue;
    // What is pushed names whichever client the meter was set up with.
    const bool for_us = pdu.destination == settings_.client_port;
    if (!for_us && !may_be_notification(pdu.apdu)) continue;
    // Pushed under keys we have not got.
    const bool sealed = !pdu.apdu.empty() && is_ciphered_tag(pdu.apdu.front());
    if (sealed && !association_.channel() && may_be_notification(pdu.apdu)) {
      effects_.emplace_back(session::Told{pdu.apdu, PushProof::Undeciphered});
      continue;
    }
    brief_.reset();
    told_to_ = pdu.destination;
    perform(association_.received(pdu.apdu), now);
  }
  if (stream_.fault()) {
    fail(session::Failed::Reason::Broken, "the connection does not carry DLMS wrapper PDUs");
    go_down(now);
  }
  return finish();
}

session::Effects ClientSession::received(const hdlc::Frame& frame, Instant now) {
  if (public_session_) {
    perform(public_session_->received(frame, now), now);
    return finish();
  }
  perform(link_.received(frame, now), now);
  return finish();
}

session::Effects ClientSession::time_passed(Instant now) {
  if (public_session_) {
    perform(public_session_->time_passed(now), now);
    return finish();
  }
  if (settings_.carrier == Carrier::Hdlc) perform(link_.time_passed(now), now);
  if (own_deadline_ && now >= *own_deadline_) {
    own_deadline_.reset();
    input(Table::kTimeout, now);
  }
  return finish();
}

session::Effects ClientSession::wire_lost() {
  const Instant nowhere{};
  public_session_.reset();
  synchronise_next_ = false;
  static_cast<void>(link_.wire_lost());
  framer_ = hdlc::Framer{};
  if (pending_) fail(session::Failed::Reason::NoAnswer, "the connection was lost");
  go_down(nowhere);
  return finish();
}

std::optional<Instant> ClientSession::deadline() const {
  if (public_session_) return public_session_->deadline();
  const auto link = link_.deadline();
  if (!link || !own_deadline_) return link ? link : own_deadline_;
  return std::min(*link, *own_deadline_);
}

void ClientSession::input(std::size_t input, Instant now) {
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], now);
}

void ClientSession::perform(Action action, Instant now) {
  const bool hdlc = settings_.carrier == Carrier::Hdlc;
  switch (action) {
    case Action::Ignore:
    case Action::Keep:
      return;
    case Action::Link:
      state_ = SessionState::Linking;
      if (hdlc) return perform(link_.open(now, brief_), now);
      return input(Table::kLinkUp, now);
    case Action::Associate:
      state_ = SessionState::Associating;
      return perform(association_.open(), now);
    case Action::Ask:
      state_ = SessionState::Asking;
      own_deadline_.reset();
      request_left_ = true;
      return perform(association_.ask(*pending_), now);
    case Action::Deliver:
      state_ = SessionState::Open;
      own_deadline_ = now + settings_.idle;
      pending_.reset();
      effects_.emplace_back(session::Answered{std::move(answer_)});
      return;
    case Action::Release:
      state_ = SessionState::Releasing;
      return perform(association_.release(), now);
    case Action::Unlink:
      return unlink(now);
    case Action::GiveUp: {
      using Reason = association::Failed::Reason;
      const bool counter = failed_.reason == Reason::CounterRejected;
      if (counter && !request_left_ && !std::exchange(counter_retried_, true)) {
        // The counter went up; the same again has a chance, once.
        state_ = SessionState::Associating;
        return perform(association_.open(), now);
      }
      if (failed_.reason == Reason::Refused && may_synchronise()) {
        counter_retried_ = synchronise_next_ = true;
        return unlink(now);
      }
      // What the meter could not decipher it has not done.
      if (counter) request_left_ = false;
      // Whom we cannot believe while the association opens is refused, by us.
      const bool unproved = failed_.reason == Reason::Security && !request_left_;
      const bool refused = failed_.reason == Reason::Refused || unproved;
      fail(failed_.reason == Reason::Busy ? session::Failed::Reason::Busy
           : refused                      ? session::Failed::Reason::Refused
                                          : session::Failed::Reason::Broken,
           failed_.what, std::move(failed_.heard));
      return unlink(now);
    }
    case Action::LinkLost: {
      const bool refused = down_ == hdlc::LinkDownReason::Refused;
      fail(refused ? session::Failed::Reason::Refused : session::Failed::Reason::NoAnswer,
           "HDLC: " + std::string{hdlc::down_word(down_)});
      return go_down(now);
    }
    case Action::TimedOut:
      if (const auto again = association_.silence(); !again.empty()) return perform(again, now);
      fail(session::Failed::Reason::NoAnswer, "no answer");
      return go_down(now);
    case Action::End:
      return go_down(now);
  }
}

void ClientSession::perform(const association::Effects& effects, Instant now) {
  for (const association::Effect& effect : effects) {
    if (const auto* reserve = std::get_if<association::ReserveCounters>(&effect)) {
      effects_.emplace_back(session::ReserveCounters{reserve->end});
    } else if (const auto* out = std::get_if<association::Send>(&effect)) {
      send(out->apdu, now);
    } else if (std::holds_alternative<association::Opened>(effect)) {
      input(Table::kOpened, now);
    } else if (const auto* answer = std::get_if<association::Answer>(&effect)) {
      answer_ = answer->apdu;
      input(Table::kAnswered, now);
    } else if (const auto* told = std::get_if<association::Unsolicited>(&effect)) {
      confirm(told->apdu);
      effects_.emplace_back(session::Told{told->apdu, told->proof});
    } else if (std::holds_alternative<association::Released>(effect)) {
      input(Table::kReleased, now);
    } else if (const auto* failed = std::get_if<association::Failed>(&effect)) {
      failed_ = *failed;
      input(Table::kFailed, now);
    }
  }
}

void ClientSession::perform(const hdlc::LinkEffects& effects, Instant now) {
  for (const hdlc::LinkEffect& effect : effects) {
    if (const auto* transmit = std::get_if<hdlc::Transmit>(&effect)) {
      effects_.emplace_back(session::Write{hdlc::encode_with_flags(transmit->frame)});
    } else if (std::holds_alternative<hdlc::LinkUp>(effect)) {
      input(Table::kLinkUp, now);
    } else if (const auto* apdu = std::get_if<hdlc::ApduReceived>(&effect)) {
      perform(association_.received(apdu->apdu), now);
    } else if (const auto* push = std::get_if<hdlc::UnsolicitedReceived>(&effect)) {
      auto heard = association_.overhear(push->apdu);
      effects_.emplace_back(session::Told{std::move(heard.apdu), heard.proof});
    } else if (const auto* down = std::get_if<hdlc::LinkDown>(&effect)) {
      down_ = down->reason;
      input(Table::kLinkDown, now);
    }
  }
}

void ClientSession::send(const Octets& apdu, Instant now) {
  if (settings_.carrier == Carrier::Hdlc) return perform(link_.send(apdu, now), now);
  own_deadline_ = now + brief_.value_or(settings_.answer_timeout);
  effects_.emplace_back(
      session::Write{encode_wrapper({settings_.client_port, settings_.server_port, apdu})});
}

/// HDLC pushes come in frames that nobody may answer.
void ClientSession::confirm(OctetView told) {
  if (settings_.carrier == Carrier::Hdlc) return;
  const auto confirmation = confirmation_of(told);
  if (!confirmation) return;
  for (const association::Effect& effect : association_.say(*confirmation)) {
    if (const auto* reserve = std::get_if<association::ReserveCounters>(&effect)) {
      effects_.emplace_back(session::ReserveCounters{reserve->end});
    } else if (const auto* out = std::get_if<association::Send>(&effect)) {
      effects_.emplace_back(
          session::Write{encode_wrapper({told_to_, settings_.server_port, out->apdu})});
    }
  }
}

void ClientSession::unlink(Instant now) {
  own_deadline_.reset();
  association_.lost();
  if (settings_.carrier == Carrier::Wrapper) return go_down(now);
  state_ = SessionState::Unlinking;
  perform(link_.close(now), now);
}

void ClientSession::go_down(Instant now) {
  state_ = SessionState::Down;
  own_deadline_.reset();
  association_.lost();
  stream_ = WrapperStream{};
  if (synchronise_next_) return synchronise(now);
  // A request that came while the session before it was closing needs the way again.
  if (pending_) return input(Table::kAsk, now);
  effects_.emplace_back(session::Closed{});
}

// Only before a request has left: an association that opens proves the counter right.
bool ClientSession::may_synchronise() const {
  return pending_ && !request_left_ && !counter_retried_ && settings_.counter_object &&
         settings_.association.ciphering != Ciphering::None;
}

void ClientSession::synchronise(Instant now) {
  synchronise_next_ = false;
  state_ = SessionState::Synchronising;
  SessionSettings open_to_all = settings_;
  open_to_all.association = {};
  open_to_all.association.proposed = Conformance{Service::Get, Service::BlockTransferWithGet};
  open_to_all.client_port = hdlc::kPublicClient;
  open_to_all.link.client = hdlc::client_address(hdlc::kPublicClient);
  open_to_all.counter_object.reset();
  public_session_ = std::make_unique<ClientSession>(std::move(open_to_all));
  const Octets question = encode_apdu(GetRequest{
      InvokeId{}, {cosem::data::kClass, *settings_.counter_object, cosem::data::kValue, {}}});
  perform(public_session_->ask(question, now), now);
}

void ClientSession::take_counter(OctetView answer) {
  const auto apdu = decode_apdu(answer);
  const auto* response = apdu ? std::get_if<GetResponse>(&*apdu) : nullptr;
  const auto* data = response != nullptr ? std::get_if<Data>(&response->result) : nullptr;
  const auto last = data != nullptr ? integer_of(*data) : std::nullopt;
  if (!last || *last < 0 || *last >= SendCounter::kEnd) return;
  static_cast<void>(
      association_.channel()->sending().resynchronise(static_cast<std::uint32_t>(*last) + 1));
}

void ClientSession::perform(const session::Effects& effects, Instant now) {
  bool over = false;
  bool answered = false;
  for (const session::Effect& effect : effects) {
    if (const auto* write = std::get_if<session::Write>(&effect)) {
      effects_.emplace_back(*write);
    } else if (const auto* answer = std::get_if<session::Answered>(&effect)) {
      take_counter(answer->apdu);
      answered = true;
    } else if (std::holds_alternative<session::Failed>(effect)) {
      fail(session::Failed::Reason::Refused, failed_.what);
    } else if (std::holds_alternative<session::Closed>(effect)) {
      over = true;
    }
  }
  if (answered && !over) return perform(public_session_->close(now), now);
  if (!over) return;
  public_session_.reset();
  go_down(now);
}

void ClientSession::fail(session::Failed::Reason reason, std::string what, Octets heard) {
  if (!pending_) return;
  pending_.reset();
  effects_.emplace_back(session::Failed{reason, std::move(what), request_left_, std::move(heard)});
}

}  // namespace metergate::dlms
