// SPDX-License-Identifier: Apache-2.0
#include "config/check_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::config {
namespace {

Configuration with_models(std::initializer_list<const char*> models) {
  Configuration configuration{*SiteId::parse("s1"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  for (const char* model : models) {
    const auto id = MeterId::parse("m" + std::to_string(configuration.meters.size() + 1));
    configuration.meters.push_back({*id, model, "line-1", 0, {}, {}, "default"});
  }
  return configuration;
}

TEST(CheckModels, KnownModelsAreNoMistake) {
  const ModelCatalogue models{{"sdm120", {}}};
  EXPECT_TRUE(check_models(with_models({"sdm120", "sdm120"}), models, "m.toml").empty());
}

TEST(CheckModels, UnknownModelIsToldOnceWithItsFirstMeterAndWhatThereIs) {
  const ModelCatalogue models{{"a", {}}, {"b", {}}};
  const auto errors = check_models(with_models({"a", "c", "c", "d"}), models, "m.toml");
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].text(), "m.toml: model of meter m2 is \"c\"; allowed: a, b");
  EXPECT_EQ(errors[1].key, "model of meter m4");
}

TEST(CheckModels, AModelSpeaksWhatItsLineDoes) {
  using model::Protocol;
  ModelCatalogue models;
  for (const auto& [name, protocol] : {std::pair{"bus", Protocol::Modbus},
                                       {"cosem", Protocol::Dlms},
                                       {"modem", Protocol::Mqtt},
                                       {"head", Protocol::ModeC}}) {
    models[name].protocol = protocol;
  }
  Configuration configuration = with_models({"bus", "cosem", "modem", "head"});
  configuration.lines.push_back({.name = "line-1", .access = SerialLine{}});
  configuration.lines.push_back(
      {.name = "line-2", .access = SerialLine{}, .protocol = LineProtocol::DlmsHdlc});
  configuration.lines.push_back(
      {.name = "line-3", .access = SerialLine{}, .protocol = LineProtocol::ModeC});
  const auto wrong_at = [&](const char* line) {
    for (Meter& meter : configuration.meters) meter.line = line;
    std::string all;
    for (const auto& error : check_models(configuration, models, "m.toml")) all += error.key;
    return all;
  };
  EXPECT_EQ(wrong_at("line-1"), "model of meter m2model of meter m3model of meter m4");
  EXPECT_EQ(wrong_at("line-2"), "model of meter m1model of meter m3model of meter m4");
  EXPECT_EQ(wrong_at("line-3"), "model of meter m1model of meter m2model of meter m3");
  EXPECT_EQ(wrong_at(""), "model of meter m1model of meter m2model of meter m4");
}

TEST(CheckModels, EachMeterInTheWrongPlaceIsTold) {
  ModelCatalogue models;
  models["cosem"].protocol = model::Protocol::Dlms;
  Configuration configuration = with_models({"cosem", "cosem", "cosem"});
  configuration.lines.push_back({.name = "line-1", .access = SerialLine{}});
  configuration.lines.push_back(
      {.name = "line-2", .access = SerialLine{}, .protocol = LineProtocol::DlmsHdlc});
  configuration.meters[1].line = "line-2";
  const auto errors = check_models(configuration, models, "m.toml");
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].key, "model of meter m1");
  EXPECT_EQ(errors[1].key, "model of meter m3");
  EXPECT_THAT(errors[1].expected, testing::HasSubstr("line-1"));
}

TEST(CheckModels, NoModelAtAllIsSaid) {
  const auto errors = check_models(with_models({"a"}), {}, "m.toml");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].expected, testing::HasSubstr("model directories"));
}

}  // namespace
}  // namespace metergate::config
