// SPDX-License-Identifier: Apache-2.0
#include "config/model_dlms.hpp"

#include <gmock/gmock.h>

#include "config/model_file.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::HasSubstr;

const std::string kHead = R"(name = "probe"
manufacturer = "none"
document = "this test"
protocol = "dlms"
capabilities = ["registers", "logs"]
[dlms]
serial = "0-0:96.1.0"
)";
const std::string kRest = R"([dlms.logs]
hardware = "0-0:99.98.0"
[[dlms.register]]
obis = "1-0:1.8.0"
name = "import"
unit = "Wh"
[event_codes]
1 = "power-down"
)";

std::string mistakes(const std::string& keys, const std::string& tables = {}) {
  return model_mistakes(kHead + keys + kRest + tables);
}

TEST(ModelDlms, WhatIsNotSaidIsTheUsual) {
  const auto read = parse_model(kHead + kRest, "probe.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->dlms.registers.front().attribute, 2);
  EXPECT_EQ(read->dlms.log_columns.sequence, 0);
  EXPECT_FALSE(read->numbers_log_entries());
  EXPECT_FALSE(read->dlms.access);
  EXPECT_FALSE(read->dlms.relay_scripts);
  EXPECT_FALSE(read->dlms.times_are_numbers);
}

TEST(ModelDlms, ANumberedLogIsOneWhoseNumbersCount) {
  const auto read =
      parse_model(kHead + kRest + "[dlms.log_columns]\nsequence = \"96.15\"\n", "probe.toml");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->numbers_log_entries());
}

TEST(ModelDlms, AccessIsReadWithItsWords) {
  const auto read = parse_model(kHead + kRest + R"([dlms.access]
client = 4
authentication = "lls"
invocation_counter = "0-0:43.1.4"
)",
                                "probe.toml");
  ASSERT_TRUE(read);
  ASSERT_TRUE(read->dlms.access);
  EXPECT_EQ(read->dlms.access->client, 4);
  EXPECT_EQ(read->dlms.access->authentication, dlms::AuthenticationMechanism::LowLevel);
  EXPECT_FALSE(read->dlms.access->ciphered);
  EXPECT_EQ(read->dlms.access->invocation_counter, cosem::invocation_counter_object(4));
}

TEST(ModelDlms, PushesColumnsAndScalersAreReadInTheirOrder) {
  const auto read = parse_model(kHead + kRest + R"([[dlms.push]]
setup = "0-0:25.9.0"
elements = ["40 0-0:25.9.0 1", "3 1-0:1.8.0 2", "7 1-0:99.1.0 2 1"]
[[dlms.columns]]
profile = "1-0:99.1.0"
period_min = 15
elements = ["8 0-0:1.0.0 2", "3 1-0:1.8.0 2"]
[dlms.scalers]
"1-0:1.8.0" = -1
)",
                                "probe.toml");
  ASSERT_TRUE(read) << read.error().front().text();
  const cosem::CaptureObject energy{3, cosem::obis(1, 0, 1, 8, 0), 2, 0};
  ASSERT_EQ(read->dlms.pushes.size(), 1U);
  EXPECT_EQ(read->dlms.pushes.front().setup, cosem::kPushSetup);
  EXPECT_EQ(read->dlms.pushes.front().objects,
            (std::vector<cosem::CaptureObject>{
                {40, cosem::kPushSetup, 1, 0}, energy, {7, cosem::kLoadProfile, 2, 1}}));
  ASSERT_EQ(read->dlms.columns.size(), 1U);
  EXPECT_EQ(read->dlms.columns.front().period, std::chrono::minutes{15});
  EXPECT_EQ(read->dlms.columns.front().elements.back(), energy);
  EXPECT_EQ(read->dlms.scalers.at(energy.logical_name), -1);
}

TEST(ModelDlms, EveryMistakeIsNamedWithWhatWouldBeRight) {
  for (const char* wrong : {"3 1-0:1.8.0", "1-0:1.8.0 3 2", "3 1-0:1.8.0 200", "3 1-0:1.8.0 2 0 0",
                            "70000 1-0:1.8.0 2", ""}) {
    EXPECT_THAT(mistakes("", std::string{"[[dlms.push]]\nelements = [\""} + wrong + "\"]\n"),
                HasSubstr("class, OBIS code and attribute"))
        << wrong;
  }
  EXPECT_THAT(mistakes("", "[[dlms.push]]\nsetup = \"0-0:25.9.0\"\n"), HasSubstr("elements"));
  EXPECT_THAT(mistakes("", "[[dlms.columns]]\nelements = [\"8 0-0:1.0.0 2\"]\n"),
              HasSubstr("profile"));
  EXPECT_THAT(mistakes("", "[dlms.scalers]\n\"1-0:1.8.0\" = 200\n"), HasSubstr("a power of ten"));
  EXPECT_THAT(mistakes("", "[dlms.access]\nauthentication = \"secret\"\n"),
              HasSubstr("none, lls, hls-md5, hls-sha1, hls-gmac, hls-sha256 or hls-ecdsa"));
  EXPECT_THAT(mistakes("", "[dlms.access]\nclient = 900\n"), HasSubstr("1 to 127"));
  EXPECT_THAT(mistakes("", "[dlms.relay_scripts]\ntable = \"0-0:10.0.106\"\n"), HasSubstr("off"));
  EXPECT_THAT(mistakes("", "[dlms.relay_scripts]\ntable = \"here\"\noff = 1\n"),
              HasSubstr("an OBIS code"));
  EXPECT_THAT(mistakes("change_tenancy = \"0-0:128.1.0\"\ntenancy_date = \"0-0:94.44.3*2\"\n"),
              HasSubstr("one of tenancy_date and change_tenancy"));
  EXPECT_THAT(mistakes("times_are_numbers = 3\n"), HasSubstr("times_are_numbers"));
}

TEST(ModelDlms, TwoRegistersOfOneCodeWouldHideEachOther) {
  EXPECT_THAT(mistakes("", "[[dlms.register]]\nobis = \"1-0:1.8.0\"\nname = \"again\"\n"),
              HasSubstr("a code that no other register has"));
  EXPECT_THAT(mistakes("",
                       "[[dlms.register]]\nobis = \"1-0:1.8.1\"\nname = \"t1\"\n"
                       "attribute = 1\n"),
              HasSubstr("2 to 127"));
}

}  // namespace
}  // namespace metergate::config
