// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "config/model_file.hpp"
#include "config/model_report.hpp"

namespace metergate::config {
namespace {

const std::filesystem::path kShipped =
    std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data";

std::string all_of(const std::vector<ConfigError>& errors) {
  std::string text;
  for (const ConfigError& error : errors) text += error.text() + '\n';
  return text;
}

class ShippedModels : public ::testing::Test {
 protected:
  void SetUp() override {
    auto models = load_models({kShipped});
    ASSERT_TRUE(models) << all_of(models.error());
    models_ = std::move(*models);
  }

  ModelCatalogue models_;
};

TEST_F(ShippedModels, AreReadWithoutAMistake) {
  for (const char* name : {"virtual-prepayment-modbus", "virtual-prepayment-mqtt", "eastron-sdm120",
                           "eastron-sdm630", "abb-a43", "abb-b23", "schneider-iem3155"}) {
    EXPECT_TRUE(models_.contains(name)) << name;
  }
}

TEST_F(ShippedModels, AreNamedLikeTheirFiles) {
  for (const auto& [name, one] : models_) {
    EXPECT_TRUE(std::filesystem::exists(kShipped / (name + ".toml"))) << name;
  }
}

TEST_F(ShippedModels, ProveTheRegistersOfRealMetersWithAnExchange) {
  for (const auto& [name, one] : models_) {
    if (one.manufacturer == "metergate" || one.protocol == model::Protocol::Dlms) continue;
    EXPECT_FALSE(one.captures.empty()) << name;
    for (const model::Capture& capture : one.captures) {
      EXPECT_FALSE(capture.expected.empty()) << name << ": " << capture.source;
    }
  }
}

TEST_F(ShippedModels, CarryPrintedExchangesForTheMetersWhoseMakersPrintThem) {
  for (const char* name : {"eastron-sdm120", "eastron-sdm630", "abb-a43"}) {
    EXPECT_TRUE(std::ranges::all_of(models_.at(name).captures, [](const model::Capture& capture) {
      return capture.kind == model::CaptureKind::Document;
    })) << name;
  }
}

TEST_F(ShippedModels, LetTheVirtualMeterDoEverythingButCloseTheRelayByForce) {
  for (const char* name : {"virtual-prepayment-modbus", "virtual-prepayment-mqtt"}) {
    const auto& able = models_.at(name).capabilities;
    EXPECT_EQ(able.words().size(), 14U) << name;
    EXPECT_FALSE(able.has(Capability::CloseRelay)) << name;
  }
}

TEST_F(ShippedModels, HaveOneVirtualMeterWhoseRelayMayBeClosedByForce) {
  const auto& able = models_.at("virtual-prepayment-mqtt-connect").capabilities;
  EXPECT_TRUE(able.has(Capability::CloseRelay));
  EXPECT_EQ(able.words().size(), 15U);
}

TEST_F(ShippedModels, KeepTheWindowsOfTheVirtualMeterWithinOneRead) {
  const auto& at = models_.at("virtual-prepayment-modbus").modbus;
  for (const auto& window : {at.profile, at.daily, at.logs, at.billing, at.tariff}) {
    ASSERT_TRUE(window);
    EXPECT_LE(window->header.registers() + window->max_records * window->record_registers(), 124);
  }
}

TEST_F(ShippedModels, MapEveryEventOfTheVirtualMeterOntoItself) {
  for (const auto& [raw, code] : models_.at("virtual-prepayment-modbus").event_codes) {
    EXPECT_EQ(raw, static_cast<std::uint16_t>(code));
  }
  EXPECT_EQ(models_.at("virtual-prepayment-modbus").event_codes.size(), 33U);
}

TEST_F(ShippedModels, TellWhereTheVirtualMeterHasItsObjects) {
  const model::MeterModel& virtual_meter = models_.at("virtual-prepayment-dlms");
  EXPECT_EQ(virtual_meter.protocol, model::Protocol::Dlms);
  EXPECT_EQ(virtual_meter.dlms.logs.size(), kAllLogs.size());
  EXPECT_EQ(virtual_meter.dlms.log_columns,
            (model::DlmsLogColumns{0x600B, 0x600F, 0x800B, 0x800C}));
  EXPECT_EQ(virtual_meter.dlms.status_marks.at(IntervalMarks::kClockSet), IntervalMarks::kClockSet);
  EXPECT_EQ(virtual_meter.event_codes, models_.at("virtual-prepayment-mqtt").event_codes);
}

TEST_F(ShippedModels, SayOfDlmsMetersThatNoMakersDocumentStandsBehindThem) {
  for (const char* name : {"idis-credit-dlms", "sts-prepayment-dlms", "gbcs-prepayment-dlms"}) {
    ASSERT_TRUE(models_.contains(name)) << name;
    const model::MeterModel& one = models_.at(name);
    EXPECT_EQ(one.protocol, model::Protocol::Dlms) << name;
    EXPECT_THAT(one.document, ::testing::HasSubstr("second-hand")) << name;
    EXPECT_FALSE(one.numbers_log_entries()) << name;
    EXPECT_FALSE(one.dlms.logs.empty()) << name;
  }
}

TEST_F(ShippedModels, HaveTheEventCodesOfIdisForAnIdisMeter) {
  const auto& codes = models_.at("idis-credit-dlms").event_codes;
  EXPECT_EQ(codes.at(1), EventCode::PowerDown);
  EXPECT_EQ(codes.at(40), EventCode::TamperStarted);
  EXPECT_EQ(codes.at(59), EventCode::SupplyArmed);
  EXPECT_EQ(codes.at(62), EventCode::SupplyOff);
  EXPECT_EQ(codes.at(87), EventCode::VoltageNormal);
  EXPECT_FALSE(codes.contains(4)) << "the old time of a clock that was set: 5 tells it";
}

TEST_F(ShippedModels, HaveTheSixteenBitCodesOfGbcsForAGbcsMeter) {
  const model::MeterModel& one = models_.at("gbcs-prepayment-dlms");
  EXPECT_EQ(one.event_codes.at(0x8F32), EventCode::SupplyArmed);
  EXPECT_EQ(one.event_codes.at(0x810D), EventCode::LowCredit);
  EXPECT_EQ(one.event_codes.at(0x8F51), EventCode::TokenRefused);
  ASSERT_TRUE(one.dlms.relay_scripts);
  EXPECT_EQ(one.dlms.relay_scripts->off, 0x34);
  EXPECT_EQ(one.dlms.relay_scripts->armed, 0x36);
  EXPECT_TRUE(one.dlms.tenancy_date);
  EXPECT_FALSE(one.dlms.access) << "nobody without the trust anchor gets in";
}

TEST_F(ShippedModels, SayHowAnStsMeterWantsItsDigitsAndWhoMayEnterThem) {
  const model::MeterModel& one = models_.at("sts-prepayment-dlms");
  EXPECT_EQ(one.dlms.token_encoding, model::TokenEncoding::Bcd);
  ASSERT_TRUE(one.dlms.access);
  EXPECT_EQ(one.dlms.access->client, 4);
  EXPECT_EQ(one.dlms.access->authentication, dlms::AuthenticationMechanism::HighLevelGmac);
}

TEST_F(ShippedModels, AreReportedForAPerson) {
  const std::string text = report(models_.at("abb-a43"));
  EXPECT_THAT(text, ::testing::HasSubstr("abb-a43"));
  EXPECT_THAT(text, ::testing::HasSubstr("1-0:1.8.0"));
  EXPECT_THAT(text, ::testing::HasSubstr("20480"));
  const std::string dlms = report(models_.at("sts-prepayment-dlms"));
  EXPECT_THAT(dlms, ::testing::HasSubstr("class 116, attribute 6"));
  EXPECT_THAT(dlms, ::testing::HasSubstr("token digits      bcd"));
  EXPECT_THAT(dlms, ::testing::HasSubstr("client 4, hls-gmac, ciphered"));
}

}  // namespace
}  // namespace metergate::config
