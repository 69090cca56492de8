// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "protocols/iec62056_21/sign_on.hpp"

namespace metergate::sim {

/// How a line of virtual meters is opened (IEC 62056-21).
struct SignOnSettings {
  std::uint32_t opening_baud = iec62056_21::kUsualOpeningBaud;
  std::uint32_t greatest_baud = 9'600;  ///< that the meters offer
};

/// From an option's end to the answer: the standard gives 200 ms to 1.5 s (6.2.1, tr), and a reader
/// on a busy computer needs some of it to change its speed.
inline constexpr std::chrono::milliseconds kReaction{400};

/// What meters hear of a sign-on: request messages and option select messages, among whatever else
/// is on a line. It knows no wire.
class SignOnServer {
 public:
  struct Called {
    std::string device_address;
  };
  using Heard = std::variant<Called, iec62056_21::OptionSelectMessage>;

  /// With parity; a message that does not hold is not heard.
  [[nodiscard]] std::optional<Heard> received(OctetView octets);
  void forget() { kept_.clear(); }
  /// What came behind the last whole message.
  [[nodiscard]] Octets take_rest() { return std::exchange(kept_, {}); }

 private:
  Octets kept_;
};

/// What a virtual meter says it is; HDLC is offered by `\2`.
[[nodiscard]] iec62056_21::IdentificationMessage sign_on_identification(
    const SignOnSettings& settings, iec62056_21::Mode mode);

/// The speed after that option; nothing for one the meter did not offer.
[[nodiscard]] std::optional<std::uint32_t> agreed_speed(
    const SignOnSettings& settings, const iec62056_21::OptionSelectMessage& option);

}  // namespace metergate::sim
