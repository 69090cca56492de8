// SPDX-License-Identifier: Apache-2.0
#include "gateway/north/signed_body.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>

#include "gateway/north/body_reader.hpp"
#include "protocols/octets/compact_hex.hpp"

namespace metergate::north {
namespace {

namespace json = boost::json;

const CommandPlace kPlace{"site-1", "house-001", "issue-token"};
constexpr std::string_view kBody =
    R"({"params":{"function":"free-issue","energy_wh":2500},"operator":"tom",)"
    R"("id":"c-1","issued_at":"2026-03-01T10:17:00Z","expires_at":"2026-03-01T11:17:00Z",)"
    R"("work_order":"WO 7"})";

json::object body(std::string_view text = kBody) {
  return json::parse({text.data(), text.size()}).get_object();
}

const crypto::SecretOctets kPrivateKey{Octets(32, 7)};

OctetView octets(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string signature_of(const std::string& text) {
  return hex::compact(*crypto::ed25519_sign(kPrivateKey, octets(text)));
}

bool holds(const CommandPlace& place, const json::object& signed_body) {
  const auto proof = read_proof(place, signed_body);
  return proof && proof->signature &&
         crypto::ed25519_verify(*crypto::ed25519_public_key(kPrivateKey),
                                octets(proof->signed_octets), *proof->signature);
}

TEST(SignedBody, TheOctetsAreThoseOfTheDocument) {
  const std::string canonical =
      R"({"expires_at":"2026-03-01T11:17:00Z","id":"c-1","issued_at":"2026-03-01T10:17:00Z",)"
      R"("operator":"tom","params":{"energy_wh":2500,"function":"free-issue"},)"
      R"("work_order":"WO 7"})";
  EXPECT_EQ(*signed_octets(kPlace, body()),
            "metergate-command-v1\nsite-1\nissue-token\nhouse-001\n" + canonical);
}

TEST(SignedBody, SignatureAndApprovalAreNotPartOfWhatTheySign) {
  json::object with = body();
  with["signature"] = "x";
  with["approval"] = json::object{{"operator", "tina"}};
  EXPECT_EQ(*signed_octets(kPlace, with), *signed_octets(kPlace, body()));
}

TEST(SignedBody, BothSignaturesAreReadWithTheirNames) {
  json::object with = body();
  const std::string signature = signature_of(*signed_octets(kPlace, body()));
  with["signature"] = signature;
  with["approval"] = json::object{{"operator", "tina"}, {"signature", signature}};
  const auto proof = read_proof(kPlace, with);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->operator_name, "tom");
  EXPECT_EQ(proof->approver, "tina");
  EXPECT_EQ(proof->approval, proof->signature);
  EXPECT_TRUE(holds(kPlace, with));
}

TEST(SignedBody, WithoutASignatureNothingIsMadeForOne) {
  const auto proof = read_proof(kPlace, body(R"({"operator":"tom","params":{"x":1.5}})"));
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->operator_name, "tom");
  EXPECT_FALSE(proof->signature);
  EXPECT_EQ(proof->signed_octets, "");
}

TEST(SignedBody, ASignatureForAnotherPlaceDoesNotHold) {
  json::object with = body();
  with["signature"] = signature_of(*signed_octets(kPlace, with));
  ASSERT_TRUE(holds(kPlace, with));
  EXPECT_FALSE(holds({"site-2", "house-001", "issue-token"}, with));
  EXPECT_FALSE(holds({"site-1", "house-002", "issue-token"}, with));
  EXPECT_FALSE(holds({"site-1", "house-001", "set-relay"}, with));
}

TEST(SignedBody, WhatIsNoSignatureIsNamedAndNotShown) {
  const std::string good = signature_of("x");
  for (const std::string& wrong :
       {std::string{}, good.substr(1), good + "00", ' ' + good, std::string(128, 'g')}) {
    json::object with = body();
    with["signature"] = wrong;
    const auto proof = read_proof(kPlace, with);
    ASSERT_FALSE(proof) << wrong;
    EXPECT_EQ(proof.error().reason, Reason::OutOfRange);
    EXPECT_EQ(proof.error().field, "signature");
  }
}

TEST(SignedBody, AnApprovalNeedsItsNameItsSignatureAndNothingElse) {
  const json::object base = body();
  const std::string good = signature_of("x");
  const std::vector<std::pair<json::value, std::string>> wrong{
      {"tina", "approval"},
      {json::object{{"signature", good}}, "approval.operator"},
      {json::object{{"operator", ""}, {"signature", good}}, "approval.operator"},
      {json::object{{"operator", "tina"}}, "approval.signature"},
      {json::object{{"operator", "tina"}, {"signature", good}, {"role", "x"}}, "approval.role"}};
  for (const auto& [approval, field] : wrong) {
    json::object with = base;
    with["approval"] = approval;
    const auto proof = read_proof(kPlace, with);
    ASSERT_FALSE(proof) << approval;
    EXPECT_EQ(proof.error().field, field);
  }
}

TEST(SignedBody, AFractionCannotBeSigned) {
  json::object with = body(R"({"operator":"tom","params":{"energy_wh":1.5}})");
  with["signature"] = signature_of("x");
  const auto proof = read_proof(kPlace, with);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().field, "params.energy_wh");
}

/// Every octet of the message counts: changed in any way, it is refused as JSON, is the same
/// message in another spelling, or the signature is broken.
RC_GTEST_PROP(SignedBodyProperty, OneChangedOctetBreaksTheSignature, ()) {
  json::object with = body();
  with["signature"] = signature_of(*signed_octets(kPlace, with));
  std::string text = json::serialize(with);
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  const auto other = *rc::gen::arbitrary<char>();
  RC_PRE(other != text[at]);
  text[at] = other;
  auto parsed = parse_body(text, {});
  if (!parsed) return;
  if (auto* signature = parsed->if_contains("signature"); signature != nullptr) {
    // Hex digits may be large: the same signature, spelt otherwise.
    for (char& c : signature->as_string()) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  }
  const bool same = *parsed == with;
  RC_ASSERT(holds(kPlace, *parsed) == same);
}

}  // namespace
}  // namespace metergate::north
