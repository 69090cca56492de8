// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include "protocols/hdlc/frame.hpp"

namespace metergate::hdlc {

inline Octets random_octets(std::size_t most) {
  const auto length = *rc::gen::inRange<std::size_t>(0, most + 1);
  return *rc::gen::container<Octets>(length, rc::gen::arbitrary<std::uint8_t>());
}

inline Address random_server() {
  const auto octets = *rc::gen::element<std::uint8_t>(1, 2, 3, 4);
  const unsigned upper = octets == 4 ? 0x4000 : 0x80;
  const unsigned lower = octets == 1 ? 1 : octets == 2 ? 0x80 : 0x4000;
  return {static_cast<std::uint16_t>(*rc::gen::inRange(0U, upper)),
          static_cast<std::uint16_t>(*rc::gen::inRange(0U, lower)), octets};
}

inline Frame random_frame(std::size_t most_information) {
  Frame frame;
  frame.destination = random_server();
  frame.source = client_address(static_cast<std::uint16_t>(*rc::gen::inRange(0, 0x80)));
  frame.control.type = static_cast<FrameType>(*rc::gen::inRange(0, int{kFrameTypes}));
  frame.control.poll_final = *rc::gen::arbitrary<bool>();
  if (frame.control.type <= FrameType::Rej) {
    frame.control.receive = *rc::gen::inRange<std::uint8_t>(0, 8);
  }
  if (frame.control.type == FrameType::I)
    frame.control.send = *rc::gen::inRange<std::uint8_t>(0, 8);
  frame.segmented = *rc::gen::arbitrary<bool>();
  frame.information = random_octets(most_information);
  return frame;
}

}  // namespace metergate::hdlc
