// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ecdsa.hpp"

#include <gtest/gtest.h>

#include "protocols/crypto/ec_pem.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::crypto {
namespace {

Octets text(std::string_view words) { return Octets(words.begin(), words.end()); }

/// Key and signature of "sample" (RFC 6979, A.2.5 and A.2.6).
struct Published {
  Curve curve;
  const char* name;
  const char* private_key;
  const char* public_key;
  const char* signature;
};
constexpr Published kPublished[] = {
    {Curve::P256, "P256", "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
     "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    {Curve::P384, "P384",
     "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
     "96D5724E4C70A825F872C9EA60D2EDF5",
     "04EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
     "DEF8F0EA9055866064A254515480BC13"
     "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
     "288B231C3AE0D4FE7344FD2533264720",
     "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
     "81A648152E44ACF96E36DD1E80FABE46"
     "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
     "A329C145786E679E7B82C71A38628AC8"},
};

class Ecdsa : public testing::TestWithParam<Published> {
 protected:
  static Octets octets(const char* digits) { return hex::parse(digits).value(); }
  const Curve curve_ = GetParam().curve;
  const SecretOctets private_key_{octets(GetParam().private_key)};
  const Octets public_key_ = octets(GetParam().public_key);
  const Octets signature_ = octets(GetParam().signature);
};

TEST_P(Ecdsa, APublishedKeyAndSignatureHold) {
  EXPECT_EQ(ec_public_key(curve_, private_key_), public_key_);
  EXPECT_TRUE(ecdsa_holds(curve_, public_key_, text("sample"), signature_));
  EXPECT_FALSE(ecdsa_holds(curve_, public_key_, text("Sample"), signature_));
}

TEST_P(Ecdsa, WhatIsSignedHoldsAndNoTwoSignaturesAreAlike) {
  const auto once = ecdsa_sign(curve_, private_key_, text("tests"));
  const auto again = ecdsa_sign(curve_, private_key_, text("tests"));
  ASSERT_TRUE(once && again);
  EXPECT_EQ(once->size(), 2 * scalar_octets(curve_));
  EXPECT_TRUE(ecdsa_holds(curve_, public_key_, text("tests"), *once));
  EXPECT_TRUE(ecdsa_holds(curve_, public_key_, text("tests"), *again));
  EXPECT_NE(once, again) << "a number used twice gives the key away";
}

TEST_P(Ecdsa, ACompressedPointIsTheSamePoint) {
  Octets compressed(public_key_.begin(),
                    public_key_.begin() + 1 + static_cast<std::ptrdiff_t>(scalar_octets(curve_)));
  compressed.front() = (public_key_.back() & 1U) != 0 ? 3 : 2;
  EXPECT_EQ(ec_point(curve_, compressed), public_key_);
  EXPECT_TRUE(ecdsa_holds(curve_, compressed, text("sample"), signature_));
}

TEST_P(Ecdsa, WhatIsNoKeyAndNoSignatureIsRefused) {
  const std::size_t size = scalar_octets(curve_);
  for (const auto& key : {Octets(size, 0), Octets(size, 0xFF), Octets(size - 1, 1), Octets{}}) {
    EXPECT_FALSE(ec_public_key(curve_, SecretOctets{key}));
    EXPECT_FALSE(ecdsa_sign(curve_, SecretOctets{key}, text("sample")));
  }
  Octets off = public_key_;
  off.back() ^= 1;
  for (const auto& point : {off, Octets{}, Octets{0}, Octets(public_key_.size(), 4)}) {
    EXPECT_FALSE(ec_point(curve_, point));
    EXPECT_FALSE(ecdsa_holds(curve_, point, text("sample"), signature_));
  }
  for (const auto& forged :
       {Octets(signature_.size(), 0), Octets(signature_.size(), 0xFF), Octets(1, 1), Octets{}}) {
    EXPECT_FALSE(ecdsa_holds(curve_, public_key_, text("sample"), forged));
  }
}

INSTANTIATE_TEST_SUITE_P(Curves, Ecdsa, testing::ValuesIn(kPublished),
                         [](const auto& published) { return std::string{published.param.name}; });

// As `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384` and `openssl req -x509` wrote
// them: a key made for this test, and certificates of it.
constexpr std::string_view kKey = R"(-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDABq3ZgR+c5uX7N7LL2
2ckASNLyljTN+ytGXzuUazg3eWixg8HUzC/LKd2XFgxLt6ehZANiAATPc7Q1nvcc
cldjhYUNzb2K0Vq7HAEbN0EpkcfqNColx7TN5aF0Oykrnvxl5nvhL5R+8cTY6HdM
SLTGmzDFoG3wZ364P0LKBk3MNtfrWQe3gTl3yVzyZXgR1eNsTulCESA=
-----END PRIVATE KEY-----
)";
constexpr std::string_view kPublic = R"(-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEz3O0NZ73HHJXY4WFDc29itFauxwBGzdB
KZHH6jQqJce0zeWhdDspK578ZeZ74S+UfvHE2Oh3TEi0xpswxaBt8Gd+uD9CygZN
zDbX61kHt4E5d8lc8mV4EdXjbE7pQhEg
-----END PUBLIC KEY-----
)";
constexpr std::string_view kForSigning = R"(-----BEGIN CERTIFICATE-----
MIIB+zCCAYKgAwIBAgIUJH6z6mWQRMKrbApIunuCnEFPSpowCgYIKoZIzj0EAwIw
LDEPMA0GA1UECgwGbWV0ZXJzMRkwFwYDVQQDDBA0RDU0NDcwOTA4MDcwNjA1MCAX
DTI2MTEyMjA4NDkzNVoYDzIxMjYxMDI5MDg0OTM1WjAsMQ8wDQYDVQQKDAZtZXRl
cnMxGTAXBgNVBAMMEDRENTQ0NzA5MDgwNzA2MDUwdjAQBgcqhkjOPQIBBgUrgQQA
IgNiAATPc7Q1nvcccldjhYUNzb2K0Vq7HAEbN0EpkcfqNColx7TN5aF0Oykrnvxl
5nvhL5R+8cTY6HdMSLTGmzDFoG3wZ364P0LKBk3MNtfrWQe3gTl3yVzyZXgR1eNs
TulCESCjYzBhMB0GA1UdDgQWBBTVdthMXdO+28cotsgyd1X9/FA+yDAfBgNVHSME
GDAWgBTVdthMXdO+28cotsgyd1X9/FA+yDAPBgNVHRMBAf8EBTADAQH/MA4GA1Ud
DwEB/wQEAwIHgDAKBggqhkjOPQQDAgNnADBkAjATMofYJXvvs1XouviT8EhxJbOG
sUKfw0W0eibPSozVrlhBLEgrMgIQcaE8QwVvEr0CMBupGBgQvYv9yz2ug+2xjG3F
+/5VAVmHlNP1ykr/ngGaWVA2O0WW2UB6AFyKeS3e9Q==
-----END CERTIFICATE-----
)";
constexpr std::string_view kForAgreement = R"(-----BEGIN CERTIFICATE-----
MIIB2jCCAWCgAwIBAgIUU2cjkO+R8G/kO+tLI6XW8HLnilswCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTAgFw0yNjExMjIwODQ5MzVaGA8y
MTI2MTAyOTA4NDkzNVowGzEZMBcGA1UEAwwQNEQ1NDQ3MDkwODA3MDYwNTB2MBAG
ByqGSM49AgEGBSuBBAAiA2IABM9ztDWe9xxyV2OFhQ3NvYrRWrscARs3QSmRx+o0
KiXHtM3loXQ7KSue/GXme+EvlH7xxNjod0xItMabMMWgbfBnfrg/QsoGTcw21+tZ
B7eBOXfJXPJleBHV42xO6UIRIKNjMGEwHQYDVR0OBBYEFNV22Exd077bxyi2yDJ3
Vf38UD7IMB8GA1UdIwQYMBaAFNV22Exd077bxyi2yDJ3Vf38UD7IMA8GA1UdEwEB
/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgMIMAoGCCqGSM49BAMCA2gAMGUCMQCdb522
MLIi45JFlIpgMgqVkzlEDEY7Z7LHR5Ha/QS1uRn6m9Jyzl3fiYCIxOzmgFYCMEee
02VqjyOp26EjIsBi1mEiqRzpWLUhN6aDJesoeWfl1sW1ko+kRKQ3UN9ow3Q1uw==
-----END CERTIFICATE-----
)";

TEST(EcPem, KeysAndCertificatesOfOpensslAreRead) {
  const auto own = ec_private_from_pem(Curve::P384, kKey);
  ASSERT_TRUE(own);
  const auto point = ec_public_key(Curve::P384, *own);
  EXPECT_EQ(ec_public_from_pem(Curve::P384, kPublic), point);
  const auto certificate = ec_certificate_from_pem(Curve::P384, kForSigning);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->public_key, point);
  EXPECT_EQ(certificate->common_name, "4D54470908070605");
  EXPECT_TRUE(certificate->may_sign);
}

TEST(EcPem, ACertificateForKeyAgreementIsNoneForSigning) {
  const auto certificate = ec_certificate_from_pem(Curve::P384, kForAgreement);
  ASSERT_TRUE(certificate);
  EXPECT_FALSE(certificate->may_sign);
}

TEST(EcPem, AnotherCurveAnotherSortAndNoPemAreRefused) {
  EXPECT_FALSE(ec_private_from_pem(Curve::P256, kKey));
  EXPECT_FALSE(ec_public_from_pem(Curve::P256, kPublic));
  EXPECT_FALSE(ec_certificate_from_pem(Curve::P256, kForSigning));
  EXPECT_FALSE(ec_private_from_pem(Curve::P384, kPublic));
  EXPECT_FALSE(ec_public_from_pem(Curve::P384, kForSigning));
  for (const std::string_view none : {"", "-----BEGIN PRIVATE KEY-----", "no key"}) {
    EXPECT_FALSE(ec_private_from_pem(Curve::P384, none));
    EXPECT_FALSE(ec_public_from_pem(Curve::P384, none));
    EXPECT_FALSE(ec_certificate_from_pem(Curve::P384, none));
  }
}

}  // namespace
}  // namespace metergate::crypto
