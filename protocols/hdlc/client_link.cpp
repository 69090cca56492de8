// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/client_link.hpp"

#include <array>
#include <utility>

#include "protocols/hdlc/llc.hpp"

namespace metergate::hdlc {

enum class ClientLink::Action : std::uint8_t {
  Ignore,
  Refuse,      ///< a call in the wrong state
  Clear,       ///< DISC first
  Offer,       ///< SNRM
  OfferAgain,  ///< SNRM once more, or give up
  ClearOnce,   ///< DM to SNRM: DISC and SNRM once, then take the no
  Settle,      ///< UA: the link is up
  Begin,       ///< first window of an APDU
  TakeAck,     ///< RR
  TakeBusy,    ///< RNR: what came is acknowledged, no more for now
  GoBack,      ///< REJ: again from there
  TakeInfo,    ///< I
  PollLater,   ///< the meter has nothing yet
  Enquire,     ///< no answer: RR, or give up
  Disconnect,  ///< DISC
  DiscAgain,   ///< DISC once more, or leave it
  Closed,      ///< DISC was answered
  PeerClosed,
  Rejected,
  Push,  ///< UI
};

/// What happens where. Frames first, in the order of FrameType, then time and the calls.
struct ClientLink::Table {
  static constexpr std::size_t kTimeout = kFrameTypes;
  static constexpr std::size_t kOpen = kFrameTypes + 1;
  static constexpr std::size_t kSend = kFrameTypes + 2;
  static constexpr std::size_t kClose = kFrameTypes + 3;
  static constexpr std::size_t kInputs = kFrameTypes + 4;

  using Row = std::array<Action, kInputs>;
  using enum Action;
  static constexpr std::array<Row, kClientStates> kRows{{
      // I, RR, RNR, REJ, SNRM, DISC, UA, DM, FRMR, UI; timeout, open, send, close
      /* Closed */
      {Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Push,  //
       Ignore, Clear, Refuse, Refuse},
      /* Clearing */
      {Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Offer, Offer, Offer, Push,  //
       Offer, Refuse, Refuse, Disconnect},
      /* Opening */
      {Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Settle, ClearOnce, ClearOnce, Push,  //
       OfferAgain, Refuse, Refuse, Disconnect},
      /* Idle */
      {Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, PeerClosed, Rejected, Push,  //
       Ignore, Refuse, Begin, Disconnect},
      /* Sending */
      {TakeInfo, TakeAck, TakeBusy, GoBack, Ignore, Ignore, Ignore, PeerClosed, Rejected, Push,  //
       Enquire, Refuse, Refuse, Disconnect},
      /* Awaiting */
      {TakeInfo, PollLater, PollLater, PollLater, Ignore, Ignore, Ignore, PeerClosed, Rejected,
       Push,  //
       Enquire, Refuse, Refuse, Disconnect},
      /* Receiving */
      {TakeInfo, PollLater, PollLater, PollLater, Ignore, Ignore, Ignore, PeerClosed, Rejected,
       Push,  //
       Enquire, Refuse, Refuse, Disconnect},
      /* Closing */
      {Ignore, Ignore, Ignore, Ignore, Ignore, Ignore, Closed, Closed, Closed, Push,  //
       DiscAgain, Refuse, Refuse, Refuse},
  }};

  /// Every state with something outstanding ends by time alone, and every link can be closed.
  static constexpr bool sound() {
    for (std::size_t state = 0; state < kClientStates; ++state) {
      const auto at = static_cast<ClientState>(state);
      const bool waits = at != ClientState::Closed && at != ClientState::Idle;
      if (waits == (kRows[state][kTimeout] == Action::Ignore)) return false;
      const bool closes = at != ClientState::Closed && at != ClientState::Closing;
      if (closes != (kRows[state][kClose] == Action::Disconnect)) return false;
      if (kRows[state][static_cast<std::size_t>(FrameType::Ui)] != Action::Push) return false;
    }
    return true;
  }
};

std::string_view down_word(LinkDownReason reason) {
  constexpr std::array<std::string_view, 7> kWords{
      "closed",         "no answer",      "link refused", "link closed by the meter",
      "frame rejected", "wrong sequence", "APDU too long"};
  return kWords[static_cast<std::size_t>(reason)];
}

std::string_view state_word(ClientState state) {
  constexpr std::array<std::string_view, kClientStates> kWords{
      "closed", "clearing", "opening", "idle", "sending", "awaiting", "receiving", "closing"};
  return kWords[static_cast<std::size_t>(state)];
}

ClientLink::ClientLink(const LinkSettings& settings)
    : settings_{settings}, receiving_{settings.max_apdu_octets + kLlcOctets} {
  static_assert(Table::sound());
}

LinkEffects ClientLink::step(std::size_t input, const Frame* frame, Instant now) {
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], frame, now);
  return std::exchange(effects_, {});
}

LinkEffects ClientLink::open(Instant now, std::optional<std::chrono::milliseconds> brief) {
  if (state_ == ClientState::Closed) brief_ = brief;
  return step(Table::kOpen, nullptr, now);
}

LinkEffects ClientLink::send(OctetView apdu, Instant now) {
  if (state_ == ClientState::Idle) {
    sending_.start(with_llc(kLlcToServer, apdu), agreed_.information_transmit,
                   agreed_.window_transmit);
  }
  return step(Table::kSend, nullptr, now);
}

LinkEffects ClientLink::close(Instant now) { return step(Table::kClose, nullptr, now); }

LinkEffects ClientLink::received(const Frame& frame, Instant now) {
  // Some meters answer with another number of address octets than they were asked with.
  const auto same = [](const Address& a, const Address& b) {
    return a.upper == b.upper && a.lower == b.lower;
  };
  if (!same(frame.source, settings_.server) || !same(frame.destination, settings_.client)) {
    return {};
  }
  return step(static_cast<std::size_t>(frame.control.type), &frame, now);
}

LinkEffects ClientLink::time_passed(Instant now) {
  if (!deadline_ || now < *deadline_) return {};
  deadline_.reset();
  return step(Table::kTimeout, nullptr, now);
}

LinkEffects ClientLink::wire_lost() {
  if (state_ != ClientState::Closed) go_down(LinkDownReason::NoAnswer);
  return std::exchange(effects_, {});
}

void ClientLink::perform(Action action, const Frame* frame, Instant now) {
  switch (action) {
    case Action::Ignore:
      return;
    case Action::Refuse:
      effects_.emplace_back(CallRefused{});
      return;
    case Action::Clear:
      cleared_ = false;
      return unclean_ ? clear(now) : offer(now);
    case Action::Offer:
      return offer(now);
    case Action::OfferAgain:
      if (brief_ || tries_ >= settings_.tries) return go_down(LinkDownReason::NoAnswer);
      return transmit(FrameType::Snrm, now, encode_parameters(settings_.offer));
    case Action::ClearOnce:
      if (cleared_) return go_down(LinkDownReason::Refused);
      return clear(now);
    case Action::Settle:
      return settle(*frame);
    case Action::Begin:
      tries_ = 0;
      patience_ends_ = now + settings_.patience;
      state_ = ClientState::Sending;
      return transmit_window(now);
    case Action::TakeAck:
    case Action::TakeBusy:
    case Action::GoBack:
      return take_acknowledgement(*frame, now);
    case Action::TakeInfo:
      return take_information(*frame, now);
    case Action::PollLater:
      return poll_later(*frame, now);
    case Action::Enquire:
      return enquire(now);
    case Action::Disconnect:
      tries_ = 0;
      state_ = ClientState::Closing;
      return transmit(FrameType::Disc, now);
    case Action::DiscAgain:
      if (tries_ >= settings_.tries) return go_down(LinkDownReason::NoAnswer);
      return transmit(FrameType::Disc, now);
    case Action::Closed:
      go_down(LinkDownReason::Closed);
      unclean_ = false;
      return;
    case Action::PeerClosed:
      go_down(LinkDownReason::PeerClosed);
      unclean_ = false;
      return;
    case Action::Rejected:
      return go_down(LinkDownReason::FrameRejected);
    case Action::Push:
      return take_unsolicited(*frame);
  }
}

void ClientLink::clear(Instant now) {
  cleared_ = true;
  tries_ = 0;
  state_ = ClientState::Clearing;
  transmit(FrameType::Disc, now);
}

void ClientLink::offer(Instant now) {
  tries_ = 0;
  state_ = ClientState::Opening;
  transmit(FrameType::Snrm, now, encode_parameters(settings_.offer));
}

void ClientLink::settle(const Frame& ua) {
  const auto theirs = decode_parameters(ua.information);
  if (!theirs) return go_down(LinkDownReason::Refused);
  agreed_ = agreed(settings_.offer, *theirs);
  sending_.reset();
  receiving_.reset();
  deadline_.reset();
  brief_.reset();
  state_ = ClientState::Idle;
  unclean_ = true;
  effects_.emplace_back(LinkUp{agreed_});
}

void ClientLink::take_acknowledgement(const Frame& frame, Instant now) {
  switch (sending_.acknowledge(frame.control.receive)) {
    case SendWindow::Acknowledged::Wrong:
      return go_down(LinkDownReason::Sequence);
    case SendWindow::Acknowledged::All:
      tries_ = 0;
      state_ = ClientState::Awaiting;
      return wait(now + settings_.poll_pause);
    case SendWindow::Acknowledged::More:
      tries_ = 0;
      break;
    case SendWindow::Acknowledged::Nothing:
      // Heard, and not what we sent.
      if (tries_ >= settings_.tries) return go_down(LinkDownReason::NoAnswer);
      break;
  }
  if (frame.control.type == FrameType::Rnr) return wait(now + settings_.poll_pause);
  transmit_window(now);
}

void ClientLink::take_information(const Frame& frame, Instant now) {
  // An answer to half a question is none.
  if (!sending_.everything_sent()) return;
  switch (receiving_.take(frame)) {
    case ReceiveWindow::Taken::OutOfOrder:
      // A repetition: acknowledged again. In the middle of our own sending it belongs to the
      // exchange before.
      if (state_ == ClientState::Receiving && frame.control.poll_final) poll(now);
      return;
    case ReceiveWindow::Taken::TooLong:
      return go_down(LinkDownReason::TooLong);
    case ReceiveWindow::Taken::More:
      // Some meters leave N(R) at zero; that they answer says that they have it all.
      sending_.acknowledge_all();
      state_ = ClientState::Receiving;
      tries_ = 0;
      patience_ends_ = now + settings_.patience;
      if (frame.control.poll_final) return poll(now);
      return wait(now + settings_.answer_timeout);
    case ReceiveWindow::Taken::Complete:
      break;
  }
  sending_.acknowledge_all();
  state_ = ClientState::Idle;
  deadline_.reset();
  const Octets information = receiving_.release();
  const auto apdu = without_llc(information);
  if (!apdu) return go_down(LinkDownReason::Refused);
  effects_.emplace_back(ApduReceived{{apdu->begin(), apdu->end()}});
}

void ClientLink::poll_later(const Frame& frame, Instant now) {
  if (!frame.control.poll_final) return;
  if (now >= patience_ends_) return go_down(LinkDownReason::NoAnswer);
  tries_ = 0;
  wait(now + settings_.poll_pause);
}

void ClientLink::take_unsolicited(const Frame& frame) {
  if (unsolicited_.size() + frame.information.size() > settings_.max_apdu_octets + kLlcOctets) {
    unsolicited_.clear();
    return;
  }
  unsolicited_.insert(unsolicited_.end(), frame.information.begin(), frame.information.end());
  if (frame.segmented) return;
  const Octets whole = std::exchange(unsolicited_, {});
  if (const auto apdu = without_llc(whole)) {
    effects_.emplace_back(UnsolicitedReceived{{apdu->begin(), apdu->end()}});
  }
}

void ClientLink::enquire(Instant now) {
  if (tries_ < settings_.tries) return poll(now);
  transmit(FrameType::Disc, now);
  go_down(LinkDownReason::NoAnswer);
}

void ClientLink::poll(Instant now) { transmit(FrameType::Rr, now); }

void ClientLink::go_down(LinkDownReason reason) {
  state_ = ClientState::Closed;
  deadline_.reset();
  sending_.reset();
  receiving_.reset();
  unclean_ = true;
  effects_.emplace_back(LinkDown{reason});
}

void ClientLink::transmit(FrameType type, Instant now, Octets information) {
  Frame frame;
  frame.destination = settings_.server;
  frame.source = settings_.client;
  frame.control = {type, true, 0, type == FrameType::Rr ? receiving_.expected() : std::uint8_t{0}};
  frame.information = std::move(information);
  ++tries_;
  wait(now + brief_.value_or(settings_.answer_timeout));
  effects_.emplace_back(Transmit{std::move(frame)});
}

void ClientLink::transmit_window(Instant now) {
  for (Frame& frame : sending_.frames()) {
    frame.destination = settings_.server;
    frame.source = settings_.client;
    frame.control.receive = receiving_.expected();
    effects_.emplace_back(Transmit{std::move(frame)});
  }
  ++tries_;
  wait(now + settings_.answer_timeout);
}

}  // namespace metergate::hdlc
