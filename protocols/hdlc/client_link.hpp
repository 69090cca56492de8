// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/hdlc/frame.hpp"
#include "protocols/hdlc/parameters.hpp"
#include "protocols/hdlc/segments.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::hdlc {

using Instant = std::chrono::steady_clock::time_point;

struct LinkSettings {
  Address client = client_address(kPublicClient);
  Address server{kManagementLogicalDevice, 0, 1};
  LinkParameters offer;
  std::chrono::milliseconds answer_timeout{3000};
  /// Between polls of a meter that says it has nothing yet.
  std::chrono::milliseconds poll_pause{200};
  /// How long a meter may go on saying so.
  std::chrono::milliseconds patience{60'000};
  /// How often the same is asked, the first time counted.
  std::uint8_t tries = 3;
  std::size_t max_apdu_octets = 65'535;
};

enum class LinkDownReason : std::uint8_t {
  Closed,         ///< as asked
  NoAnswer,       ///< silence, after all tries
  Refused,        ///< DM to SNRM, or a UA that makes no sense
  PeerClosed,     ///< DM: the meter has forgotten the link
  FrameRejected,  ///< FRMR
  Sequence,       ///< acknowledged what was never sent
  TooLong,        ///< an APDU past the limit
};
[[nodiscard]] std::string_view down_word(LinkDownReason reason);

/// What a link wants done, or tells.
struct Transmit {
  Frame frame;
};
struct LinkUp {
  LinkParameters agreed;
};
struct ApduReceived {
  Octets apdu;
};
/// A push: UI frames.
struct UnsolicitedReceived {
  Octets apdu;
};
struct LinkDown {
  LinkDownReason reason = LinkDownReason::Closed;
};
/// A call that this state has no use for; nothing was done.
struct CallRefused {};
using LinkEffect =
    std::variant<Transmit, LinkUp, ApduReceived, UnsolicitedReceived, LinkDown, CallRefused>;
using LinkEffects = std::vector<LinkEffect>;

enum class ClientState : std::uint8_t {
  Closed,
  Clearing,   ///< DISC before SNRM, whatever is answered
  Opening,    ///< SNRM is out
  Idle,       ///< up, our turn
  Sending,    ///< I frames are out, not all acknowledged
  Awaiting,   ///< all acknowledged, the answer is not there
  Receiving,  ///< a part of the answer is there
  Closing,    ///< DISC is out
};
inline constexpr std::size_t kClientStates = 8;
[[nodiscard]] std::string_view state_word(ClientState state);

/// The client's end of a link in normal response mode (IEC 62056-46, 6.4.4; the table stands in
/// client_link.cpp). A value machine: it is told what happened and when, and says what to do.
/// One APDU is asked, then one is answered.
class ClientLink {
 public:
  explicit ClientLink(const LinkSettings& settings);

  /// `brief`: asked once and waited for no longer, as for a meter that has been silent: on a shared
  /// line its patience is the others' time.
  [[nodiscard]] LinkEffects open(Instant now,
                                 std::optional<std::chrono::milliseconds> brief = std::nullopt);
  [[nodiscard]] LinkEffects send(OctetView apdu, Instant now);
  [[nodiscard]] LinkEffects close(Instant now);
  /// Frames from other stations, or for other clients, are nobody's here.
  [[nodiscard]] LinkEffects received(const Frame& frame, Instant now);
  [[nodiscard]] LinkEffects time_passed(Instant now);
  /// The wire went away under the link. The meter does not know.
  [[nodiscard]] LinkEffects wire_lost();

  /// Call time_passed then.
  [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
  [[nodiscard]] ClientState state() const { return state_; }
  [[nodiscard]] const LinkParameters& agreed_parameters() const { return agreed_; }

 private:
  enum class Action : std::uint8_t;
  struct Table;

  LinkEffects step(std::size_t input, const Frame* frame, Instant now);
  void perform(Action action, const Frame* frame, Instant now);

  void clear(Instant now);
  void offer(Instant now);
  void settle(const Frame& ua);
  void take_acknowledgement(const Frame& frame, Instant now);
  void take_information(const Frame& frame, Instant now);
  void poll_later(const Frame& frame, Instant now);
  void take_unsolicited(const Frame& frame);
  void enquire(Instant now);
  void poll(Instant now);
  void go_down(LinkDownReason reason);

  void transmit(FrameType type, Instant now, Octets information = {});
  void transmit_window(Instant now);
  void wait(Instant until) { deadline_ = until; }

  LinkSettings settings_;
  ClientState state_ = ClientState::Closed;
  LinkParameters agreed_;
  SendWindow sending_;
  ReceiveWindow receiving_;
  Octets unsolicited_;
  std::optional<Instant> deadline_;
  Instant patience_ends_;
  std::optional<std::chrono::milliseconds> brief_;  ///< until the link is up
  std::uint8_t tries_ = 0;
  bool unclean_ = false;
  bool cleared_ = false;
  LinkEffects effects_;
};

}  // namespace metergate::hdlc
