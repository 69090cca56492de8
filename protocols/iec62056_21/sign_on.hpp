// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/iec62056_21/fault.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

/// The three messages of a sign-on (IEC 62056-21, 6.3): who is asked, who answers, how to go on.
namespace metergate::iec62056_21 {

inline constexpr std::uint32_t kUsualOpeningBaud = 300;
inline constexpr std::size_t kMaxDeviceAddress = 32;   // 6.3.2, item 22
inline constexpr std::size_t kMaxIdentification = 16;  // 6.3.2, item 14
inline constexpr char kBinaryMode = '2';               // 6.3.2, item 24: HDLC

/// Speeds of modes C and E (6.3.2, item 13c): 0 is 300, 6 is 19200; nothing for other characters.
[[nodiscard]] std::optional<std::uint32_t> baud_of(char character);
[[nodiscard]] std::optional<char> speed_character(std::uint32_t baud);

/// At most 32 digits, letters and spaces; empty means whoever hears it.
[[nodiscard]] bool is_device_address(std::string_view text);

/// `/?address!` CR LF
struct RequestMessage {
  std::string device_address;

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<RequestMessage, Fault> decode(OctetView message);
  friend bool operator==(const RequestMessage&, const RequestMessage&) = default;
};

/// What a meter offers by its identification message (clause 6.4; annex E for E).
enum class Mode : std::uint8_t { A, B, C, E };
[[nodiscard]] std::string_view mode_word(Mode mode);

/// `/XXXZ\Wident` CR LF
struct IdentificationMessage {
  std::string maker;               ///< three letters of the FLAG list
  char speed = '0';                ///< greatest the meter can; says the mode, too
  std::optional<char> enhanced{};  ///< W of the first `\W`: `2` offers HDLC
  std::string identification;

  [[nodiscard]] Mode mode() const;
  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<IdentificationMessage, Fault> decode(OctetView message);
  friend bool operator==(const IdentificationMessage&, const IdentificationMessage&) = default;
};

/// ACK V Z Y CR LF
struct OptionSelectMessage {
  char procedure = '0';  ///< V: 0 normal, 2 HDLC
  char speed = '0';      ///< Z: the meter's, or 0 to stay where the sign-on was
  char option = '0';     ///< Y: 0 readout, 1 programming, 2 binary mode

  [[nodiscard]] Octets encode() const;
  [[nodiscard]] static Result<OptionSelectMessage, Fault> decode(OctetView message);
  friend bool operator==(const OptionSelectMessage&, const OptionSelectMessage&) = default;
};

}  // namespace metergate::iec62056_21
