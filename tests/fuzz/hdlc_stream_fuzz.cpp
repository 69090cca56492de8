// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "protocols/hdlc/client_link.hpp"
#include "protocols/hdlc/framer.hpp"
#include "protocols/hdlc/server_link.hpp"

/// Octets off a line in any portions, given to a link in a state the first octet chooses: frames
/// that are found are written the same again, and a link never waits without a deadline.
namespace {

using namespace metergate;
using namespace metergate::hdlc;

void require(bool holds) {
  if (!holds) std::abort();
}

Frame from_meter(const LinkSettings& settings, FrameType type) {
  Frame frame;
  frame.destination = settings.client;
  frame.source = settings.server;
  frame.control = {type, true, 0, 1};
  return frame;
}

ClientLink client_in(unsigned state, const LinkSettings& settings, Instant now) {
  ClientLink link{settings};
  if (state == 0) return link;
  static_cast<void>(link.open(now));
  if (state == 1) return link;
  static_cast<void>(link.received(from_meter(settings, FrameType::Ua), now));
  if (state == 2) return link;
  static_cast<void>(link.send(Octets(300, 7), now));
  if (state == 3) return link;
  static_cast<void>(link.close(now));
  return link;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  LinkSettings settings;
  settings.max_apdu_octets = 4096;
  Instant now{};
  ClientLink client = client_in(data[0] % 5U, settings, now);
  ServerSettings server_settings;
  server_settings.max_apdu_octets = 4096;
  ServerLink server{server_settings};
  Framer framer;
  const std::size_t portion = 1 + data[1] % 64U;
  OctetView rest{data + 2, size - 2};
  while (!rest.empty()) {
    const auto length = portion < rest.size() ? portion : rest.size();
    for (const Frame& frame : framer.take(rest.first(length))) {
      require(decode_frame(encode_frame(frame)).has_value());
      static_cast<void>(client.received(frame, now));
      for (const LinkEffect& effect : server.received(frame, now)) {
        if (std::holds_alternative<ApduReceived>(effect)) {
          static_cast<void>(server.answer(Octets(200, 1), now));
        }
      }
      const bool rests =
          client.state() == ClientState::Closed || client.state() == ClientState::Idle;
      require(rests || client.deadline().has_value());
    }
    rest = rest.subspan(length);
  }
  static_cast<void>(framer.line_fell_silent());
  require(!framer.within_frame());
  return 0;
}
