// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/security/ciphered_apdu.hpp"

#include <algorithm>
#include <array>

#include "protocols/octets/byte_reader.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kGeneralGlobal = 0xDB;
constexpr std::uint8_t kGeneralDedicated = 0xDC;

struct ServiceTags {
  std::uint8_t service;
  std::uint8_t global;
  std::uint8_t dedicated;  ///< zero: there is none
};

/// IEC 62056-5-3, 9.5: the choices of an xDLMS APDU.
constexpr std::array kServices{
    ServiceTags{0x01, 0x21, 0x00},  // initiate-request
    ServiceTags{0x05, 0x25, 0x45},  // read-request
    ServiceTags{0x06, 0x26, 0x46},  // write-request
    ServiceTags{0x08, 0x28, 0x00},  // initiate-response
    ServiceTags{0x0C, 0x2C, 0x4C},  // read-response
    ServiceTags{0x0D, 0x2D, 0x4D},  // write-response
    ServiceTags{0x0E, 0x2E, 0x4E},  // confirmed-service-error
    ServiceTags{0x16, 0x36, 0x56},  // unconfirmed-write-request
    ServiceTags{0x18, 0x38, 0x58},  // information-report-request
    ServiceTags{0xC0, 0xC8, 0xD0},  // get-request
    ServiceTags{0xC1, 0xC9, 0xD1},  // set-request
    ServiceTags{0xC2, 0xCA, 0xD2},  // event-notification-request
    ServiceTags{0xC3, 0xCB, 0xD3},  // action-request
    ServiceTags{0xC4, 0xCC, 0xD4},  // get-response
    ServiceTags{0xC5, 0xCD, 0xD5},  // set-response
    ServiceTags{0xC7, 0xCF, 0xD7},  // action-response
};

std::optional<Wrapping> wrapping_of(std::uint8_t tag) {
  if (tag == kGeneralGlobal) return Wrapping::GeneralGlobal;
  if (tag == kGeneralDedicated) return Wrapping::GeneralDedicated;
  for (const ServiceTags& entry : kServices) {
    if (entry.global == tag) return Wrapping::Global;
    if (entry.dedicated == tag && tag != 0) return Wrapping::Dedicated;
  }
  return std::nullopt;
}

std::size_t read_length(ByteReader& in) {
  const std::size_t first = in.u8();
  if (first < 0x80) return first;
  std::size_t length = 0;
  if (first - 0x80 > 4) return SIZE_MAX;
  for (const std::uint8_t octet : in.take(first - 0x80)) length = (length << 8U) | octet;
  return length;
}

}  // namespace

std::string_view cipher_fault_text(CipherFault fault) {
  switch (fault) {
    case CipherFault::NotCiphered:
      return "the APDU is not ciphered";
    case CipherFault::Truncated:
      return "the ciphered APDU ends too early";
    case CipherFault::TrailingOctets:
      return "octets follow the ciphered APDU";
    case CipherFault::WrongTitle:
      return "the system title is not the other party's";
    case CipherFault::UnknownSecurity:
      return "the security control octet names no protection we know";
    case CipherFault::OtherSuite:
      return "the APDU is of another security suite than the keys";
    case CipherFault::TooWeak:
      return "the APDU is less protected than the policy asks for";
    case CipherFault::NoKey:
      return "the APDU is ciphered under a key we were not given";
    case CipherFault::NotAuthentic:
      return "the authentication tag does not hold: another key, or altered on the way";
    case CipherFault::WrongService:
      return "the deciphered APDU is another service than its tag says";
    case CipherFault::Replayed:
      return "the invocation counter is not above the last one";
    case CipherFault::NoCounter:
      return "no reserved invocation counter is left";
    case CipherFault::NotWrappable:
      return "the service cannot be ciphered in this form";
  }
  return "unknown";
}

bool is_ciphered_tag(std::uint8_t tag) { return wrapping_of(tag).has_value(); }

std::optional<std::uint8_t> ciphered_tag(std::uint8_t service, Wrapping wrapping) {
  if (wrapping == Wrapping::GeneralGlobal) return kGeneralGlobal;
  if (wrapping == Wrapping::GeneralDedicated) return kGeneralDedicated;
  const auto* entry = std::ranges::find(kServices, service, &ServiceTags::service);
  if (entry == kServices.end()) return std::nullopt;
  const std::uint8_t tag = wrapping == Wrapping::Global ? entry->global : entry->dedicated;
  if (tag == 0) return std::nullopt;
  return tag;
}

std::optional<std::uint8_t> service_of(std::uint8_t tag) {
  for (const ServiceTags& entry : kServices) {
    if (entry.global == tag || (entry.dedicated == tag && tag != 0)) return entry.service;
  }
  return std::nullopt;
}

Result<CipheredApdu, CipherFault> CipheredApdu::parse(OctetView octets) {
  ByteReader in{octets};
  CipheredApdu apdu;
  apdu.tag = in.u8();
  const auto wrapping = wrapping_of(apdu.tag);
  if (!in.ok() || !wrapping) return failure(CipherFault::NotCiphered);
  apdu.wrapping = *wrapping;
  if (is_general(apdu.wrapping)) {
    const OctetView title = in.take(read_length(in));
    apdu.title = SystemTitle::from(title);
    if (!in.ok()) return failure(CipherFault::Truncated);
    if (!apdu.title && !title.empty()) return failure(CipherFault::WrongTitle);
  }
  const std::size_t length = read_length(in);
  if (!in.ok() || length > in.rest()) return failure(CipherFault::Truncated);
  if (length < in.rest()) return failure(CipherFault::TrailingOctets);
  const std::uint8_t control = in.u8();
  apdu.invocation_counter = in.u32();
  if (!in.ok()) return failure(CipherFault::Truncated);
  const auto known = SecurityControl::from(control);
  if (!known) return failure(CipherFault::UnknownSecurity);
  apdu.control = *known;
  const std::size_t tag_octets =
      is_authenticated(apdu.control.protection) ? kAuthenticationTagOctets : 0;
  if (in.rest() < tag_octets) return failure(CipherFault::Truncated);
  apdu.content = in.take(in.rest() - tag_octets);
  apdu.authentication_tag = in.take(tag_octets);
  return apdu;
}

}  // namespace metergate::dlms
