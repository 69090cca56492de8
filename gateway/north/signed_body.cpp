// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/signed_body.hpp"

#include <algorithm>

#include "gateway/north/body_reader.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::north {

namespace json = boost::json;

namespace {

constexpr std::string_view kVersion = "metergate-command-v1";

crypto::Ed25519Signature read_signature(BodyReader& in, std::string_view key) {
  crypto::Ed25519Signature out{};
  const std::string text = in.text(key);
  if (in.refusal()) return out;
  const auto octets = hex::parse(text);
  // Blanks between the digits would be a second spelling of the same signature.
  if (!octets || octets->size() != out.size() || text.size() != 2 * out.size()) {
    in.refuse(Reason::OutOfRange, key, "128 hex digits: an Ed25519 signature");
    return out;
  }
  std::ranges::copy(*octets, out.begin());
  return out;
}

}  // namespace

Result<std::string, CanonicalFault> signed_octets(const CommandPlace& place,
                                                  const json::object& body) {
  auto canonical = canonical_json_without(body, kSignature, kApproval);
  if (!canonical) return failure(std::move(canonical).error());
  std::string out{kVersion};
  for (const std::string* part : {&place.site, &place.verb, &place.meter}) out += '\n' + *part;
  return out + '\n' + *canonical;
}

Result<CommandProof, Refusal> read_proof(const CommandPlace& place, const json::object& body) {
  CommandProof proof;
  BodyReader in{body, ""};
  if (in.has("operator")) proof.operator_name = in.text("operator");
  if (in.has(kSignature)) proof.signature = read_signature(in, kSignature);
  if (in.has(kApproval)) {
    BodyReader approval{in.child(kApproval), "approval."};
    approval.allow({"operator", kSignature});
    proof.approver = approval.text("operator");
    if (proof.approver.empty()) approval.refuse(Reason::OutOfRange, "operator", "who approves");
    proof.approval = read_signature(approval, kSignature);
    if (approval.refusal()) in.refuse(*approval.refusal());
  }
  if (in.refusal()) return failure(*in.refusal());
  if (!proof.signature && !proof.approval) return proof;
  auto octets = signed_octets(place, body);
  if (!octets) {
    return failure(Refusal{Reason::OutOfRange, octets.error().field, "", octets.error().expected});
  }
  proof.signed_octets = std::move(octets).value();
  return proof;
}

}  // namespace metergate::north
