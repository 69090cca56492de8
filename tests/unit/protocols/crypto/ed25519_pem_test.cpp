// SPDX-License-Identifier: Apache-2.0
#include "protocols/crypto/ed25519_pem.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string_view>

#include "protocols/crypto/ed25519.hpp"
#include "protocols/octets/hex.hpp"

namespace metergate::crypto {
namespace {

OctetView octets(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// RFC 8410, 10.3
constexpr std::string_view kSample =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

TEST(Ed25519Pem, TheSampleOfTheStandardIsReadAndWritten) {
  const auto key = ed25519_from_pem(octets(kSample));
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, *SecretOctets::from_hex(
                      "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"));
  const auto written = ed25519_to_pem(*key);
  ASSERT_TRUE(written);
  EXPECT_EQ(std::string(written->begin(), written->end()), kSample);
}

TEST(Ed25519Pem, OtherKeysAndOtherTextAreNone) {
  // X25519, whose keys have 32 octets as well.
  EXPECT_FALSE(
      ed25519_from_pem(octets("-----BEGIN PRIVATE KEY-----\n"
                              "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                              "-----END PRIVATE KEY-----\n")));
  EXPECT_FALSE(ed25519_from_pem({}));
  EXPECT_FALSE(ed25519_from_pem(octets(kSample.substr(0, 60))));
  EXPECT_FALSE(ed25519_to_pem(SecretOctets{Octets(31, 1)}));
}

RC_GTEST_PROP(Ed25519PemProperty, WhatIsWrittenIsReadAgain, ()) {
  const SecretOctets key = make_ed25519_key_pair().private_key;
  RC_ASSERT(*ed25519_from_pem(*ed25519_to_pem(key)) == key);
}

}  // namespace
}  // namespace metergate::crypto
