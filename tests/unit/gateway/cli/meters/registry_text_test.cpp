// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/meters/registry_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

const LocationId kPlot = *LocationId::parse("plot-7");
const MeterId kMeter = *MeterId::parse("m1");
const CustomerId kAnna = *CustomerId::parse("anna");

UtcTime at(std::string_view text) { return *rfc3339::parse(text); }

TEST(RegistryText, WhatIsMissingInATrinityIsADash) {
  const std::string text = trinities_text({{kPlot, kMeter, std::nullopt}});
  EXPECT_THAT(text, ContainsRegex("plot-7 +m1 +-\n"));
  EXPECT_EQ(trinity_json({kPlot, kMeter, std::nullopt}), R"({"location":"plot-7","meter":"m1"})");
  EXPECT_EQ(unplaced_json(kMeter), R"({"meter":"m1"})");
}

TEST(RegistryText, BothSortsOfLinksStandInOneListOldestFirst) {
  const registry::History history{
      {{kMeter, kPlot, at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")}},
      {{kAnna, kPlot, at("2026-03-01T00:00:00Z"), std::nullopt}}};
  EXPECT_EQ(history_json(history),
            R"({"location":"plot-7","from":"2026-03-01T00:00:00Z","customer":"anna"})"
            "\n"
            R"({"location":"plot-7","from":"2026-03-02T00:00:00Z","meter":"m1",)"
            R"("to":"2026-03-03T00:00:00Z"})"
            "\n");
  const std::string text = history_text(history);
  EXPECT_LT(text.find("anna"), text.find("m1"));
  EXPECT_THAT(text, HasSubstr("2026-03-03T00:00:00Z"));
}

TEST(RegistryText, AConflictSaysWhereItWasRecordedAndSeen) {
  const std::string text = conflicts_text({{*SerialNumber::parse("S-1"),
                                            {kMeter, "line-1/12"},
                                            {*MeterId::parse("m2"), "line-2/3"},
                                            at("2026-03-01T00:00:00Z"),
                                            at("2026-03-01T01:00:00Z"),
                                            std::nullopt}});
  EXPECT_THAT(text, ContainsRegex("S-1 +m1 +line-1/12 +m2 +line-2/3"));
}

}  // namespace
}  // namespace metergate::cli
