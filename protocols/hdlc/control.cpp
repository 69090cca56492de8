// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/control.hpp"

#include <array>

namespace metergate::hdlc {
namespace {

constexpr unsigned kPollFinal = 0x10;

struct Code {
  FrameType type;
  std::uint8_t octet;  ///< without the P/F bit, numbers zero
};

constexpr std::array kSupervisory{Code{FrameType::Rr, 0x01}, Code{FrameType::Rnr, 0x05},
                                  Code{FrameType::Rej, 0x09}};
constexpr std::array kUnnumbered{Code{FrameType::Snrm, 0x83}, Code{FrameType::Disc, 0x43},
                                 Code{FrameType::Ua, 0x63},   Code{FrameType::Dm, 0x0F},
                                 Code{FrameType::Frmr, 0x87}, Code{FrameType::Ui, 0x03}};

}  // namespace

std::string_view frame_word(FrameType type) {
  constexpr std::array<std::string_view, kFrameTypes> kWords{"I",    "RR", "RNR", "REJ",  "SNRM",
                                                             "DISC", "UA", "DM",  "FRMR", "UI"};
  return kWords[static_cast<std::size_t>(type)];
}

std::uint8_t encode_control(const Control& control) {
  const unsigned final_bit = control.poll_final ? kPollFinal : 0U;
  const unsigned received = static_cast<unsigned>(control.receive & 7U) << 5U;
  if (control.type == FrameType::I) {
    const unsigned sent = static_cast<unsigned>(control.send & 7U) << 1U;
    return static_cast<std::uint8_t>(received | final_bit | sent);
  }
  for (const Code& code : kSupervisory) {
    if (code.type == control.type) {
      return static_cast<std::uint8_t>(received | final_bit | code.octet);
    }
  }
  for (const Code& code : kUnnumbered) {
    if (code.type == control.type) return static_cast<std::uint8_t>(final_bit | code.octet);
  }
  return 0;
}

std::optional<Control> decode_control(std::uint8_t octet) {
  Control control;
  control.poll_final = (octet & kPollFinal) != 0;
  const auto received = static_cast<std::uint8_t>(octet >> 5U);
  if ((octet & 1U) == 0) {
    control.type = FrameType::I;
    control.receive = received;
    control.send = static_cast<std::uint8_t>((octet >> 1U) & 7U);
    return control;
  }
  for (const Code& code : kSupervisory) {
    if ((octet & 0x0FU) != code.octet) continue;
    control.type = code.type;
    control.receive = received;
    return control;
  }
  for (const Code& code : kUnnumbered) {
    if ((octet & ~kPollFinal) != code.octet) continue;
    control.type = code.type;
    return control;
  }
  return std::nullopt;
}

}  // namespace metergate::hdlc
