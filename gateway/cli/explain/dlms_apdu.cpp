// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/explain/dlms_apdu.hpp"

#include "protocols/dlms/acse/aare.hpp"
#include "protocols/dlms/acse/aarq.hpp"
#include "protocols/dlms/acse/initiate.hpp"
#include "protocols/dlms/acse/release.hpp"
#include "protocols/dlms/security/cipher.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::cli {
namespace {

using dlms::Aare;
using dlms::Aarq;
using dlms::CipheredApdu;
using dlms::Release;

/// Three letters of the maker, and the rest.
std::string title_text(const dlms::SystemTitle& title) { return hex::text(title.view()); }

void explain_conformance(Outline& out, std::size_t level, dlms::Conformance conformance) {
  std::string words;
  for (std::uint8_t bit = 0; bit < 24; ++bit) {
    if (!conformance.has(static_cast<dlms::Service>(bit))) continue;
    const auto word = dlms::service_word(bit);
    words += (words.empty() ? "" : ", ");
    words += word.empty() ? "bit " + std::to_string(bit) : std::string{word};
  }
  out.line(level, "conformance: " + words);
}

std::string pdu_text(std::uint16_t octets) {
  return octets == 0 ? std::string{"no limit"} : std::to_string(octets) + " octets";
}

void explain_request(Outline& out, std::size_t level, const dlms::InitiateRequest& request) {
  out.line(level, "InitiateRequest, DLMS version " + std::to_string(request.version));
  if (request.dedicated_key) {
    out.line(level + 1, "dedicated key of " + std::to_string(request.dedicated_key->size()) +
                            " octets, not shown");
  }
  explain_conformance(out, level + 1, request.conformance);
  out.line(level + 1, "takes APDUs of " + pdu_text(request.max_receive_pdu));
}

void explain_response(Outline& out, std::size_t level, const dlms::InitiateResponse& response) {
  out.line(level, "InitiateResponse, DLMS version " + std::to_string(response.version));
  explain_conformance(out, level + 1, response.conformance);
  out.line(level + 1, "takes APDUs of " + pdu_text(response.max_receive_pdu));
  out.line(level + 1, "VAA name " + std::to_string(response.vaa_name));
}

void explain_aarq(Outline& out, std::size_t level, const Aarq& aarq, const DlmsSecrets& secrets) {
  out.line(level, "AARQ: an association is asked for");
  out.line(level + 1, "context: " + std::string{dlms::context_word(aarq.context)});
  if (aarq.calling_ap_title) {
    out.line(level + 1, "client's system title: " + title_text(*aarq.calling_ap_title));
  }
  if (aarq.calling_ae_invocation_id) {
    out.line(level + 1, "user: " + std::to_string(*aarq.calling_ae_invocation_id));
  }
  out.line(level + 1, "mechanism: " + std::string{dlms::mechanism_word(aarq.mechanism)});
  if (dlms::is_high_level(aarq.mechanism)) {
    out.line(level + 1, "challenge CtoS: " + hex::text(aarq.authentication_value.view()));
  } else if (aarq.authentication_value.size() != 0) {
    out.line(level + 1, "password of " + std::to_string(aarq.authentication_value.size()) +
                            " octets, not shown");
  }
  DlmsSecrets with_title = secrets;
  if (aarq.calling_ap_title) with_title.client = aarq.calling_ap_title;
  if (!aarq.user_information.empty()) {
    explain_apdu(out, level + 1, aarq.user_information, with_title);
  }
}

void explain_aare(Outline& out, std::size_t level, const Aare& aare, const DlmsSecrets& secrets) {
  constexpr std::string_view kResults[] = {"accepted", "rejected for good", "rejected for now"};
  out.line(level, "AARE: " + std::string{kResults[static_cast<std::size_t>(aare.result)]} + ", " +
                      aare.diagnostic.text());
  out.line(level + 1, "context: " + std::string{dlms::context_word(aare.context)});
  if (aare.responding_ap_title) {
    out.line(level + 1, "server's system title: " + title_text(*aare.responding_ap_title));
  }
  if (aare.mechanism) {
    out.line(level + 1, "mechanism: " + std::string{dlms::mechanism_word(*aare.mechanism)});
  }
  if (!aare.challenge.empty()) {
    out.line(level + 1, "challenge StoC: " + hex::text(aare.challenge));
  }
  DlmsSecrets with_title = secrets;
  if (aare.responding_ap_title) with_title.server = aare.responding_ap_title;
  if (!aare.user_information.empty()) {
    explain_apdu(out, level + 1, aare.user_information, with_title);
  }
}

void explain_release(Outline& out, std::size_t level, const Release& release,
                     const DlmsSecrets& secrets) {
  const bool asked = release.kind == Release::Kind::Request;
  out.line(level, asked ? "RLRQ: the association is to end" : "RLRE: the association has ended");
  if (release.reason) out.line(level + 1, "reason: " + std::to_string(*release.reason));
  if (!release.user_information.empty()) {
    explain_apdu(out, level + 1, release.user_information, secrets);
  }
}

std::string wrapping_text(const CipheredApdu& apdu) {
  switch (apdu.wrapping) {
    case dlms::Wrapping::Global:
      return "global ciphering by service";
    case dlms::Wrapping::Dedicated:
      return "dedicated ciphering by service";
    case dlms::Wrapping::GeneralGlobal:
      return "general-glo-ciphering";
    default:
      return "general-ded-ciphering";
  }
}

/// Whose title the sender has: said in the APDU, or told by which way the service goes.
std::optional<dlms::SystemTitle> sender_of(const CipheredApdu& apdu, const DlmsSecrets& secrets) {
  if (apdu.title) return apdu.title;
  constexpr std::uint8_t kInitiateResponse = 0x08;
  constexpr std::uint8_t kFirstResponse = 0xC4;
  const std::uint8_t service = dlms::service_of(apdu.tag).value_or(0);
  const bool response = service == kInitiateResponse || service >= kFirstResponse;
  return response ? secrets.server : secrets.client;
}

void explain_ciphered(Outline& out, std::size_t level, const CipheredApdu& apdu,
                      const DlmsSecrets& secrets) {
  const dlms::SecurityControl control = apdu.control;
  out.line(level, wrapping_text(apdu) + ", suite " +
                      std::to_string(static_cast<unsigned>(control.suite)) + ", " +
                      std::string{dlms::protection_word(control.protection)} +
                      (control.key_use == dlms::KeyUse::Broadcast ? ", broadcast key" : ""));
  if (apdu.title) out.line(level + 1, "sender's system title: " + title_text(*apdu.title));
  out.line(level + 1, "invocation counter: " + std::to_string(apdu.invocation_counter));
  if (!dlms::is_encrypted(control.protection)) {
    out.line(level + 1, "not encrypted:");
    explain_apdu(out, level + 2, apdu.content, secrets);
  }
  const auto sender = sender_of(apdu, secrets);
  if (!secrets.keys || !sender) {
    out.line(level + 1, secrets.keys ? "closed: the sender's system title is not known"
                                     : "closed: no keys were given");
    return;
  }
  dlms::CipheringKeys keys = *secrets.keys;
  keys.suite = control.suite;  // suites 0 and 1 cipher alike
  if (const auto right = dlms::check_lengths(keys); !right) {
    out.line(level + 1, "closed: " + right.error().text());
    return;
  }
  const auto plain = dlms::decipher(keys, apdu, *sender);
  if (!plain) {
    out.line(level + 1, "closed: " + std::string{dlms::cipher_fault_text(plain.error())});
    return;
  }
  out.line(level + 1, dlms::is_authenticated(control.protection)
                          ? "authentic under the keys given"
                          : "deciphered; nothing proves that it is authentic");
  if (dlms::is_encrypted(control.protection)) explain_apdu(out, level + 1, plain.value(), secrets);
}

bool explain_association(Outline& out, std::size_t level, OctetView apdu,
                         const DlmsSecrets& secrets) {
  constexpr auto kRlrq = static_cast<std::uint8_t>(Release::Kind::Request);
  constexpr auto kRlre = static_cast<std::uint8_t>(Release::Kind::Response);
  constexpr std::uint8_t kInitiateRequest = 0x01;
  constexpr std::uint8_t kInitiateResponse = 0x08;
  const auto shown = [&](const auto& read, auto explain) {
    if (read) {
      explain(read.value());
    } else {
      out.line(level, read.error().text());
    }
    return true;
  };
  switch (apdu.front()) {
    case Aarq::kTag:
      return shown(Aarq::decode(apdu),
                   [&](const Aarq& aarq) { explain_aarq(out, level, aarq, secrets); });
    case Aare::kTag:
      return shown(Aare::decode(apdu),
                   [&](const Aare& aare) { explain_aare(out, level, aare, secrets); });
    case kRlrq:
    case kRlre:
      return shown(Release::decode(apdu),
                   [&](const Release& release) { explain_release(out, level, release, secrets); });
    case kInitiateRequest:
      return shown(dlms::InitiateRequest::decode(apdu), [&](const dlms::InitiateRequest& request) {
        explain_request(out, level, request);
      });
    case kInitiateResponse:
      return shown(
          dlms::InitiateResponse::decode(apdu),
          [&](const dlms::InitiateResponse& response) { explain_response(out, level, response); });
    default:
      return false;
  }
}

}  // namespace

void explain_apdu(Outline& out, std::size_t level, OctetView apdu, const DlmsSecrets& secrets) {
  if (apdu.empty()) {
    out.line(level, "no APDU: nothing in it");
    return;
  }
  if (explain_association(out, level, apdu, secrets)) return;
  if (dlms::is_ciphered_tag(apdu.front())) {
    const auto parts = CipheredApdu::parse(apdu);
    if (parts) {
      explain_ciphered(out, level, parts.value(), secrets);
    } else {
      out.line(level, std::string{dlms::cipher_fault_text(parts.error())});
    }
    return;
  }
  const auto service = dlms::decode_apdu(apdu);
  if (service) {
    explain_service(out, level, service.value());
    return;
  }
  out.line(level, "no APDU: " + std::string{dlms::fault_word(service.error().reason)} +
                      " at octet " + std::to_string(service.error().offset) + " of " +
                      std::to_string(apdu.size()));
}

}  // namespace metergate::cli
