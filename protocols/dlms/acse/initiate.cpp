// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/initiate.hpp"

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::dlms {
namespace {

constexpr std::uint8_t kRequestTag = 0x01;
constexpr std::uint8_t kResponseTag = 0x08;
constexpr std::uint8_t kErrorTag = 0x0E;
constexpr std::uint8_t kConformanceTag = 0x5F;     // [APPLICATION 31]
constexpr std::uint8_t kConformanceNumber = 0x1F;  // second octet of its tag; older meters omit it
constexpr std::uint8_t kConformanceOctets = 0x04;

void write_conformance(ByteWriter& out, Conformance conformance) {
  out.u8(kConformanceTag);
  out.u8(kConformanceNumber);
  out.u8(kConformanceOctets);
  out.u32(conformance.bits());  // the first of the four says that no bit of the last is unused
}

Result<Conformance, AcseFault> read_conformance(ByteReader& in) {
  const AcseFault fault{"conformance", in.offset(), "5F 1F 04 00 and three octets"};
  if (in.u8() != kConformanceTag) return failure(fault);
  std::uint8_t length = in.u8();
  if (length == kConformanceNumber) length = in.u8();
  if (length != kConformanceOctets || in.u8() != 0) return failure(fault);
  const std::uint32_t high = in.u8();
  return Conformance{(high << 16U) | in.u16()};
}

/// What request and response have in common: the terms that are asked for, or agreed.
template <typename Apdu>
void write_terms(ByteWriter& out, const Apdu& apdu) {
  out.u8(apdu.quality_of_service ? 1 : 0);
  if (apdu.quality_of_service) out.u8(*apdu.quality_of_service);
  out.u8(apdu.version);
  write_conformance(out, apdu.conformance);
  out.u16(apdu.max_receive_pdu);
}

template <typename Apdu>
std::optional<AcseFault> read_terms(ByteReader& in, Apdu& apdu) {
  if (in.u8() != 0) apdu.quality_of_service = in.u8();
  apdu.version = in.u8();
  const auto conformance = read_conformance(in);
  if (!conformance) return conformance.error();
  apdu.conformance = conformance.value();
  apdu.max_receive_pdu = in.u16();
  return std::nullopt;
}

template <typename Apdu>
Result<Apdu, AcseFault> complete(const ByteReader& in, Apdu apdu, std::string_view field) {
  if (!in.ok()) return failure(AcseFault{field, in.offset(), "longer: it ends here"});
  if (in.rest() != 0) return failure(AcseFault{field, in.offset(), "at its end here"});
  return apdu;
}

}  // namespace

Octets InitiateRequest::encode() const {
  ByteWriter out;
  out.u8(kRequestTag);
  out.u8(dedicated_key ? 1 : 0);
  if (dedicated_key) {
    out.u8(static_cast<std::uint8_t>(dedicated_key->size()));
    out.append(dedicated_key->view());
  }
  if (response_allowed) {
    out.u8(0);  // the default
  } else {
    out.u8(1);
    out.u8(0);
  }
  write_terms(out, *this);
  return out.take();
}

Result<InitiateRequest, AcseFault> InitiateRequest::decode(OctetView octets) {
  ByteReader in{octets};
  if (in.u8() != kRequestTag) return failure(AcseFault{"InitiateRequest", 0, "tag 01"});
  InitiateRequest out;
  if (in.u8() != 0) {
    const std::size_t at = in.offset();
    const std::size_t length = in.u8();
    if (length != 16 && length != 32) {
      return failure(AcseFault{"dedicated-key", at, "16 or 32 octets"});
    }
    out.dedicated_key.emplace(in.take(length));
  }
  if (in.u8() != 0) out.response_allowed = in.u8() != 0;
  if (const auto fault = read_terms(in, out)) return failure(*fault);
  return complete(in, std::move(out), "InitiateRequest");
}

Octets InitiateResponse::encode() const {
  ByteWriter out;
  out.u8(kResponseTag);
  write_terms(out, *this);
  out.u16(vaa_name);
  return out.take();
}

Result<InitiateResponse, AcseFault> InitiateResponse::decode(OctetView octets) {
  ByteReader in{octets};
  if (in.u8() != kResponseTag) return failure(AcseFault{"InitiateResponse", 0, "tag 08"});
  InitiateResponse out;
  if (const auto fault = read_terms(in, out)) return failure(*fault);
  out.vaa_name = in.u16();
  return complete(in, out, "InitiateResponse");
}

Octets encode_initiate_refusal(std::uint8_t code) {
  constexpr std::uint8_t kInitiateService = 1;
  constexpr std::uint8_t kInitiateError = 6;
  return {kErrorTag, kInitiateService, kInitiateError, code};
}

Result<InitiateAnswer, AcseFault> decode_initiate_answer(OctetView octets) {
  if (!octets.empty() && octets.front() == kErrorTag) {
    if (octets.size() != 4) {
      return failure(AcseFault{"ConfirmedServiceError", octets.size(), "of 4 octets"});
    }
    return InitiateAnswer{ConfirmedServiceError{octets[1], octets[2], octets[3]}};
  }
  const auto response = InitiateResponse::decode(octets);
  if (!response) return failure(response.error());
  return InitiateAnswer{response.value()};
}

}  // namespace metergate::dlms
