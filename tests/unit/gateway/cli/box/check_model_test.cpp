// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;

const std::filesystem::path kModels =
    std::filesystem::path{METERGATE_SOURCE_DIR} / "meters" / "models" / "data";

TEST(CheckModel, EveryModelWeShipIsReadableThroughItsOwnRegisters) {
  std::size_t tried = 0;
  for (const auto& entry : std::filesystem::directory_iterator{kModels}) {
    if (entry.path().extension() != ".toml") continue;
    const Ran told = ran({"check-model", entry.path().string()});
    EXPECT_EQ(told.code, kOk) << told.out;
    if (told.out.find("protocol        modbus") == std::string::npos) continue;
    const Ran simulated = ran({"check-model", entry.path().string(), "--simulate"});
    EXPECT_EQ(simulated.code, kOk) << entry.path() << '\n' << simulated.out;
    EXPECT_THAT(simulated.out, HasSubstr("simulated"));
    ++tried;
  }
  EXPECT_GT(tried, 0U);
}

TEST(CheckModel, SimulationReadsAllThatAPrepaymentMeterKnows) {
  const Ran simulated =
      ran({"check-model", (kModels / "virtual-prepayment-modbus.toml").string(), "--simulate"});
  for (const char* part : {"serial number 12345678", "profile ", "daily ", "log tamper", "clock ",
                           "relay ", "billing ", "tariff 0, 0 more to come"}) {
    EXPECT_THAT(simulated.out, HasSubstr(part));
  }
}

TEST(CheckModel, ModelWithoutRegistersIsNotSimulated) {
  EXPECT_EQ(
      ran({"check-model", (kModels / "virtual-prepayment-mqtt.toml").string(), "--simulate"}).code,
      kUsage);
}

TEST(CheckModel, MistakesAreAConfigurationError) {
  EXPECT_EQ(ran({"check-model", "/nowhere/model.toml"}).code, kConfigurationError);
}

class CheckConfig : public testing::Test {
 protected:
  Ran check(std::string_view text, std::vector<std::string> more = {}) {
    const auto file = folder_ / "metergate.toml";
    std::ofstream{file} << text;
    more.insert(more.begin(), {"check-config", file.string()});
    return ran(std::move(more));
  }
  test::TemporaryDirectory temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

TEST_F(CheckConfig, StreetOfTheSimulatorIsConfiguredWithoutMistakes) {
  const Ran printed =
      ran({"sim", "config", "--dir", folder_.string(), "--models", kModels.string(), "--lines", "2",
           "--meters", "3", "--north", "127.0.0.1", "--mqtt-meters", "2"});
  ASSERT_EQ(printed.code, kOk) << printed.err;
  const Ran checked = check(printed.out);
  EXPECT_EQ(checked.code, kOk) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("no mistakes; site street, 8 meters on 2 lines"));
  EXPECT_THAT(checked.out, HasSubstr("of the line's time"));
}

TEST_F(CheckConfig, DlmsMetersOfTheSimulatorAreNamedToo) {
  const Ran printed =
      ran({"sim", "config", "--dir", folder_.string(), "--models", kModels.string(), "--lines", "0",
           "--dlms-meters", "3", "--dlms-tcp-meters", "2", "--dlms-tcp-port", "4059"});
  ASSERT_EQ(printed.code, kOk) << printed.err;
  const Ran checked = check(printed.out);
  EXPECT_EQ(checked.code, kOk) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("no mistakes; site street, 5 meters on 2 lines"));
}

TEST_F(CheckConfig, KeyFilesOfDlmsMetersThatAreNotThereAreMistakes) {
  const Ran printed = ran({"sim", "config", "--dir", folder_.string(), "--models", kModels.string(),
                           "--lines", "0", "--dlms-meters", "2", "--dlms-security", "gmac"});
  const Ran checked = check(printed.out);
  EXPECT_EQ(checked.code, kConfigurationError);
  EXPECT_THAT(checked.out, HasSubstr("key_file of meter hdlc-001"));
  EXPECT_THAT(checked.out, HasSubstr("dlms-keys/hdlc-002.toml"));
}

TEST_F(CheckConfig, EveryMistakeIsToldInOneGo) {
  const Ran checked = check("site = \"a/b\"\n[[line]]\nname = \"l\"\ndevice = \"d\"\nbaud = 12\n");
  EXPECT_EQ(checked.code, kConfigurationError);
  EXPECT_THAT(checked.out, HasSubstr("metergate.toml:1: site"));
  EXPECT_THAT(checked.out, HasSubstr("metergate.toml:5: line[1].baud"));
  EXPECT_THAT(check("site = \"a/b\"\n", {"--json"}).out, HasSubstr(R"("key":"site")"));
}

TEST_F(CheckConfig, ModelNobodyKnowsIsAMistake) {
  const Ran checked =
      check("site = \"s\"\nmodel_directories = [\"" + kModels.string() +
            "\"]\n[[line]]\nname = \"l\"\ndevice = \"d\"\n[[meter]]\nid = \"m1\"\nmodel = "
            "\"no-such\"\nline = \"l\"\naddress = 1\n");
  EXPECT_EQ(checked.code, kConfigurationError);
  EXPECT_THAT(checked.out, HasSubstr("no-such"));
  EXPECT_THAT(checked.out, HasSubstr("eastron-sdm120"));
}

}  // namespace
}  // namespace metergate::cli
