// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/hdlc/client_link.hpp"

namespace metergate::hdlc {

struct ServerSettings {
  Address server{kManagementLogicalDevice, 0, 1};
  LinkParameters offer;
  /// Silence after which the link is forgotten (class 23, attribute 8); zero: never.
  std::chrono::milliseconds inactivity{120'000};
  std::size_t max_apdu_octets = 65'535;
};

enum class ServerState : std::uint8_t {
  Disconnected,  ///< normal disconnected mode: everything but SNRM is answered with DM
  Listening,     ///< up, the client's turn
  Working,       ///< a request was handed up, its answer is not there yet
  Answering,     ///< I frames are out, not all acknowledged
};
inline constexpr std::size_t kServerStates = 4;
[[nodiscard]] std::string_view state_word(ServerState state);

/// The server's end of a link with one client, as a virtual meter has it. The same effects as the
/// client's; `LinkUp` also when a client opens anew what was open, so an association of before is
/// over. It speaks only when polled.
class ServerLink {
 public:
  explicit ServerLink(const ServerSettings& settings);

  [[nodiscard]] LinkEffects received(const Frame& frame, Instant now);
  /// The answer to the APDU that was received.
  [[nodiscard]] LinkEffects answer(OctetView apdu, Instant now);
  [[nodiscard]] LinkEffects time_passed(Instant now);

  [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
  [[nodiscard]] ServerState state() const { return state_; }
  [[nodiscard]] const LinkParameters& agreed_parameters() const { return agreed_; }
  [[nodiscard]] const Address& client() const { return client_; }

 private:
  enum class Action : std::uint8_t;
  struct Table;

  LinkEffects step(std::size_t input, const Frame* frame, Instant now);
  void perform(Action action, const Frame* frame);
  void go_up(const Frame& snrm);
  void take_information(const Frame& frame);
  void take_acknowledgement(const Frame& frame);
  void go_down(LinkDownReason reason);
  void transmit(FrameType type, Octets information = {});
  void transmit_window();

  ServerSettings settings_;
  ServerState state_ = ServerState::Disconnected;
  LinkParameters agreed_;
  Address client_;
  SendWindow sending_;
  ReceiveWindow receiving_;
  std::optional<Instant> deadline_;
  LinkEffects effects_;
};

}  // namespace metergate::hdlc
