// SPDX-License-Identifier: Apache-2.0
#include "config/model_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::HasSubstr;

const std::string kHead = R"(name = "probe"
manufacturer = "none"
document = "this test"
protocol = "modbus"
capabilities = ["registers"]
[modbus]
)";
const std::string kVoltage = R"([[modbus.register]]
obis = "1-0:32.7.0"
name = "voltage"
address = 10
type = "u16"
unit = "V"
scale = -1
)";

std::string capture(const std::string& request, const std::string& response,
                    const std::string& expect) {
  return "[[capture]]\nkind = \"computed\"\nsource = \"here\"\nrequest = \"" + request +
         "\"\nresponse = \"" + response + "\"\n[capture.expect]\n" + expect + "\n";
}

TEST(ModelFile, AWholeFileIsReadWithDefaults) {
  const auto read = parse_model(kHead + kVoltage, "probe.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->modbus.max_registers_per_read, 125);
  EXPECT_FALSE(read->modbus.gaps_readable);
  ASSERT_EQ(read->modbus.registers.size(), 1U);
  EXPECT_EQ(read->modbus.registers[0].scale, -1);
}

TEST(ModelFile, ACaptureThatDecodesAsExpectedIsTaken) {
  EXPECT_EQ(
      model_mistakes(kHead + kVoltage +
                     capture("01 03 00 0a 00 01", "01 03 02 08 fc", R"("1-0:32.7.0" = "230.0")")),
      "");
}

TEST(ModelFile, ACaptureThatDecodesToAnotherValueIsAMistakeThatSaysBoth) {
  EXPECT_THAT(
      model_mistakes(kHead + kVoltage +
                     capture("01 03 00 0a 00 01", "01 03 02 08 fc", R"("1-0:32.7.0" = "23.00")")),
      HasSubstr("1-0:32.7.0*255 to decode to 23.00, not to 230.0"));
}

TEST(ModelFile, ACaptureThatDoesNotReadTheRegisterIsAMistake) {
  EXPECT_THAT(
      model_mistakes(kHead + kVoltage +
                     capture("01 03 00 0b 00 01", "01 03 02 08 fc", R"("1-0:32.7.0" = "230.0")")),
      HasSubstr("does not cover"));
}

TEST(ModelFile, ACaptureFromTheOtherRegisterSpaceIsAMistake) {
  EXPECT_THAT(
      model_mistakes(kHead + kVoltage +
                     capture("01 04 00 0a 00 01", "01 04 02 08 fc", R"("1-0:32.7.0" = "230.0")")),
      HasSubstr("other space"));
}

TEST(ModelFile, ACaptureOfHalfAnAnswerIsAMistake) {
  EXPECT_THAT(
      model_mistakes(kHead + kVoltage +
                     capture("01 03 00 0a 00 01", "01 03 02 08", R"("1-0:32.7.0" = "230.0")")),
      HasSubstr("a response to the request"));
}

TEST(ModelFile, OverlappingRegistersAreAMistakeThatNamesBoth) {
  const std::string text = model_mistakes(kHead + R"([[modbus.register]]
obis = "1-0:1.8.0"
name = "energy"
address = 9
type = "u32"
unit = "Wh"
)" + kVoltage);
  EXPECT_THAT(text, HasSubstr("modbus.register[2]"));
  EXPECT_THAT(text, HasSubstr("do not overlap those of energy"));
}

TEST(ModelFile, TwoRegistersForOneCodeAreAMistake) {
  std::string second = kVoltage;
  second.replace(second.find("10"), 2, "20");
  EXPECT_THAT(model_mistakes(kHead + kVoltage + second),
              HasSubstr("an OBIS code no other register has"));
}

TEST(ModelFile, ARegisterBeyondTheLastAddressIsAMistake) {
  EXPECT_THAT(model_mistakes(kHead + R"([[modbus.register]]
obis = "1-0:1.8.0"
name = "energy"
address = 65535
type = "u32"
unit = "Wh"
)"),
              HasSubstr("registers up to 65535"));
}

TEST(ModelFile, ACapabilityWithoutItsBlockIsAMistake) {
  std::string text = kHead + kVoltage;
  text.replace(text.find("[\"registers\"]"), 13, "[\"registers\", \"set-clock\"]");
  EXPECT_THAT(model_mistakes(text), HasSubstr("[modbus.set_clock] for the capability set-clock"));
}

TEST(ModelFile, ABlockWithoutTheFieldItIsForIsAMistake) {
  std::string text = kHead;
  text.replace(text.find("[\"registers\"]"), 13, "[\"tokens\"]");
  text.insert(text.find("[modbus]"), "token_kinds = [\"sts\"]\n");
  EXPECT_THAT(
      model_mistakes(text + "[modbus.token]\naddress = 1\nfields = [\"transaction_id:u32\"]\n"),
      HasSubstr("a field digits"));
}

TEST(ModelFile, AChangeOfTenancyThatCannotSayWhatToPurgeIsAMistake) {
  const std::string head = std::string{kHead}.replace(kHead.find("[\"registers\"]"), 13,
                                                      R"(["change-tenancy", "tariffs"])");
  const std::string all =
      model_mistakes(head + "[modbus.change_tenancy]\naddress = 1\nfields = [\"effective:u32\"]\n");
  EXPECT_THAT(all, HasSubstr("a field actions in [modbus.change_tenancy]"));
  EXPECT_THAT(all, HasSubstr("a field relay_after in [modbus.change_tenancy]"));
  EXPECT_THAT(all, HasSubstr("[modbus.tariff] for the capability tariffs"));
  EXPECT_THAT(all, HasSubstr("[modbus.set_tariff] for the capability tariffs"));
}

TEST(ModelFile, AWindowThatIsOnlyReadHasNoSelector) {
  const std::string window =
      "[modbus.tariff]\naccess = \"read\"\nmax_records = 1\n"
      "header = { address = 20, fields = [\"count:u16\", \"tariff_id:u32\", \"price:u32\", "
      "\"supplier_id:u32\", \"supplier_name:ascii16\"] }\n"
      "record = [\"effective:u32\", \"tariff_id:u32\", \"price:u32\", \"supplier_id:u32\", "
      "\"supplier_name:ascii16\"]\n";
  EXPECT_EQ(model_mistakes(kHead + window + kVoltage), "");
  EXPECT_THAT(model_mistakes(kHead + window +
                             "select = { address = 1, fields = [\"skip:u16\"] }\n" + kVoltage),
              HasSubstr("no select beside access = \"read\""));
}

TEST(ModelFile, UnknownUnitsTypesAndKeysAreToldTogetherWithTheirLines) {
  const std::string text = model_mistakes(kHead + R"([[modbus.register]]
obis = "1-0:1.8.0"
name = "energy"
adress = 3
type = "u33"
unit = "kWh"
)");
  EXPECT_THAT(text, HasSubstr("probe.toml:7: modbus.register[1].address is missing"));
  EXPECT_THAT(text,
              HasSubstr("probe.toml:10: modbus.register[1].adress is not a known key; did you "
                        "mean `address`?"));
  EXPECT_THAT(text, HasSubstr("probe.toml:11: modbus.register[1].type is \"u33\""));
  EXPECT_THAT(text, HasSubstr("probe.toml:12: modbus.register[1].unit is \"kWh\""));
}

TEST(ModelFile, AWindowLongerThanAReadIsAMistake) {
  EXPECT_THAT(model_mistakes(kHead + kVoltage + R"([modbus.logs]
max_records = 100
select = { address = 1, fields = ["log_number:u16"] }
header = { address = 20, fields = ["count:u16"] }
record = ["sequence:u32"]
)"),
              HasSubstr("at most 125 registers; this one has 201"));
}

TEST(ModelFile, AWindowBeyondTheLastAddressIsAMistake) {
  EXPECT_THAT(model_mistakes(kHead + kVoltage + R"([modbus.logs]
max_records = 10
select = { address = 1, fields = ["log_number:u16", "after_sequence:u32"] }
header = { address = 65530, fields = ["count:u16", "more:u16"] }
record = ["sequence:u32", "time:u32", "event_code:u16"]
)"),
              HasSubstr("a window that ends at register 65535"));
}

TEST(ModelFile, ABlockLongerThanAReadIsAMistake) {
  EXPECT_THAT(model_mistakes(kHead + kVoltage + R"([modbus.identification]
address = 1
fields = ["serial:ascii240", "firmware:ascii240"]
)"),
              HasSubstr("fields of at most 125 registers; these have 240"));
}

TEST(ModelFile, ABlockThatIsWrittenStandsInHoldingRegisters) {
  EXPECT_THAT(model_mistakes(kHead + kVoltage + R"([modbus.set_clock]
space = "input"
address = 1
fields = ["time:u32"]
)"),
              HasSubstr("input registers cannot be written"));
}

TEST(ModelFile, AnMqttModelHasNoRegisters) {
  std::string text = kHead + kVoltage;
  text.replace(text.find("\"modbus\""), 8, "\"mqtt\"");
  EXPECT_THAT(model_mistakes(text), HasSubstr("no [modbus] table beside protocol = \"mqtt\""));
}

TEST(ModelFile, ALaterDirectoryOverridesAModelOfTheSameName) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path& root = folder.path();
  for (const char* part : {"first", "second"}) {
    std::filesystem::create_directories(root / part);
    std::ofstream{root / part / "probe.toml"} << "description = \"" << part << "\"\n"
                                              << kHead << kVoltage;
  }
  const auto models = load_models({root / "first", root / "second"});
  ASSERT_TRUE(models);
  EXPECT_EQ(models->at("probe").description, "second");
}

TEST(ModelFile, ADirectoryThatIsNotThereIsAMistake) {
  EXPECT_FALSE(load_models({"/nowhere/to/be/found"}));
}

}  // namespace
}  // namespace metergate::config
