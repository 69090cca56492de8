// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/fields.hpp"

namespace metergate::dlms::acse {
namespace {

constexpr std::uint8_t kCharString = 0x80;

void write_nested(ByteWriter& out, std::uint8_t outer, std::uint8_t inner, OctetView contents) {
  ByteWriter content;
  ber::write(content, inner, contents);
  ber::write(out, outer, content.take());
}

}  // namespace

void write_context(ByteWriter& out, ApplicationContext context) {
  write_nested(out, kContextName, kObjectIdentifier, identifier_of(context));
}

Result<ApplicationContext, AcseFault> read_context(const ber::Element& field) {
  const auto name = ber::only_child(field, kObjectIdentifier, "application-context-name",
                                    "one OBJECT IDENTIFIER");
  if (!name) return failure(name.error());
  return context_of(name.value().contents);
}

void write_title(ByteWriter& out, std::uint8_t tag, const SystemTitle& title) {
  write_nested(out, tag, kOctetString, title.view());
}

Result<std::optional<SystemTitle>, AcseFault> read_title(const ber::Element& field,
                                                         std::string_view name) {
  const auto octets = ber::only_child(field, kOctetString, name, "one OCTET STRING");
  if (!octets) return failure(octets.error());
  const OctetView contents = octets.value().contents;
  const auto title = SystemTitle::from(contents);
  if (!title && !contents.empty()) {
    return failure(AcseFault{name, octets.value().contents_offset, "8 octets, a system title"});
  }
  return title;
}

void write_requirements(ByteWriter& out, std::uint8_t tag) {
  constexpr std::uint8_t kAuthentication[] = {0x07, 0x80};  // seven unused bits, then one bit set
  ber::write(out, tag, kAuthentication);
}

void write_mechanism(ByteWriter& out, std::uint8_t tag, AuthenticationMechanism mechanism) {
  ber::write(out, tag, identifier_of(mechanism));
}

void write_authentication_value(ByteWriter& out, std::uint8_t tag, OctetView value) {
  write_nested(out, tag, kCharString, value);
}

Result<crypto::SecretOctets, AcseFault> read_authentication_value(const ber::Element& field) {
  const auto value =
      ber::only_child(field, kCharString, "authentication-value", "one charstring [0]");
  if (!value) return failure(value.error());
  const OctetView contents = value.value().contents;
  if (contents.empty() || contents.size() > crypto::SecretOctets::kMaxOctets) {
    return failure(
        AcseFault{"authentication-value", value.value().contents_offset, "1..64 octets"});
  }
  return crypto::SecretOctets{contents};
}

void write_user_information(ByteWriter& out, OctetView information) {
  if (!information.empty()) write_nested(out, kUserInformation, kOctetString, information);
}

Result<Octets, AcseFault> read_user_information(const ber::Element& field) {
  const auto octets = ber::only_child(field, kOctetString, "user-information", "one OCTET STRING");
  if (!octets) return failure(octets.error());
  const OctetView contents = octets.value().contents;
  return Octets(contents.begin(), contents.end());
}

Result<ber::Element, AcseFault> read_apdu(OctetView apdu, std::uint8_t tag, std::string_view name) {
  ber::Reader in{apdu};
  auto outer = in.next();
  if (!outer) return outer;
  if (outer.value().tag != tag) return failure(AcseFault{name, 0, "an APDU of another tag"});
  if (!in.at_end()) return failure(AcseFault{name, in.offset(), "at its end here"});
  return outer;
}

Octets wrap_apdu(std::uint8_t tag, OctetView contents) {
  ByteWriter out;
  ber::write(out, tag, contents);
  return out.take();
}

}  // namespace metergate::dlms::acse
