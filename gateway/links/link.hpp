// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "meters/time.hpp"
#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate {

/// Where on its link a meter is found.
struct MeterAddress {
  std::uint16_t number = 0;  ///< Modbus slave address 1..247; HDLC address
  std::string name;          ///< meter part of the MQTT topics; device address of IEC 62056-21
  friend bool operator==(const MeterAddress&, const MeterAddress&) = default;
};

/// One request on the wire and what its answer can look like. What the octets mean is the driver's
/// business (Modbus: the PDU; MQTT meters: a JSON request; DLMS: an APDU); framing, check sums,
/// pacing and waiting are the link's.
struct WireRequest {
  MeterAddress to;
  Octets octets;
  std::size_t answer_octets = 0;  ///< most likely length of the answer, for pacing; 0 = unknown
  std::chrono::milliseconds timeout{500};  ///< longest wait for the answer's first octet
  bool may_be_told_later = false;          ///< its answer, with those that follow it closely
};

/// Why a request has no answer.
struct LinkFault {
  enum class Reason : std::uint8_t {
    NoAnswer,  ///< sent; silence
    BadFrame,  ///< sent; what came back was damaged or from somebody else
    NotSent,   ///< no octet left: device missing, connection down, stopping
    Cut,       ///< sent; the connection broke before the answer
  };
  Reason reason = Reason::NoAnswer;
  std::string what;
  Octets heard{};  ///< what came and was no answer, where the wire's protocol can tell; for a trace

  /// Whether the meter may have received the request.
  [[nodiscard]] bool may_have_arrived() const { return reason != Reason::NotSent; }
};

struct WireAnswer {
  Octets octets;
  std::chrono::microseconds round_trip{0};  ///< request's last octet to answer's first, if known
  std::optional<Instant> came_at{};         ///< of one that may be told later
};

using WireResult = Result<WireAnswer, LinkFault>;

/// A way to meters: a serial line, a Modbus TCP connection, the MQTT broker of meters.
/// Called and calling back on the gateway's loop thread only.
class Link {
 public:
  using Completion = std::function<void(WireResult)>;

  virtual ~Link() = default;
  /// Performs one exchange; `done` is called once, later, never from inside this call.
  /// The caller keeps to `concurrency()` requests at once and to one per meter.
  virtual void transact(WireRequest request, Completion done) = 0;
  [[nodiscard]] virtual std::size_t concurrency() const = 0;
  /// How many requests more may be handed over while another is out: they stand by and go one after
  /// the other as soon as that one is over, so that the wire need not wait for the loop.
  [[nodiscard]] virtual std::size_t standby_places() const { return 0; }
  /// Takes the last request back that stands by, and with it the duty to tell its `done`; nothing
  /// when it may have left, and all before it have.
  virtual std::optional<WireRequest> recall() { return std::nullopt; }
  /// False: a request has been out for so long that its worker must be stuck (a driver that hangs).
  [[nodiscard]] virtual bool makes_progress(Instant) const { return true; }
  /// No further requests; the running one ends within its own time-out.
  virtual void stop() = 0;
};

}  // namespace metergate
