// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/notification.hpp"

#include "protocols/dlms/apdu.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kDataNotificationConfirm = 0x10;
constexpr std::uint8_t kGlobalEvent = 0xCA;
constexpr std::uint8_t kDedicatedEvent = 0xD2;
constexpr std::uint8_t kGeneralGlobal = 0xDB;
constexpr std::uint8_t kGeneralDedicated = 0xDC;
/// Bit 30 of the long invoke id, in the first of its four octets.
constexpr std::uint8_t kConfirmed = 0x40;
constexpr std::size_t kTagAndId = 5;

}  // namespace

bool may_be_notification(OctetView apdu) {
  if (apdu.empty()) return false;
  switch (apdu.front()) {
    case apdu_tag::kDataNotification:
    case apdu_tag::kEventNotification:
    case kGlobalEvent:
    case kDedicatedEvent:
    case kGeneralGlobal:
    case kGeneralDedicated:
      return true;
    default:
      return false;
  }
}

std::string_view proof_text(PushProof proof) {
  switch (proof) {
    case PushProof::Sufficient:
      return "as protected as asked for";
    case PushProof::Unprotected:
      return "less protected than the meter's answers have to be";
    case PushProof::Replayed:
      return "its invocation counter was seen before";
    case PushProof::Unjudged:
      return "its invocation counter cannot be judged before the meter was read";
    case PushProof::Undeciphered:
      break;
  }
  return "it cannot be deciphered";
}

std::optional<Octets> confirmation_of(OctetView apdu) {
  if (apdu.size() < kTagAndId || apdu.front() != apdu_tag::kDataNotification) return std::nullopt;
  if ((apdu[1] & kConfirmed) == 0) return std::nullopt;
  return Octets{kDataNotificationConfirm, apdu[1], apdu[2], apdu[3], apdu[4], 0};
}

}  // namespace metergate::dlms
