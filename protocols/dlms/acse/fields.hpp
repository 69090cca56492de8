// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/crypto/secret_octets.hpp"
#include "protocols/dlms/acse/ber.hpp"
#include "protocols/dlms/acse/names.hpp"
#include "protocols/dlms/security/system_title.hpp"

/// Fields that requests and responses of association control have in common.
namespace metergate::dlms::acse {

inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kContextName = 0xA1;
inline constexpr std::uint8_t kUserInformation = 0xBE;

void write_context(ByteWriter& out, ApplicationContext context);
[[nodiscard]] Result<ApplicationContext, AcseFault> read_context(const ber::Element& field);

void write_title(ByteWriter& out, std::uint8_t tag, const SystemTitle& title);
/// Nothing for a title of no octets.
[[nodiscard]] Result<std::optional<SystemTitle>, AcseFault> read_title(const ber::Element& field,
                                                                       std::string_view name);

/// `sender-acse-requirements` (or the responder's): authentication, one bit.
void write_requirements(ByteWriter& out, std::uint8_t tag);

void write_mechanism(ByteWriter& out, std::uint8_t tag, AuthenticationMechanism mechanism);

/// The choice charstring [0] of an authentication value.
void write_authentication_value(ByteWriter& out, std::uint8_t tag, OctetView value);
[[nodiscard]] Result<crypto::SecretOctets, AcseFault> read_authentication_value(
    const ber::Element& field);

void write_user_information(ByteWriter& out, OctetView information);
[[nodiscard]] Result<Octets, AcseFault> read_user_information(const ber::Element& field);

/// The outermost element; octets after its end are a fault.
[[nodiscard]] Result<ber::Element, AcseFault> read_apdu(OctetView apdu, std::uint8_t tag,
                                                        std::string_view name);
[[nodiscard]] Octets wrap_apdu(std::uint8_t tag, OctetView contents);

}  // namespace metergate::dlms::acse
