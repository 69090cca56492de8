// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "gateway/cli/dlms/caller.hpp"
#include "protocols/octets/hex.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::cli {
namespace {

using dlms::SecuritySuite;
using testing::HasSubstr;

class DlmsKeyLines : public testing::Test {
 protected:
  std::string file(const std::string& text) {
    const auto path = directory_.path() / "keys";
    std::ofstream{path} << text;
    return path.string();
  }
  static std::string point(crypto::Curve curve) {
    const auto key = crypto::ec_public_key(
        curve, crypto::SecretOctets{Octets(crypto::scalar_octets(curve), 0x22)});
    return hex::text(key.value());
  }

  test::TemporaryDirectory directory_;
  const std::string ciphering_ =
      "# of one meter\nek = " + std::string(32, '1') + "\nak = " + std::string(32, '2') + "\n";
};

TEST_F(DlmsKeyLines, KeysToCipherAndKeysToSignStandInOneFile) {
  const std::string path = file(ciphering_ + "sk = " + std::string(64, '3') +
                                "\nmk = " + point(crypto::Curve::P256) + "\n");
  const auto keys = read_dlms_keys(path);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->authentication.view()[0], 0x22);
  const auto signing = read_dlms_signing_keys(path, SecuritySuite::Suite1);
  ASSERT_TRUE(signing) << signing.error().text;
  EXPECT_EQ(signing->own.view()[0], 0x33);
  EXPECT_EQ(signing->peer.size(), 65U);
}

TEST_F(DlmsKeyLines, AKeyOfAnotherCurveIsNamedByItsLineAndNotShown) {
  const std::string path =
      file(ciphering_ + "sk = " + std::string(64, '3') + "\nmk = " + point(crypto::Curve::P256));
  const auto signing = read_dlms_signing_keys(path, SecuritySuite::Suite2);
  ASSERT_FALSE(signing);
  EXPECT_THAT(signing.error().text, HasSubstr("line 4: must be"));
  EXPECT_EQ(signing.error().text.find("333"), std::string::npos);
}

TEST_F(DlmsKeyLines, WhatIsMissingIsNamed) {
  const auto signing = read_dlms_signing_keys(file(ciphering_), SecuritySuite::Suite1);
  ASSERT_FALSE(signing);
  EXPECT_THAT(signing.error().text, HasSubstr("needs `sk = HEX`"));
  const auto keys = read_dlms_keys(file(ciphering_ + "secret = 12\n"));
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().text, HasSubstr("line 4: must be"));
}

}  // namespace
}  // namespace metergate::cli
