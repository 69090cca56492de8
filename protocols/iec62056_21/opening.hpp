// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocols/iec62056_21/data_message.hpp"
#include "protocols/octets/octets.hpp"

namespace metergate::iec62056_21 {

using Instant = std::chrono::steady_clock::time_point;

/// What a meter is opened for.
enum class Purpose : std::uint8_t {
  Readout,  ///< mode C: its data message
  Hdlc,     ///< mode E: what comes after is no business of this
};

struct OpeningSettings {
  Purpose purpose = Purpose::Readout;
  std::string device_address;  ///< empty: whoever hears it
  std::uint32_t opening_baud = kUsualOpeningBaud;
  std::uint32_t greatest_baud = 19'200;  ///< a meter that wants more stays at the opening speed
  /// From the last octet of ours on the wire to the first of the meter's; the standard gives it
  /// 1.5 s (6.2.1, tr).
  std::chrono::milliseconds answer_timeout{1'500};
  /// Silence that ends what is not whole: 1.5 s (6.2.1, ta), and what adapters add.
  std::chrono::milliseconds octet_gap{1'750};
};

namespace opening {

/// Octets for the wire, with parity; of what is written at once the last is on the wire at the
/// wire's own pace.
struct Write {
  Octets octets;
};
/// From now on the line runs at this speed.
struct SwitchSpeed {
  std::uint32_t baud = 0;
};
/// The meter speaks HDLC now.
struct Opened {
  IdentificationMessage identification;
};
/// Identification message and data message, without parity; the check has been looked at.
struct ReadOut {
  Octets octets;
};
struct Failed {
  enum class Reason : std::uint8_t {
    NoAnswer,
    Broken,   ///< damaged, or none of the messages there are
    Refused,  ///< the meter offers something else
  };
  Reason reason = Reason::NoAnswer;
  std::string what;
};
using Effect = std::variant<Write, SwitchSpeed, Opened, ReadOut, Failed>;
using Effects = std::vector<Effect>;

}  // namespace opening

enum class OpeningState : std::uint8_t {
  Idle,
  Asking,      ///< the request is out
  Selecting,   ///< mode C: the option leaves; then the speed changes
  Confirming,  ///< mode E: the meter may repeat the option
  Settling,    ///< mode E: the new speed; what was on its way at the old one is over
  Reading,     ///< mode C: the data message comes
};
inline constexpr std::size_t kOpeningStates = 6;
[[nodiscard]] std::string_view state_word(OpeningState state);

/// The reader's end of a sign-on (IEC 62056-21, 6.4.3 for C, annex E for E). A value machine; the
/// table stands in the .cpp. Every end leaves it idle: a meter goes back to the opening speed by
/// itself.
class Opening {
 public:
  explicit Opening(OpeningSettings settings);

  /// The line is at the opening speed.
  [[nodiscard]] opening::Effects start(Instant now);
  [[nodiscard]] opening::Effects received(OctetView octets, Instant now);
  [[nodiscard]] opening::Effects time_passed(Instant now);

  [[nodiscard]] std::optional<Instant> deadline() const { return deadline_; }
  [[nodiscard]] OpeningState state() const { return state_; }

 private:
  enum class Action : std::uint8_t;
  struct Table;

  opening::Effects input(std::size_t input, Instant now);
  void perform(Action action, Instant now);
  void look_for_identification(Instant now);
  void select(IdentificationMessage identification, Octets line, Instant now);
  void look_for_data();
  void finish(opening::Effect effect);
  void fail(opening::Failed::Reason reason, std::string what);
  void give_up();

  OpeningSettings settings_;
  OpeningState state_ = OpeningState::Idle;
  std::optional<Instant> deadline_;
  Octets kept_;           ///< as it came, with parity
  OctetView new_octets_;  ///< of the input at hand
  Octets line_;           ///< the identification message, without
  IdentificationMessage identification_;
  std::uint32_t agreed_baud_ = 0;
  Instant last_octet_out_{};  ///< when the option's last one has left the wire
  opening::Effects effects_;
};

/// How long so many characters take: start, eight and one stop bit each.
[[nodiscard]] std::chrono::nanoseconds on_the_wire(std::size_t characters, std::uint32_t baud);

}  // namespace metergate::iec62056_21
