// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/aarq.hpp"

#include "protocols/dlms/acse/fields.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kCallingApTitle = 0xA6;
constexpr std::uint8_t kCallingAeQualifier = 0xA7;
constexpr std::uint8_t kCallingAeInvocationId = 0xA9;
constexpr std::uint8_t kSenderRequirements = 0x8A;
constexpr std::uint8_t kMechanismName = 0x8B;
constexpr std::uint8_t kAuthenticationValue = 0xAC;

using Read = Result<Done, AcseFault>;

template <typename T, typename Into>
Read keep(Result<T, AcseFault> read, Into& into) {
  if (!read) return failure(read.error());
  into = std::move(read).value();
  return Done{};
}

Read read_qualifier(const ber::Element& field, Octets& into) {
  const auto octets =
      ber::only_child(field, acse::kOctetString, "calling-AE-qualifier", "one OCTET STRING");
  if (!octets) return failure(octets.error());
  into.assign(octets.value().contents.begin(), octets.value().contents.end());
  return Done{};
}

Read read_field(const ber::Element& field, Aarq& aarq) {
  switch (field.tag) {
    case acse::kContextName:
      return keep(acse::read_context(field), aarq.context);
    case kCallingApTitle:
      return keep(acse::read_title(field, "calling-AP-title"), aarq.calling_ap_title);
    case kCallingAeQualifier:
      return read_qualifier(field, aarq.calling_ae_qualifier);
    case kCallingAeInvocationId:
      return keep(ber::small_integer(field, "calling-AE-invocation-id"),
                  aarq.calling_ae_invocation_id);
    case kMechanismName:
      aarq.mechanism = acse::mechanism_of(field.contents);
      return Done{};
    case kAuthenticationValue:
      return keep(acse::read_authentication_value(field), aarq.authentication_value);
    case acse::kUserInformation:
      return keep(acse::read_user_information(field), aarq.user_information);
    default:
      return Done{};
  }
}

}  // namespace

Octets Aarq::encode() const {
  ByteWriter out;
  acse::write_context(out, context);
  if (calling_ap_title) acse::write_title(out, kCallingApTitle, *calling_ap_title);
  if (!calling_ae_qualifier.empty()) {
    ByteWriter content;
    ber::write(content, acse::kOctetString, calling_ae_qualifier);
    ber::write(out, kCallingAeQualifier, content.take());
  }
  if (calling_ae_invocation_id) {
    const std::uint8_t integer[] = {0x02, 0x01, *calling_ae_invocation_id};
    ber::write(out, kCallingAeInvocationId, integer);
  }
  if (mechanism != AuthenticationMechanism::Lowest) {
    acse::write_requirements(out, kSenderRequirements);
    acse::write_mechanism(out, kMechanismName, mechanism);
    if (authentication_value.size() != 0) {
      acse::write_authentication_value(out, kAuthenticationValue, authentication_value.view());
    }
  }
  acse::write_user_information(out, user_information);
  return acse::wrap_apdu(kTag, out.take());
}

Result<Aarq, AcseFault> Aarq::decode(OctetView apdu) {
  const auto outer = acse::read_apdu(apdu, kTag, "AARQ");
  if (!outer) return failure(outer.error());
  Aarq aarq{.context = ApplicationContext::Unknown};
  ber::Reader in{outer.value()};
  while (!in.at_end()) {
    const auto field = in.next();
    if (!field) return failure(field.error());
    const Read read = read_field(field.value(), aarq);
    if (!read) return failure(read.error());
  }
  // Without a mechanism there is nothing that a value could prove.
  if (aarq.mechanism == AuthenticationMechanism::Lowest) aarq.authentication_value = {};
  return aarq;
}

}  // namespace metergate::dlms
