// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace metergate::dlms {

/// EXCEPTION-Response (Green Book, 9.5): a request the meter would not look at.
struct ExceptionResponse {
  enum class State : std::uint8_t { ServiceNotAllowed = 1, ServiceUnknown = 2 };
  enum class Service : std::uint8_t {
    OperationNotPossible = 1,
    ServiceNotSupported = 2,
    OtherReason = 3,
    PduTooLong = 4,
    DecipheringError = 5,
    InvocationCounterError = 6,
  };
  State state = State::ServiceNotAllowed;
  Service service = Service::OtherReason;
  /// The counter the meter expects; only with InvocationCounterError.
  std::optional<std::uint32_t> invocation_counter;
  friend bool operator==(const ExceptionResponse&, const ExceptionResponse&) = default;
};
/// `service not allowed: deciphering error`
[[nodiscard]] std::string text(const ExceptionResponse& exception);

/// ConfirmedServiceError: the service (1 initiate, 5 read, 6 write), the sort of error and its
/// code, as received.
struct ConfirmedServiceError {
  std::uint8_t service = 1;
  std::uint8_t sort = 6;
  std::uint8_t code = 0;
  friend bool operator==(const ConfirmedServiceError&, const ConfirmedServiceError&) = default;
};
[[nodiscard]] std::string text(const ConfirmedServiceError& error);

}  // namespace metergate::dlms
