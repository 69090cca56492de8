// SPDX-License-Identifier: Apache-2.0
#include "config/signing_keys.hpp"

#include <gmock/gmock.h>

#include "config/dlms_secrets.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::config {
namespace {

using crypto::Curve;
using testing::ElementsAre;
using testing::HasSubstr;

// As `openssl` wrote them: the key of a meter on P-256, made for this test, and its certificates.
constexpr std::string_view kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4Sr2C2DxFBEaWFRD
31PwTiIsnUsh8zuG96lGxp62SaShRANCAATcjp2GfADP6zgio6+3NzPXLqQtaQwi
KY41Jz2svz4hdBsbYbS9LhylBFl4VP8Z8Zyme7pAtt7UI0XPRoyX2P/E
-----END PRIVATE KEY-----
)";
constexpr std::string_view kPublic = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3I6dhnwAz+s4IqOvtzcz1y6kLWkM
IimONSc9rL8+IXQbG2G0vS4cpQRZeFT/GfGcpnu6QLbe1CNFz0aMl9j/xA==
-----END PUBLIC KEY-----
)";
constexpr std::string_view kForSigning = R"(-----BEGIN CERTIFICATE-----
MIIBnjCCAUOgAwIBAgIUW+SEsFjcHRdpRTnINCtCCmn6itUwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTAgFw0yNjExMjIwODU0MjhaGA8y
MTI2MTAyOTA4NTQyOFowGzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABNyOnYZ8AM/rOCKjr7c3M9cupC1pDCIpjjUn
Pay/PiF0GxthtL0uHKUEWXhU/xnxnKZ7ukC23tQjRc9GjJfY/8SjYzBhMB0GA1Ud
DgQWBBRthADR5AI3PeP+XdsWWjhPkoLMTjAfBgNVHSMEGDAWgBRthADR5AI3PeP+
XdsWWjhPkoLMTjAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIHgDAKBggq
hkjOPQQDAgNJADBGAiEA9OFmRDqo/MHnaCnIYFpE13mdynETp+W7xecmckn1Fp8C
IQDqbngYWYiIBX2vygO4tFcxfL1giAsolqLX7+WTj1rhQQ==
-----END CERTIFICATE-----
)";
constexpr std::string_view kForAgreement = R"(-----BEGIN CERTIFICATE-----
MIIBnDCCAUOgAwIBAgIUfNpqNADe/O0WJ/0cNInhdBcvRUAwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTAgFw0yNjExMjIwODU0MjhaGA8y
MTI2MTAyOTA4NTQyOFowGzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABNyOnYZ8AM/rOCKjr7c3M9cupC1pDCIpjjUn
Pay/PiF0GxthtL0uHKUEWXhU/xnxnKZ7ukC23tQjRc9GjJfY/8SjYzBhMB0GA1Ud
DgQWBBRthADR5AI3PeP+XdsWWjhPkoLMTjAfBgNVHSMEGDAWgBRthADR5AI3PeP+
XdsWWjhPkoLMTjAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIDCDAKBggq
hkjOPQQDAgNHADBEAiAczcCldKzO4D1Cl1UyaYiMMuki9DmWwsfvHEZ8uJOZywIg
QoxioIkxZE1mTohZt1nIVZtelnUh2CumnlnXW62tSiY=
-----END CERTIFICATE-----
)";

class SigningSecrets : public testing::Test {
 protected:
  SigningSecrets() {
    access_.authentication = dlms::AuthenticationMechanism::HighLevelEcdsa;
    access_.suite = dlms::SecuritySuite::Suite1;
  }
  [[nodiscard]] std::vector<std::string> wrong(const std::string& text) const {
    const auto read = parse_dlms_secrets(text, "k.toml", access_);
    std::vector<std::string> out;
    if (read) return out;
    for (const ConfigError& error : read.error()) out.push_back(error.text());
    return out;
  }
  static std::string pem(const std::string& key, std::string_view text) {
    return key + " = '''\n" + std::string{text} + "'''\n";
  }
  static std::string own(const std::string& digit, std::size_t count) {
    return "signing_key = \"" + std::string(count, digit[0]) + "\"\n";
  }
  static std::string point_of(Curve curve, std::uint8_t octet) {
    const auto point = crypto::ec_public_key(
        curve, crypto::SecretOctets{Octets(crypto::scalar_octets(curve), octet)});
    return "meter_public_key = \"" + hex::text(point.value()) + "\"\n";
  }

  DlmsAccess access_;
  const std::string own_ = own("1", 64);
};

TEST_F(SigningSecrets, KeysAreHexDigitsOrPem) {
  const auto digits = parse_dlms_secrets(own_ + point_of(Curve::P256, 0x22), "k.toml", access_);
  ASSERT_TRUE(digits);
  EXPECT_EQ(digits->signing->own.view()[0], 0x11);
  EXPECT_EQ(digits->signing->peer.size(), 65U);
  EXPECT_FALSE(digits->signing->peer_title);
  const auto in_pem =
      parse_dlms_secrets(own_ + pem("meter_public_key", kPublic), "k.toml", access_);
  ASSERT_TRUE(in_pem);
  const auto ours =
      parse_dlms_secrets(pem("signing_key", kKey) + point_of(Curve::P256, 0x22), "k.toml", access_);
  ASSERT_TRUE(ours);
  EXPECT_EQ(crypto::ec_public_key(Curve::P256, ours->signing->own), in_pem->signing->peer);
}

TEST_F(SigningSecrets, ACertificateTellsWhoseKeyItIs) {
  const auto read =
      parse_dlms_secrets(own_ + pem("meter_certificate", kForSigning), "k.toml", access_);
  ASSERT_TRUE(read);
  EXPECT_EQ(hex::text(read->signing->peer_title.value().view()), "4d 54 47 09 08 07 06 05");
}

TEST_F(SigningSecrets, ACertificateOfAnotherMeterIsRefused) {
  access_.meter_title = dlms::SystemTitle{{1, 2, 3, 4, 5, 6, 7, 8}};
  EXPECT_THAT(wrong(own_ + pem("meter_certificate", kForSigning)),
              ElementsAre(HasSubstr("meter_certificate is one of the system title "
                                    "4D54470908070605; allowed: one of meter_title, "
                                    "01 02 03 04 05 06 07 08")));
  const auto by_key = parse_dlms_secrets(own_ + point_of(Curve::P256, 0x22), "k.toml", access_);
  ASSERT_TRUE(by_key);
  EXPECT_EQ(by_key->signing->peer_title, access_.meter_title);
}

TEST_F(SigningSecrets, ACertificateForAnotherUseIsRefused) {
  EXPECT_THAT(wrong(own_ + pem("meter_certificate", kForAgreement)),
              ElementsAre(HasSubstr("one for another use than signing")));
}

TEST_F(SigningSecrets, WhatIsMissingIsNamed) {
  EXPECT_THAT(wrong(""),
              ElementsAre(HasSubstr("signing_key is missing; allowed: 64 hex digits or PEM"),
                          HasSubstr("meter_public_key is missing; allowed: it, or "
                                    "`meter_certificate`: one of the two")));
  EXPECT_THAT(wrong(own_ + point_of(Curve::P256, 0x22) + pem("meter_certificate", kForSigning)),
              ElementsAre(HasSubstr("one of the two")));
}

TEST_F(SigningSecrets, AKeyOfAnotherCurveIsNamedAndNeverShown) {
  const std::string secret(96, '1');
  const auto told = wrong("signing_key = \"" + secret + "\"\n" + point_of(Curve::P256, 0x22));
  EXPECT_THAT(told, ElementsAre(HasSubstr("signing_key is (not shown); allowed: 64 hex digits or "
                                          "PEM: a private key of P-256 (suite 1)")));
  EXPECT_EQ(told.front().find(secret), std::string::npos);
  EXPECT_THAT(wrong(own_ + point_of(Curve::P384, 0x22)),
              ElementsAre(HasSubstr("meter_public_key is another thing; allowed: 130 hex digits")));
  access_.suite = dlms::SecuritySuite::Suite2;
  EXPECT_THAT(wrong(own("1", 96) + pem("meter_certificate", kForSigning)),
              ElementsAre(HasSubstr("with a key of P-384 (suite 2)")));
  EXPECT_TRUE(wrong(own("1", 96) + point_of(Curve::P384, 0x22)).empty());
}

TEST_F(SigningSecrets, OurOwnKeyIsNotTheMeters) {
  EXPECT_THAT(wrong(own_ + point_of(Curve::P256, 0x11)),
              ElementsAre(HasSubstr("meter_public_key is our own key")));
}

}  // namespace
}  // namespace metergate::config
