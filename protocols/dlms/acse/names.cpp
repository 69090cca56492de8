// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/names.hpp"

#include <algorithm>

namespace metergate::dlms::acse {
namespace {

/// The last arc, when all before it are those of `like`; zero otherwise.
template <typename Name>
std::uint8_t last_arc(OctetView identifier, Name like) {
  const auto whole = identifier_of(like);
  const auto prefix = OctetView{whole}.first(whole.size() - 1);
  if (identifier.size() != whole.size() ||
      !std::ranges::equal(identifier.first(prefix.size()), prefix)) {
    return 0;
  }
  return identifier.back();
}

}  // namespace

ApplicationContext context_of(OctetView identifier) {
  return static_cast<ApplicationContext>(last_arc(identifier, ApplicationContext::Unknown));
}

AuthenticationMechanism mechanism_of(OctetView identifier) {
  const auto like = identifier_of(AuthenticationMechanism::Lowest);
  if (std::ranges::equal(identifier, like)) return AuthenticationMechanism::Lowest;
  const std::uint8_t arc = last_arc(identifier, AuthenticationMechanism::Lowest);
  return arc == 0 ? AuthenticationMechanism::Unknown : static_cast<AuthenticationMechanism>(arc);
}

}  // namespace metergate::dlms::acse
