// SPDX-License-Identifier: Apache-2.0
#include "config/key_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::config {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A meter of the STS compliance specifications.
const std::string kMeter = R"(
pan = "600727000000000009"
sgc = "201457"
ti = "01"
krn = 1
kt = 2
base_date = "14"
dkga = "04"
ea = "11"
vending_key = "abababababababab949494949494949401234567"
)";

std::string errors_of(const std::string& text) {
  const auto read = parse_key_config(text, "meter.toml");
  std::string out;
  if (read) return out;
  for (const ConfigError& error : read.error()) out += error.text() + '\n';
  return out;
}

std::string without(std::string text, std::string_view line_begin) {
  const auto at = text.find("\n" + std::string{line_begin});
  return text.erase(at, text.find('\n', at + 1) - at);
}

TEST(KeyConfig, DerivesTheMetersKey) {
  const auto read = parse_key_config(kMeter, "meter.toml");
  ASSERT_TRUE(read) << errors_of(kMeter);
  const auto expected = sts::DecoderKey::of(
      crypto::SecretOctets::from_hex("929BD3A415C9420A05EC5EE9F3CE91C3").value());
  EXPECT_TRUE(read->sts->decoder_key == *expected);
  EXPECT_EQ(read->sts->base_date, sts::BaseDate::Y2014);
  EXPECT_FALSE(read->utrn);
}

TEST(KeyConfig, ADecoderKeyAloneIsEnough) {
  const auto read = parse_key_config("ea = \"07\"\ndecoder_key = \"0ABC12DEF3456789\"\n", "k.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->sts->algorithm, sts::EncryptionAlgorithm::Sta);
  EXPECT_FALSE(read->sts->derivation);
  EXPECT_FALSE(read->sts->base_date);
}

TEST(KeyConfig, ADrnStandsForThePan) {
  const auto read = parse_key_config(without(kMeter, "pan") + "drn = \"00000000000\"\n", "k.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->sts->derivation->pan.digits(), "600727000000000009");
}

TEST(KeyConfig, EveryMissingPartIsNamed) {
  for (const char* key : {"pan", "sgc", "ti", "krn", "base_date", "dkga", "ea"}) {
    EXPECT_THAT(errors_of(without(kMeter, std::string{key} + " =")), HasSubstr(key));
  }
}

TEST(KeyConfig, AWrongKeyIsNamedAndNeverShown) {
  const std::string shown = errors_of(without(kMeter, "vending_key") + "vending_key = \"ab12\"\n");
  EXPECT_THAT(shown, HasSubstr("vending_key is (not shown)"));
  EXPECT_THAT(shown, Not(HasSubstr("ab12")));
  EXPECT_THAT(errors_of("ea = \"11\"\ndecoder_key = \"0ABC12DEF3456789\"\n"),
              HasSubstr("32 for ea 11"));
}

TEST(KeyConfig, AMistypedKeyIsNoticed) {
  EXPECT_THAT(errors_of(kMeter + "kem = 5\n"), HasSubstr("did you mean `ken`?"));
}

TEST(KeyConfig, AnEmptyFileSaysWhatItNeeds) {
  EXPECT_THAT(errors_of(""), HasSubstr("vending_key"));
}

TEST(KeyConfig, OperatorsTablesAreReadAndJudged) {
  const std::string identity16 = "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]";
  std::string identity64 = "[0";
  for (int i = 1; i < 64; ++i) identity64 += "," + std::to_string(i);
  identity64 += "]";
  const std::string tables =
      "[sta_tables]\ns1 = " + identity16 + "\ns2 = " + identity16 + "\np = " + identity64 + "\n";
  const auto read = parse_key_config(kMeter + tables, "k.toml");
  ASSERT_TRUE(read) << errors_of(kMeter + tables);
  EXPECT_EQ(read->sts->tables.s1()[3], 3);
  EXPECT_THAT(errors_of(kMeter + "[sta_tables]\ns1 = [1]\ns2 = " + identity16 +
                        "\np = " + identity64 + "\n"),
              HasSubstr("sta_tables.s1"));
}

TEST(KeyConfig, AUtrnSecretIsAgreedFromEitherSide) {
  const std::string parties =
      "[utrn]\nsupplier = \"0011223344556677\"\nmeter = \"88-99-aa-bb-cc-dd-ee-ff\"\n";
  const std::string keys =
      "supplier_private_key = "
      "\"e05a188595e8fdf2ccfc6ba17c698a62b95ac6d5d29287c49232e46ce881ef09\"\n"
      "meter_public_key = \"04fac53b531113c12e26a3c8595d911fc1edc754eeab241d88bf01e2b7debbf0c721d14"
      "a7cc369f69148740f8eefdf70abe940fa8603568cdc7785b26fa8684e95\"\n";
  const auto read = parse_key_config(parties + keys, "k.toml");
  ASSERT_TRUE(read) << errors_of(parties + keys);
  const auto expected = crypto::SecretOctets::from_hex(
      "95db6301c931b2e4fbbcc5a486ea3967ad67b4f7e990b37ea591c68d66b2ccee");
  EXPECT_TRUE(read->utrn->secret == *expected);
  EXPECT_THAT(errors_of(parties), HasSubstr("shared_secret"));
  EXPECT_THAT(errors_of("[utrn]\nsupplier = \"12\"\n"), HasSubstr("utrn.supplier"));
}

}  // namespace
}  // namespace metergate::config
