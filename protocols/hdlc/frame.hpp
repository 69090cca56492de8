// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/hdlc/address.hpp"
#include "protocols/hdlc/control.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// Frames of format type 3 (IEC 62056-46, 6.4.1; ISO/IEC 13239, annex H.4). There is no octet
/// stuffing: the length field alone says where a frame ends.
namespace metergate::hdlc {

inline constexpr std::uint8_t kFlag = 0x7E;
/// Eleven bits of length, both flags not counted.
inline constexpr std::size_t kMaxFrameOctets = 2047;
/// Format, two addresses of one octet, control, FCS.
inline constexpr std::size_t kMinFrameOctets = 7;

struct Frame {
  Address destination;
  Address source;
  Control control;
  bool segmented = false;  ///< more of the same information follows in the next I frame
  Octets information;

  friend bool operator==(const Frame&, const Frame&) = default;
};

struct FrameFault {
  enum class Reason : std::uint8_t {
    TooShort,
    Format,  ///< not format type 3
    Length,  ///< the length field disagrees with the octets
    Address,
    Control,
    HeaderCheck,
    FrameCheck,
  };
  Reason reason = Reason::TooShort;
  std::size_t offset = 0;
};
[[nodiscard]] std::string_view fault_word(FrameFault::Reason reason);

/// The octets between the flags. The addresses must fit, and the information leave the frame within
/// kMaxFrameOctets.
[[nodiscard]] Octets encode_frame(const Frame& frame);
/// The same with a flag on either side, as it goes out.
[[nodiscard]] Octets encode_with_flags(const Frame& frame);
/// Judges the octets between two flags.
[[nodiscard]] Result<Frame, FrameFault> decode_frame(OctetView octets);

/// The length field of a frame that begins with these two octets; zero when it is not format
/// type 3.
[[nodiscard]] constexpr std::size_t frame_length(std::uint8_t first, std::uint8_t second) {
  if ((first & 0xF0U) != 0xA0U) return 0;
  return (static_cast<std::size_t>(first & 0x07U) << 8U) | second;
}

}  // namespace metergate::hdlc
