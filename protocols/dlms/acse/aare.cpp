// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/aare.hpp"

#include <string_view>

#include "protocols/dlms/acse/fields.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kResult = 0xA2;
constexpr std::uint8_t kSourceDiagnostic = 0xA3;
constexpr std::uint8_t kRespondingApTitle = 0xA4;
constexpr std::uint8_t kRespondingAeQualifier = 0xA5;
constexpr std::uint8_t kResponderRequirements = 0x88;
constexpr std::uint8_t kMechanismName = 0x89;
constexpr std::uint8_t kAuthenticationValue = 0xAA;
constexpr std::uint8_t kDiagnosticChoice = 0xA0;  // with the source as the number of the tag

using Read = Result<Done, AcseFault>;

Read read_result(const ber::Element& field, Aare& aare) {
  const auto number = ber::small_integer(field, "result");
  if (!number) return failure(number.error());
  if (number.value() > static_cast<std::uint8_t>(AssociationResult::RejectedTransient)) {
    return failure(AcseFault{"result", field.contents_offset, "0, 1 or 2"});
  }
  aare.result = static_cast<AssociationResult>(number.value());
  return Done{};
}

Read read_diagnostic(const ber::Element& field, Aare& aare) {
  ber::Reader in{field};
  const auto choice = in.next();
  const AcseFault fault{"result-source-diagnostic", field.offset, "A1 or A2 around one INTEGER"};
  if (!choice || !in.at_end()) return failure(fault);
  const auto source = static_cast<Diagnostic::Source>(choice.value().tag ^ kDiagnosticChoice);
  if (source != Diagnostic::Source::User && source != Diagnostic::Source::Provider) {
    return failure(fault);
  }
  const auto number = ber::small_integer(choice.value(), "result-source-diagnostic");
  if (!number) return failure(number.error());
  aare.diagnostic = {source, number.value()};
  return Done{};
}

Read read_octets(const ber::Element& field, Octets& into) {
  // Some meters answer an INTEGER or a title of their own here; only a string can be a certificate.
  const auto octets = ber::only_child(field, acse::kOctetString, "responding-AE-qualifier", "");
  if (octets) into.assign(octets.value().contents.begin(), octets.value().contents.end());
  return Done{};
}

Read read_title(const ber::Element& field, Aare& aare) {
  const auto title = acse::read_title(field, "responding-AP-title");
  if (!title) return failure(title.error());
  aare.responding_ap_title = title.value();
  return Done{};
}

Read read_challenge(const ber::Element& field, Aare& aare) {
  const auto value = acse::read_authentication_value(field);
  if (!value) return failure(value.error());
  const OctetView challenge = value.value().view();
  aare.challenge.assign(challenge.begin(), challenge.end());
  return Done{};
}

Read read_field(const ber::Element& field, Aare& aare) {
  switch (field.tag) {
    case acse::kContextName: {
      const auto context = acse::read_context(field);
      if (!context) return failure(context.error());
      aare.context = context.value();
      return Done{};
    }
    case kResult:
      return read_result(field, aare);
    case kSourceDiagnostic:
      return read_diagnostic(field, aare);
    case kRespondingApTitle:
      return read_title(field, aare);
    case kRespondingAeQualifier:
      return read_octets(field, aare.responding_ae_qualifier);
    case kMechanismName:
      aare.mechanism = acse::mechanism_of(field.contents);
      return Done{};
    case kAuthenticationValue:
      return read_challenge(field, aare);
    case acse::kUserInformation: {
      auto information = acse::read_user_information(field);
      if (!information) return failure(information.error());
      aare.user_information = std::move(information).value();
      return Done{};
    }
    default:
      return Done{};
  }
}

}  // namespace

std::string Diagnostic::text() const {
  constexpr std::string_view kUser[] = {"null",
                                        "no-reason-given",
                                        "application-context-name-not-supported",
                                        "calling-AP-title-not-recognized",
                                        "calling-AP-invocation-identifier-not-recognized",
                                        "calling-AE-qualifier-not-recognized",
                                        "calling-AE-invocation-identifier-not-recognized",
                                        "called-AP-title-not-recognized",
                                        "called-AP-invocation-identifier-not-recognized",
                                        "called-AE-qualifier-not-recognized",
                                        "called-AE-invocation-identifier-not-recognized",
                                        "authentication-mechanism-name-not-recognised",
                                        "authentication-mechanism-name-required",
                                        "authentication-failure",
                                        "authentication-required"};
  constexpr std::string_view kProvider[] = {"null", "no-reason-given", "no-common-acse-version"};
  if (source == Source::User && value < std::size(kUser)) return std::string{kUser[value]};
  if (source == Source::Provider && value < std::size(kProvider)) {
    return "provider: " + std::string{kProvider[value]};
  }
  return (source == Source::User ? "diagnostic " : "provider: diagnostic ") + std::to_string(value);
}

Octets Aare::encode() const {
  ByteWriter out;
  acse::write_context(out, context);
  const std::uint8_t result_integer[] = {0x02, 0x01, static_cast<std::uint8_t>(result)};
  ber::write(out, kResult, result_integer);
  const std::uint8_t reason_integer[] = {0x02, 0x01, diagnostic.value};
  ByteWriter choice;
  ber::write(
      choice,
      static_cast<std::uint8_t>(kDiagnosticChoice | static_cast<std::uint8_t>(diagnostic.source)),
      reason_integer);
  ber::write(out, kSourceDiagnostic, choice.take());
  if (responding_ap_title) acse::write_title(out, kRespondingApTitle, *responding_ap_title);
  if (!responding_ae_qualifier.empty()) {
    ByteWriter qualifier;
    ber::write(qualifier, acse::kOctetString, responding_ae_qualifier);
    ber::write(out, kRespondingAeQualifier, qualifier.take());
  }
  if (mechanism) {
    acse::write_requirements(out, kResponderRequirements);
    acse::write_mechanism(out, kMechanismName, *mechanism);
  }
  if (!challenge.empty()) acse::write_authentication_value(out, kAuthenticationValue, challenge);
  acse::write_user_information(out, user_information);
  return acse::wrap_apdu(kTag, out.take());
}

Result<Aare, AcseFault> Aare::decode(OctetView apdu) {
  const auto outer = acse::read_apdu(apdu, kTag, "AARE");
  if (!outer) return failure(outer.error());
  Aare aare{.context = ApplicationContext::Unknown, .result = AssociationResult::RejectedPermanent};
  bool result_given = false;
  ber::Reader in{outer.value()};
  while (!in.at_end()) {
    const auto field = in.next();
    if (!field) return failure(field.error());
    const Read read = read_field(field.value(), aare);
    if (!read) return failure(read.error());
    result_given = result_given || field.value().tag == kResult;
  }
  if (!result_given) return failure(AcseFault{"result", in.offset(), "given"});
  return aare;
}

}  // namespace metergate::dlms
