// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/notification.hpp"

#include <algorithm>
#include <array>

#include "protocols/dlms/apdu.hpp"
#include "protocols/dlms/security/ciphered_apdu.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kDataNotificationConfirm = 0x10;
/// Bit 30 of the long invoke id, in the first of its four octets.
constexpr std::uint8_t kConfirmed = 0x40;
constexpr std::size_t kTagAndId = 5;

/// A data notification has no tag of its own in the wrappings by service; the general ones do not
/// tell what is inside.
constexpr std::array kWrappings{Wrapping::Global, Wrapping::Dedicated, Wrapping::GeneralGlobal,
                                Wrapping::GeneralDedicated};

}  // namespace

bool may_be_notification(OctetView apdu) {
  if (apdu.empty()) return false;
  const std::uint8_t tag = apdu.front();
  if (tag == apdu_tag::kDataNotification || tag == apdu_tag::kEventNotification) return true;
  return std::ranges::any_of(kWrappings, [&](Wrapping wrapping) {
    return ciphered_tag(apdu_tag::kEventNotification, wrapping) == tag;
  });
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
