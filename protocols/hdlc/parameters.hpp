// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "protocols/octets/octets.hpp"

namespace metergate::hdlc {

/// What SNRM offers and UA settles (IEC 62056-46, 6.4.4.4.3.2), each station from its own view.
/// The defaults hold for what is not said.
struct LinkParameters {
  std::uint16_t information_transmit = 128;  ///< octets of information, not of the frame
  std::uint16_t information_receive = 128;
  std::uint8_t window_transmit = 1;
  std::uint8_t window_receive = 1;

  friend constexpr bool operator==(const LinkParameters&, const LinkParameters&) = default;
};

/// The longest information a frame of four and one address octets has room for.
inline constexpr std::uint16_t kMaxInformationOctets = 2030;
inline constexpr std::uint16_t kMinInformationOctets = 8;
inline constexpr std::uint8_t kMaxWindow = 7;

/// The information field of SNRM and UA. Always all four: a client that says nothing is given up by
/// some meters.
[[nodiscard]] Octets encode_parameters(const LinkParameters& parameters);
/// An empty field means the defaults. Unknown parameters are passed over; nothing for a field that
/// can't be read, or numbers out of range.
[[nodiscard]] std::optional<LinkParameters> decode_parameters(OctetView information);

/// What a station may use after the other one said `theirs`: it sends no more than they receive,
/// and expects what they send.
[[nodiscard]] LinkParameters agreed(const LinkParameters& ours, const LinkParameters& theirs);

}  // namespace metergate::hdlc
