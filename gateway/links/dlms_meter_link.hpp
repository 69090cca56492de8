// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gateway/links/link.hpp"
#include "protocols/dlms/client_session.hpp"

namespace metergate {

/// By what a meter is known where it has no address.
struct DlmsMeterName {
  std::string serial;  ///< of meters that dial in; may be empty
  std::optional<dlms::SystemTitle> title{};
  std::string topic{};           ///< over MQTT
  std::string device_address{};  ///< in a sign-on of IEC 62056-21
};

/// A way to meters that speak DLMS. Requests are plain xDLMS APDUs of any length; each meter has a
/// session, which opens its association, ciphers and puts blocks together.
class DlmsMeterLink : public Link {
 public:
  /// Called on the loop thread, also from inside `transact`.
  struct Hooks {
    /// The wire appeared or went.
    std::function<void(bool up, std::string why)> state_changed;
    /// Invocation counters below `end` are about to be used with that meter: on disk before this
    /// returns true. False: nothing is sent.
    std::function<bool(std::uint16_t meter, std::uint32_t end)> reserve_counters;
    /// A push or an event notification, and whether it may be believed.
    std::function<void(std::uint16_t meter, Octets apdu, dlms::PushProof proof)> told;
    /// The meter does not want us: wrong key, password, client or context.
    std::function<void(std::uint16_t meter, std::string what)> refused;
    /// A meter that dials in is there, or has gone.
    std::function<void(std::uint16_t meter, bool here, std::string why)> present;
    /// Somebody dialled in who is none of ours, and was turned away.
    std::function<void(std::string peer, std::string what)> stranger;
  };

  /// `number` is what WireRequest::to.number says of this meter.
  virtual void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) = 0;
  /// Before `add_meter`, for links whose meters have no addresses.
  virtual void name_meter(std::uint16_t, DlmsMeterName) {}
};

}  // namespace metergate
