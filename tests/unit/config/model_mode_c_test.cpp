// SPDX-License-Identifier: Apache-2.0
#include "config/model_mode_c.hpp"

#include <gmock/gmock.h>

#include "config/model_file.hpp"
#include "config/model_report.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::HasSubstr;

std::string head(const std::string& capabilities) {
  return "name = \"probe\"\nmanufacturer = \"none\"\ndocument = \"this test\"\nprotocol = "
         "\"mode-c\"\ncapabilities = [" +
         capabilities + "]\n[mode_c]\nserial = \"0.0.0\"\n";
}
const std::string kRegister =
    "[[mode_c.register]]\nobis = \"1-0:1.8.0\"\nname = \"import\"\nreadout = \"1.8.0\"\nunit = "
    "\"Wh\"\n";

TEST(ModelModeC, ARegisterIsADataSetWithAUnit) {
  const auto read = parse_model(
      head("\"registers\"") + "to_utc_min = -60\n" + kRegister + "written_unit = \"kWh\"\n",
      "probe.toml");
  ASSERT_TRUE(read) << model_mistakes(head("\"registers\"") + kRegister);
  EXPECT_EQ(read->protocol, model::Protocol::ModeC);
  EXPECT_EQ(read->mode_c.serial, "0.0.0");
  EXPECT_EQ(read->mode_c.to_utc, std::chrono::minutes{-60});
  EXPECT_EQ(read->mode_c.registers.front().written_unit, "kWh");
  EXPECT_FALSE(read->has_log(LogId::Token));
  EXPECT_THAT(report(*read), HasSubstr("1.8.0"));
}

TEST(ModelModeC, WhatIsWrongIsTold) {
  const std::string good = head("\"registers\"") + kRegister;
  EXPECT_EQ(model_mistakes(good), "");
  EXPECT_THAT(model_mistakes(good + kRegister), HasSubstr("a code that no other register has"));
  EXPECT_THAT(model_mistakes(good + "written_unit = \"kvarh\"\n"), HasSubstr("such as kWh for Wh"));
  EXPECT_THAT(model_mistakes(head("\"registers\"") + "firmware = \"a(b\"\n" + kRegister),
              HasSubstr("at most 16 characters"));
  EXPECT_THAT(model_mistakes(head("\"registers\"") + "date = \"0.9.2\"\n" + kRegister),
              HasSubstr("date and time, or date_time"));
  EXPECT_THAT(
      model_mistakes(head("\"registers\"") +
                     "date = \"0.9.2\"\ntime = \"0.9.1\"\ndate_time = \"1.0.0\"\n" + kRegister),
      HasSubstr("date_time, or date and time"));
}

TEST(ModelModeC, AReadoutIsAllThereIs) {
  EXPECT_THAT(model_mistakes(head("\"registers\"")), HasSubstr("a [[mode_c.register]]"));
  EXPECT_THAT(model_mistakes(head("\"registers\", \"read-clock\"") + kRegister),
              HasSubstr("mode_c.date and mode_c.time"));
  EXPECT_THAT(model_mistakes(head("\"registers\", \"tokens\"") + kRegister),
              HasSubstr("another protocol than mode-c"));
  std::string other = head("\"registers\"") + kRegister;
  other.replace(other.find("mode-c"), 6, "modbus");
  EXPECT_THAT(model_mistakes(other), HasSubstr("protocol = \"mode-c\" beside a [mode_c] table"));
}

TEST(ModelModeC, ACapturedReadoutProvesTheTable) {
  const auto with = [](const std::string& value, const std::string& line) {
    return head("\"registers\"") + kRegister +
           "[[capture]]\nkind = \"computed\"\nsource = \"here\"\nreadout = \"\"\"\n/VMG5x\n" +
           line + "\n!\n\"\"\"\n[capture.expect]\n\"1-0:1.8.0\" = \"" + value + "\"\n";
  };
  EXPECT_EQ(model_mistakes(with("12300", "1.8.0(12.3*kWh)")), "");
  EXPECT_THAT(model_mistakes(with("12301", "1.8.0(12.3*kWh)")), HasSubstr("not to 12300"));
  EXPECT_THAT(model_mistakes(with("12300", "2.8.0(12.3*kWh)")), HasSubstr("not in the readout"));
  EXPECT_THAT(model_mistakes(with("12300", "1.8.0(12.3*kWh")),
              HasSubstr("a readout: unit at octet 22"));
}

}  // namespace
}  // namespace metergate::config
