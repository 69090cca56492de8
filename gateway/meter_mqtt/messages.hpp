// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/meter_mqtt/push.hpp"
#include "meters/operation.hpp"
#include "protocols/result.hpp"

/// The messages between gateway and MQTT meter in both directions (docs/mqtt-meter-profile.md): the
/// gateway writes requests and reads the rest, the simulator the other way round. Pure.
///
/// Reading is strict about what the profile names and ignores what it does not, so that a later
/// edition may add fields.
namespace metergate::meter_mqtt {

/// A sentence that names the field, what stands there and what would be right; never token digits.
using Nonsense = std::string;

/// No message may be longer; the broker is told so too.
inline constexpr std::size_t kMaxPayload = 65'536;

// ---- request: {"id": "...", "method": "...", "params": {...}} -----------------------------------

/// `identify`, `read-registers`, ... in the order of operation::Operation.
[[nodiscard]] std::string_view method_of(const operation::Operation& operation);
/// Without the id, which belongs to the link.
[[nodiscard]] std::string encode_request(const operation::Operation& operation);
/// Puts the id into what `encode_request` made.
[[nodiscard]] std::string with_id(std::string_view id, std::string_view request);

struct Request {
  std::string id;
  operation::Operation operation;
};
struct RequestFault {
  std::string id;  ///< empty when not even that could be read: then nobody can be answered
  operation::MeterRefusal code = operation::MeterRefusal::Malformed;
  Nonsense what;
};
[[nodiscard]] Result<Request, RequestFault> decode_request(std::string_view payload);

// ---- response: {"id": "...", "result": {...}} or {"id": "...", "error": {"code", "message"}} ----

/// The request was not carried out.
struct MeterError {
  operation::MeterRefusal code = operation::MeterRefusal::Other;
  std::string word;     ///< as the meter wrote the code
  std::string message;  ///< for people
};

[[nodiscard]] std::string encode_answer(std::string_view id, const operation::Answer& answer);
[[nodiscard]] std::string encode_error(std::string_view id, operation::MeterRefusal code,
                                       std::string_view message);

/// The id alone: whose answer this is. What comes after it need not be well formed; decode_response
/// judges that.
[[nodiscard]] std::optional<std::string> response_id(std::string_view payload);

/// The answer to `asked`, or the meter's error.
using Response = std::variant<operation::Answer, MeterError>;
/// `read_at`: the time of the read on the wire.
[[nodiscard]] Result<Response, Nonsense> decode_response(const operation::Operation& asked,
                                                         std::string_view payload, UtcTime read_at);

// ---- pushes and presence ------------------------------------------------------------------------

[[nodiscard]] std::string encode_push(const Push& push);
/// `word`: the last part of the topic.
[[nodiscard]] Result<Push, Nonsense> decode_push(std::string_view word, std::string_view payload,
                                                 UtcTime read_at);

/// Birth (retained) or, with `online` false, last will.
struct Presence {
  bool online = false;
  std::string serial;  ///< a SerialNumber's text when online
  std::string model;   ///< the maker's name for it
  std::string firmware;
  std::uint32_t boot = 0;            ///< changes with every restart of the meter
  std::optional<UtcSeconds> time{};  ///< the meter's clock at the birth

  friend bool operator==(const Presence&, const Presence&) = default;
};
[[nodiscard]] std::string encode_presence(const Presence& presence);
[[nodiscard]] Result<Presence, Nonsense> decode_presence(std::string_view payload);

}  // namespace metergate::meter_mqtt
