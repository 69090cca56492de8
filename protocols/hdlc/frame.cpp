// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/frame.hpp"

#include <array>

#include "protocols/hdlc/frame_check.hpp"

namespace metergate::hdlc {
namespace {

constexpr unsigned kFormatType3 = 0xA000;
constexpr unsigned kSegmentation = 0x0800;
constexpr std::size_t kCheckOctets = 2;

void write_check(Octets& frame) {
  const std::uint16_t check = frame_check(frame);
  frame.push_back(static_cast<std::uint8_t>(check));
  frame.push_back(static_cast<std::uint8_t>(check >> 8U));
}

}  // namespace

std::string_view fault_word(FrameFault::Reason reason) {
  constexpr std::array<std::string_view, 7> kWords{
      "too short",       "not format type 3",  "wrong length",     "address without end",
      "unknown control", "wrong header check", "wrong frame check"};
  return kWords[static_cast<std::size_t>(reason)];
}

Octets encode_frame(const Frame& frame) {
  const std::size_t header = 2 + std::size_t{frame.destination.octets} + frame.source.octets + 1;
  const std::size_t information =
      frame.information.empty() ? 0 : kCheckOctets + frame.information.size();
  const std::size_t length = header + information + kCheckOctets;

  ByteWriter out;
  out.u16(static_cast<std::uint16_t>(kFormatType3 | (frame.segmented ? kSegmentation : 0U) |
                                     (length & kMaxFrameOctets)));
  write_address(out, frame.destination);
  write_address(out, frame.source);
  out.u8(encode_control(frame.control));
  Octets octets = out.take();
  octets.reserve(length);
  if (!frame.information.empty()) {
    write_check(octets);
    octets.insert(octets.end(), frame.information.begin(), frame.information.end());
  }
  write_check(octets);
  return octets;
}

Octets encode_with_flags(const Frame& frame) {
  Octets octets = encode_frame(frame);
  octets.insert(octets.begin(), kFlag);
  octets.push_back(kFlag);
  return octets;
}

Result<Frame, FrameFault> decode_frame(OctetView octets) {
  using Reason = FrameFault::Reason;
  if (octets.size() < kMinFrameOctets) return failure(FrameFault{Reason::TooShort, octets.size()});
  const std::size_t length = frame_length(octets[0], octets[1]);
  if (length == 0) return failure(FrameFault{Reason::Format, 0});
  if (length != octets.size()) return failure(FrameFault{Reason::Length, 0});
  if (!frame_check_holds(octets)) return failure(FrameFault{Reason::FrameCheck, length - 2});

  Frame frame;
  ByteReader in{octets.first(length - kCheckOctets)};
  frame.segmented = (in.u16() & kSegmentation) != 0;
  for (Address* address : {&frame.destination, &frame.source}) {
    const auto read = read_address(in);
    if (!read) return failure(FrameFault{Reason::Address, in.offset()});
    *address = *read;
  }
  const auto control = decode_control(in.u8());
  if (!in.ok()) return failure(FrameFault{Reason::TooShort, in.offset()});
  if (!control) return failure(FrameFault{Reason::Control, in.offset() - 1});
  frame.control = *control;
  if (in.rest() == 0) return frame;

  // A header check stands only before information (6.4.4).
  if (in.rest() <= kCheckOctets) return failure(FrameFault{Reason::Length, in.offset()});
  if (!frame_check_holds(octets.first(in.offset() + kCheckOctets))) {
    return failure(FrameFault{Reason::HeaderCheck, in.offset()});
  }
  static_cast<void>(in.u16());
  const OctetView information = in.take(in.rest());
  frame.information.assign(information.begin(), information.end());
  return frame;
}

}  // namespace metergate::hdlc
