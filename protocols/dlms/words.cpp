// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "protocols/dlms/apdu.hpp"

namespace metergate::dlms {

std::string_view apdu_word(const Apdu& apdu) {
  constexpr std::array<std::string_view, std::variant_size_v<Apdu>> kWords{
      "get-request-normal",
      "get-request-next",
      "get-request-with-list",
      "get-response-normal",
      "get-response-with-datablock",
      "get-response-with-list",
      "set-request-normal",
      "set-request-with-first-datablock",
      "set-request-with-datablock",
      "set-request-with-list",
      "set-request-with-list-and-first-datablock",
      "set-response-normal",
      "set-response-datablock",
      "set-response-last-datablock",
      "set-response-last-datablock-with-list",
      "set-response-with-list",
      "action-request-normal",
      "action-request-next-pblock",
      "action-request-with-list",
      "action-request-with-first-pblock",
      "action-request-with-list-and-first-pblock",
      "action-request-with-pblock",
      "action-response-normal",
      "action-response-with-pblock",
      "action-response-with-list",
      "action-response-next-pblock",
      "access-request",
      "access-response",
      "data-notification",
      "event-notification-request",
      "general-block-transfer",
      "exception-response",
      "confirmed-service-error"};
  return kWords[apdu.index()];
}

std::string_view access_result_word(AccessResult result) {
  switch (result) {
    case AccessResult::Success:
      return "success";
    case AccessResult::HardwareFault:
      return "hardware-fault";
    case AccessResult::TemporaryFailure:
      return "temporary-failure";
    case AccessResult::ReadWriteDenied:
      return "read-write-denied";
    case AccessResult::ObjectUndefined:
      return "object-undefined";
    case AccessResult::ObjectClassInconsistent:
      return "object-class-inconsistent";
    case AccessResult::ObjectUnavailable:
      return "object-unavailable";
    case AccessResult::TypeUnmatched:
      return "type-unmatched";
    case AccessResult::ScopeOfAccessViolated:
      return "scope-of-access-violated";
    case AccessResult::DataBlockUnavailable:
      return "data-block-unavailable";
    case AccessResult::LongServiceAborted:
      return "long-get-aborted";
    case AccessResult::NoLongServiceInProgress:
      return "no-long-get-in-progress";
    case AccessResult::LongSetAborted:
      return "long-set-aborted";
    case AccessResult::NoLongSetInProgress:
      return "no-long-set-in-progress";
    case AccessResult::DataBlockNumberInvalid:
      return "data-block-number-invalid";
    case AccessResult::OtherReason:
      break;
  }
  return "other-reason";
}

std::string text(const ExceptionResponse& exception) {
  constexpr std::array<std::string_view, 3> kStates{"state", "service not allowed",
                                                    "service unknown"};
  constexpr std::array<std::string_view, 7> kServices{
      "service error", "operation not possible", "service not supported",   "other reason",
      "PDU too long",  "deciphering error",      "invocation counter error"};
  const auto state = static_cast<std::size_t>(exception.state);
  const auto service = static_cast<std::size_t>(exception.service);
  std::string out{kStates[state < kStates.size() ? state : 0]};
  if (state >= kStates.size() || state == 0) out += ' ' + std::to_string(state);
  out += ": ";
  out += kServices[service < kServices.size() ? service : 0];
  if (service >= kServices.size() || service == 0) out += ' ' + std::to_string(service);
  if (exception.invocation_counter) {
    out += ", expected " + std::to_string(*exception.invocation_counter);
  }
  return out;
}

std::string text(const ConfirmedServiceError& error) {
  constexpr std::uint8_t kInitiate = 6;
  constexpr std::array<std::string_view, 5> kRefusals{
      "other reason", "DLMS version too low", "incompatible conformance", "PDU size too short",
      "refused by the VDE handler"};
  if (error.sort == kInitiate && error.code < kRefusals.size()) {
    return "initiate refused: " + std::string{kRefusals[error.code]};
  }
  return "service " + std::to_string(error.service) + ", sort " + std::to_string(error.sort) +
         ", code " + std::to_string(error.code);
}

}  // namespace metergate::dlms
