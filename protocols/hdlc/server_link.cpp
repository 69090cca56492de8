// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/server_link.hpp"

#include <array>
#include <utility>

#include "protocols/hdlc/llc.hpp"

namespace metergate::hdlc {

enum class ServerLink::Action : std::uint8_t {
  Ignore,
  Refuse,
  SayDisconnected,  ///< DM
  GoUp,             ///< UA with what is agreed; whatever was before is over
  GoDown,           ///< UA, and the link is closed
  TakeInfo,         ///< I
  SayReady,         ///< RR
  SayBusy,          ///< RNR: the answer is being made
  TakeAck,          ///< RR, REJ: what the client has
  TakeInfoAsAck,    ///< a new question: the answer before it arrived
  Answer,
  Forget,  ///< inactivity
};

struct ServerLink::Table {
  static constexpr std::size_t kTimeout = kFrameTypes;
  static constexpr std::size_t kAnswer = kFrameTypes + 1;
  static constexpr std::size_t kInputs = kFrameTypes + 2;

  using Row = std::array<Action, kInputs>;
  using enum Action;
  static constexpr std::array<Row, kServerStates> kRows{{
      // I, RR, RNR, REJ, SNRM, DISC, UA, DM, FRMR, UI; timeout, answer
      /* Disconnected */
      {SayDisconnected, SayDisconnected, SayDisconnected, SayDisconnected, GoUp, SayDisconnected,
       Ignore, Ignore, Ignore, Ignore,  //
       Ignore, Refuse},
      /* Listening */
      {TakeInfo, SayReady, SayReady, SayReady, GoUp, GoDown, Ignore, Ignore, Ignore, Ignore,  //
       Forget, Refuse},
      /* Working */
      {SayBusy, SayBusy, SayBusy, SayBusy, GoUp, GoDown, Ignore, Ignore, Ignore, Ignore,  //
       Forget, Answer},
      /* Answering */
      {TakeInfoAsAck, TakeAck, Ignore, TakeAck, GoUp, GoDown, Ignore, Ignore, Ignore, Ignore,  //
       Forget, Refuse},
  }};

  /// A client can always begin anew, and is always told where it stands.
  static constexpr bool sound() {
    for (const Row& row : kRows) {
      if (row[static_cast<std::size_t>(FrameType::Snrm)] != Action::GoUp) return false;
      if (row[static_cast<std::size_t>(FrameType::Disc)] == Action::Ignore) return false;
      if (row[static_cast<std::size_t>(FrameType::Rr)] == Action::Ignore) return false;
      if (row[static_cast<std::size_t>(FrameType::I)] == Action::Ignore) return false;
    }
    return true;
  }
};

std::string_view state_word(ServerState state) {
  constexpr std::array<std::string_view, kServerStates> kWords{"disconnected", "listening",
                                                               "working", "answering"};
  return kWords[static_cast<std::size_t>(state)];
}

ServerLink::ServerLink(const ServerSettings& settings)
    : settings_{settings}, receiving_{settings.max_apdu_octets + kLlcOctets} {
  static_assert(Table::sound());
}

LinkEffects ServerLink::step(std::size_t input, const Frame* frame, Instant now) {
  perform(Table::kRows[static_cast<std::size_t>(state_)][input], frame);
  deadline_.reset();
  if (state_ != ServerState::Disconnected && settings_.inactivity.count() > 0) {
    deadline_ = now + settings_.inactivity;
  }
  return std::exchange(effects_, {});
}

LinkEffects ServerLink::received(const Frame& frame, Instant now) {
  const bool ours = frame.destination.upper == settings_.server.upper &&
                    frame.destination.lower == settings_.server.lower;
  // One link has one client: another one has to open it anew.
  const bool known = frame.control.type == FrameType::Snrm || state_ == ServerState::Disconnected ||
                     frame.source == client_;
  if (!ours) return {};
  if (!known) return {};
  if (state_ == ServerState::Disconnected) client_ = frame.source;
  return step(static_cast<std::size_t>(frame.control.type), &frame, now);
}

LinkEffects ServerLink::answer(OctetView apdu, Instant now) {
  if (state_ == ServerState::Working) {
    sending_.start(with_llc(kLlcToClient, apdu), agreed_.information_transmit,
                   agreed_.window_transmit);
  }
  return step(Table::kAnswer, nullptr, now);
}

LinkEffects ServerLink::time_passed(Instant now) {
  if (!deadline_ || now < *deadline_) return {};
  return step(Table::kTimeout, nullptr, now);
}

void ServerLink::perform(Action action, const Frame* frame) {
  const bool polled = frame != nullptr && frame->control.poll_final;
  switch (action) {
    case Action::Ignore:
      return;
    case Action::Refuse:
      effects_.emplace_back(CallRefused{});
      return;
    case Action::SayDisconnected:
      if (polled) transmit(FrameType::Dm);
      return;
    case Action::GoUp:
      return go_up(*frame);
    case Action::GoDown:
      transmit(FrameType::Ua);
      return go_down(LinkDownReason::Closed);
    case Action::TakeInfoAsAck:
      // Sent again, for the client did not get our answer: so is the answer.
      if (sending_.acknowledge(frame->control.receive) != SendWindow::Acknowledged::All) {
        return transmit_window();
      }
      return take_information(*frame);
    case Action::TakeInfo:
      return take_information(*frame);
    case Action::SayReady:
      if (polled) transmit(FrameType::Rr);
      return;
    case Action::SayBusy:
      if (polled) transmit(FrameType::Rnr);
      return;
    case Action::TakeAck:
      return take_acknowledgement(*frame);
    case Action::Answer:
      state_ = ServerState::Answering;
      return transmit_window();
    case Action::Forget:
      return go_down(LinkDownReason::NoAnswer);
  }
}

void ServerLink::go_up(const Frame& snrm) {
  const auto theirs = decode_parameters(snrm.information);
  if (!theirs) return transmit(FrameType::Dm);
  client_ = snrm.source;
  agreed_ = agreed(settings_.offer, *theirs);
  sending_.reset();
  receiving_.reset();
  state_ = ServerState::Listening;
  transmit(FrameType::Ua, encode_parameters(agreed_));
  effects_.emplace_back(LinkUp{agreed_});
}

void ServerLink::take_information(const Frame& frame) {
  const bool polled = frame.control.poll_final;
  switch (receiving_.take(frame)) {
    case ReceiveWindow::Taken::OutOfOrder:
    case ReceiveWindow::Taken::More:
      state_ = ServerState::Listening;
      if (polled) transmit(FrameType::Rr);
      return;
    case ReceiveWindow::Taken::TooLong:
      // W, X, Y, Z of the reason octet (ISO/IEC 13239, 5.5.3.4): Y, information too long.
      transmit(FrameType::Frmr, {encode_control(frame.control), 0, 0x04});
      return go_down(LinkDownReason::TooLong);
    case ReceiveWindow::Taken::Complete:
      break;
  }
  const Octets information = receiving_.release();
  const auto apdu = without_llc(information);
  if (!apdu) {
    state_ = ServerState::Listening;
    if (polled) transmit(FrameType::Rr);
    return;
  }
  state_ = ServerState::Working;
  effects_.emplace_back(ApduReceived{{apdu->begin(), apdu->end()}});
}

void ServerLink::take_acknowledgement(const Frame& frame) {
  switch (sending_.acknowledge(frame.control.receive)) {
    case SendWindow::Acknowledged::Wrong:
      transmit(FrameType::Frmr, {encode_control(frame.control), 0, 0x08});
      return go_down(LinkDownReason::Sequence);
    case SendWindow::Acknowledged::All:
      state_ = ServerState::Listening;
      if (frame.control.poll_final) transmit(FrameType::Rr);
      return;
    case SendWindow::Acknowledged::More:
    case SendWindow::Acknowledged::Nothing:
      if (frame.control.poll_final) transmit_window();
      return;
  }
}

void ServerLink::go_down(LinkDownReason reason) {
  state_ = ServerState::Disconnected;
  sending_.reset();
  receiving_.reset();
  effects_.emplace_back(LinkDown{reason});
}

void ServerLink::transmit(FrameType type, Octets information) {
  Frame frame;
  frame.destination = client_;
  frame.source = settings_.server;
  frame.control = {type, true, 0, 0};
  if (type == FrameType::Rr || type == FrameType::Rnr) {
    frame.control.receive = receiving_.expected();
  }
  frame.information = std::move(information);
  effects_.emplace_back(Transmit{std::move(frame)});
}

void ServerLink::transmit_window() {
  for (Frame& frame : sending_.frames()) {
    frame.destination = client_;
    frame.source = settings_.server;
    frame.control.receive = receiving_.expected();
    effects_.emplace_back(Transmit{std::move(frame)});
  }
}

}  // namespace metergate::hdlc
