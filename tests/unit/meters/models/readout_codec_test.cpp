// SPDX-License-Identifier: Apache-2.0
#include "meters/models/readout_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace metergate::model {
namespace {

using iec62056_21::DataMessage;
using iec62056_21::DataSet;

ModeCRegister energy() {
  return {*cosem::ObisCode::parse("1-0:1.8.0"), "import_active_energy", "1.8.0", Unit::Wh, {}};
}

DataMessage saying(const std::string& text, const std::string& unit = {}) {
  return {{DataSet{"1.8.0", {{text, unit}}}}};
}

std::string value_of(const DataMessage& data, const ModeCRegister& reg = energy()) {
  const auto value = decode_register(reg, data);
  if (!value) return value.error();
  return *value ? (*value)->text() : "absent";
}

TEST(ReadoutCodec, ValuesAreInTheUnitOfTheModel) {
  EXPECT_EQ(value_of(saying("000123.4", "kWh")), "123400");
  EXPECT_EQ(value_of(saying("000123,4", "kWh")), "123400") << "a decimal comma";
  EXPECT_EQ(value_of(saying("-1.5", "Wh")), "-1.5");
  EXPECT_EQ(value_of(saying("0001.2345678", "MWh")), "1234567.8");
  EXPECT_EQ(value_of(saying(" 12 ", "KWH")), "12000");
  ModeCRegister silent = energy();
  silent.written_unit = "kWh";
  EXPECT_EQ(value_of(saying("12.3"), silent), "12300");
}

TEST(ReadoutCodec, WhatIsNotThereIsAbsent) {
  EXPECT_EQ(value_of(DataMessage{}), "absent");
  EXPECT_EQ(value_of(saying("", "kWh")), "absent");
  EXPECT_EQ(value_of(saying("  ")), "absent");
}

TEST(ReadoutCodec, AWrongUnitOrNumberIsTold) {
  EXPECT_EQ(
      value_of(saying("12", "kvarh")),
      "data set 1.8.0 for import_active_energy is in `kvarh`, must be in Wh or a multiple of it");
  EXPECT_EQ(value_of(saying("12")),
            "data set 1.8.0 for import_active_energy is in ``, must be in Wh or a multiple of it");
  for (const char* text : {"12a", "1.2.3", "-", ".", "1234567890123456789", "1e3"}) {
    EXPECT_THAT(value_of(saying(text, "kWh")), testing::HasSubstr("must be a number")) << text;
  }
}

TEST(ReadoutCodec, UnitsAreToldApart) {
  EXPECT_EQ(scale_between("kvarh", Unit::VArh), 3);
  EXPECT_EQ(scale_between("mA", Unit::A), -3);
  EXPECT_EQ(scale_between("MW", Unit::W), 6);
  EXPECT_EQ(scale_between("mW", Unit::W), -3);
  EXPECT_EQ(scale_between("", Unit::None), 0);
  EXPECT_FALSE(scale_between("kWh", Unit::W));
  EXPECT_FALSE(scale_between("VA", Unit::VAh));
  EXPECT_FALSE(scale_between("k", Unit::None));
}

DataMessage clock(const std::string& date, const std::string& time) {
  return {{DataSet{"0.9.2", {{date, {}}}}, DataSet{"0.9.1", {{time, {}}}}}};
}

TEST(ReadoutCodec, AClockIsUnderstoodInItsUsualForms) {
  ModeCLayout layout;
  layout.date = "0.9.2";
  layout.time = "0.9.1";
  using namespace std::chrono_literals;
  const UtcSeconds expected = std::chrono::sys_days{2026y / 11 / 22} + 10h + 20min + 30s;
  for (const auto& [date, time] : {std::pair{"26-11-22", "10:20:30"},
                                   {"261122", "102030"},
                                   {"2026-11-22", "10:20:30"},
                                   {"26.11.22", "10 20 30"}}) {
    const auto read = decode_clock(layout, clock(date, time));
    ASSERT_TRUE(read) << date;
    EXPECT_EQ(*read, expected) << date;
  }
  layout.to_utc = -60min;
  EXPECT_EQ(*decode_clock(layout, clock("261122", "112030")), expected);
}

TEST(ReadoutCodec, ADateWithItsTimeMayTellTheSeason) {
  ModeCLayout layout;
  layout.date_time = "1.0.0";
  layout.to_utc = std::chrono::minutes{-60};
  const auto at = [&](const char* text) {
    return decode_clock(layout, {{DataSet{"1.0.0", {{text, {}}}}}});
  };
  using namespace std::chrono_literals;
  EXPECT_EQ(*at("261122112030W"), std::chrono::sys_days{2026y / 11 / 22} + 10h + 20min + 30s);
  EXPECT_EQ(*at("260722122030S"), std::chrono::sys_days{2026y / 7 / 22} + 10h + 20min + 30s);
  EXPECT_EQ(*at("20260722112030"), std::chrono::sys_days{2026y / 7 / 22} + 10h + 20min + 30s);
  EXPECT_FALSE(at("2607"));
}

TEST(ReadoutCodec, AClockThatMakesNoSenseIsTold) {
  ModeCLayout layout;
  layout.date = "0.9.2";
  layout.time = "0.9.1";
  EXPECT_THAT(decode_clock(layout, clock("26-13-22", "10:20:30")).error(),
              testing::HasSubstr("YYMMDD"));
  EXPECT_THAT(decode_clock(layout, clock("26-11-22", "24:00:00")).error(),
              testing::HasSubstr("hhmmss"));
  EXPECT_THAT(decode_clock(layout, DataMessage{}).error(), testing::HasSubstr("date ``"));
}

RC_GTEST_PROP(ReadoutCodecProperty, ANumberIsExact, (std::int32_t mantissa)) {
  const auto places = static_cast<std::int8_t>(-*rc::gen::inRange(0, 10));
  const Decimal number{mantissa, places};
  RC_ASSERT(value_of(saying(number.text(), "Wh")) == number.text());
}

}  // namespace
}  // namespace metergate::model
