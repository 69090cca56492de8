// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "gateway/drivers/pushed.hpp"
#include "gateway/links/link.hpp"
#include "meters/operation.hpp"

/// A driver turns operations into requests of one protocol and answers into facts. It holds no
/// socket and no clock: the runtime performs what it returns (docs/architecture.md, "Drivers").
namespace metergate {

/// Why an operation came to nothing.
struct OperationFault {
  enum class Reason : std::uint8_t {
    Link,         ///< see `link`
    Refused,      ///< the meter answered with an error of its protocol
    Meaningless,  ///< the answer was well-formed and made no sense
    Unsupported,  ///< the model does not say how
  };
  Reason reason = Reason::Link;
  std::optional<LinkFault> link;
  std::optional<operation::MeterRefusal> refusal;
  std::string what;  ///< a sentence; never holds a token
  /// Whether an order of this operation may have reached the meter.
  bool order_may_have_arrived = false;
};

using OperationResult = Result<operation::Answer, OperationFault>;

struct Transact {
  WireRequest request;
  bool keep_meter = false;  ///< no other request to this meter before this exchange's next one
};
/// Then `resume`; another request may use the line meanwhile.
struct Pause {
  std::chrono::milliseconds length{0};
};
struct Finished {
  OperationResult result;
};
using DriverStep = std::variant<Transact, Pause, Finished>;

/// One operation on its way. Between any two of its requests, a request of another operation, even
/// to the same meter, may go out, unless `Transact::keep_meter` forbids it.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual DriverStep begin(Now now) = 0;
  [[nodiscard]] virtual DriverStep answered(WireResult answer, Now now) = 0;
  [[nodiscard]] virtual DriverStep resume(Now now) = 0;
};

/// How long one request may keep the wire.
enum class Pace : std::uint8_t {
  Full,   ///< as long as the protocol and the model allow: the least time in all
  Brief,  ///< as long as a short poll: orders are expected, which wait for what is on the wire
};

/// Knows one meter model on one protocol; one per model and link kind, shared by its meters.
class Driver {
 public:
  virtual ~Driver() = default;
  [[nodiscard]] virtual std::unique_ptr<Exchange> start(const operation::Operation& operation,
                                                        const MeterAddress& address,
                                                        Pace pace) const = 0;
  /// What that meter said unasked. Most protocols have nothing of the kind.
  [[nodiscard]] virtual Result<Pushed, PushUnread> pushed(OctetView, const MeterAddress&,
                                                          Now) const {
    return failure(PushUnread{PushUnread::Reason::Unnamed, "its protocol has no pushes"});
  }
};

}  // namespace metergate
