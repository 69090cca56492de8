// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metergate::hdlc {

/// The frames of IEC 62056-46, 6.4.3 (ISO/IEC 13239, 5.3), with REJ, which the profile leaves out
/// and some meters send all the same.
enum class FrameType : std::uint8_t { I, Rr, Rnr, Rej, Snrm, Disc, Ua, Dm, Frmr, Ui };
inline constexpr std::size_t kFrameTypes = 10;
[[nodiscard]] std::string_view frame_word(FrameType type);

/// The control octet. `send` and `receive` are N(S) and N(R), modulo 8, where the type has them.
struct Control {
  FrameType type = FrameType::Rr;
  bool poll_final = true;
  std::uint8_t send = 0;
  std::uint8_t receive = 0;

  friend constexpr bool operator==(const Control&, const Control&) = default;
};

[[nodiscard]] std::uint8_t encode_control(const Control& control);
/// Nothing for a code that is none of the ten.
[[nodiscard]] std::optional<Control> decode_control(std::uint8_t octet);

[[nodiscard]] constexpr std::uint8_t next_sequence(std::uint8_t number) {
  return static_cast<std::uint8_t>((number + 1U) & 7U);
}

}  // namespace metergate::hdlc
