// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "protocols/dlms/access.hpp"

/// What a meter says unasked (Green Book, 9.3.10 and 9.3.11).
namespace metergate::dlms {

struct DataNotification {
  LongInvokeId invoke;
  Octets date_time;  ///< empty, or twelve octets
  Data body;
  friend bool operator==(const DataNotification&, const DataNotification&) = default;
};

struct EventNotification {
  std::optional<Octets> time;
  AttributeReference attribute;
  Data value;
  friend bool operator==(const EventNotification&, const EventNotification&) = default;
};

/// Whether what was said unasked may be believed as an answer may.
enum class PushProof : std::uint8_t {
  Sufficient,    ///< as protected as an answer has to be, and new
  Unprotected,   ///< plain, or less protected than an answer has to be
  Replayed,      ///< an invocation counter that was seen before
  Unjudged,      ///< no association yet against which its counter could be held
  Undeciphered,  ///< another key or sender, changed on the way, or cut off
};
[[nodiscard]] std::string_view proof_text(PushProof proof);

/// Whether this is said unasked, or may be: what is ciphered in general hides that.
[[nodiscard]] bool may_be_notification(OctetView apdu);

/// What a plain data notification that asks for it is answered with (data-notification-confirm, tag
/// 16: the invoke id, no time); nothing for all others.
[[nodiscard]] std::optional<Octets> confirmation_of(OctetView apdu);

}  // namespace metergate::dlms
