// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/journal/events.hpp"

namespace metergate::journal {
namespace {

struct Block {
  std::string_view digits;
  std::string_view title;
};
constexpr std::array kBlocks{Block{"00", "Process"},
                             Block{"01", "Configuration"},
                             Block{"02", "Meters and sessions"},
                             Block{"03", "Lines"},
                             Block{"04", "Commands"},
                             Block{"05", "Collection"},
                             Block{"06", "Broker"},
                             Block{"07", "Storage"},
                             Block{"08", "Entries of meter logs"},
                             Block{"09", "Registry"},
                             Block{"10", "Tenancies, suppliers and tariffs"}};

std::string document() {
  std::ostringstream out;
  out << "# Events\n\n"
         "Every line metergate logs, by its id. An id never changes its meaning and is never "
         "given\n"
         "twice, so scripts and alarms may rely on it. `{...}` are values; values that the "
         "sentence\n"
         "does not name follow it as `key=value`. A token never appears. Events marked `alarm` are "
         "also\n"
         "published on the alarm topic ([mqtt-api.md](mqtt-api.md)).\n\n"
         "`metergate events` prints this list, `metergate events MG0203` one entry.\n\n"
         "This page is generated from `gateway/journal/*_events.hpp`; a test compares it. To "
         "write\n"
         "it anew: `METERGATE_REWRITE_DOCS=1 unit_gateway --gtest_filter='Catalogue*'`.\n";
  std::string_view shown;
  for (const EventDefinition* event : kCatalogue) {
    const std::string_view digits = event->id.substr(2, 2);
    if (digits != shown) {
      const auto* const block = std::ranges::find(kBlocks, digits, &Block::digits);
      EXPECT_NE(block, kBlocks.end()) << event->id << " belongs to no block";
      out << "\n## " << block->title << "\n";
      shown = digits;
    }
    out << "\n### " << event->id << " " << event->name << "\n\n"
        << "`" << event->text << "` (" << level_word(event->level)
        << (event->is_alarm ? ", alarm" : "") << ")\n\n"
        << event->meaning << "\n\n"
        << "**What to do:** " << event->action << "\n";
  }
  return out.str();
}

const std::filesystem::path kDocument =
    std::filesystem::path{METERGATE_SOURCE_DIR} / "docs" / "events.md";

TEST(Catalogue, DocumentIsTheGeneratedOne) {
  if (std::getenv("METERGATE_REWRITE_DOCS") != nullptr) std::ofstream{kDocument} << document();
  std::ifstream file{kDocument};
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == document())
      << "docs/events.md is out of date; its head says how to renew";
}

TEST(Catalogue, EveryDefinitionInTheHeadersIsInTheCatalogue) {
  std::size_t defined = 0;
  for (const char* name : {"box_events.hpp", "meter_events.hpp", "command_events.hpp",
                           "registry_events.hpp", "tenancy_events.hpp"}) {
    std::ifstream file{std::filesystem::path{METERGATE_SOURCE_DIR} / "gateway" / "journal" / name};
    ASSERT_TRUE(file) << name;
    std::string line;
    while (std::getline(file, line)) {
      if (line.starts_with("inline constexpr EventDefinition k")) ++defined;
    }
  }
  EXPECT_EQ(defined, kCatalogue.size());
}

TEST(Catalogue, SentencesEndWithoutAPeriodAndExplanationsWithOne) {
  for (const EventDefinition* event : kCatalogue) {
    EXPECT_FALSE(event->text.ends_with('.')) << event->id;
    EXPECT_TRUE(event->meaning.ends_with('.')) << event->id;
    EXPECT_TRUE(event->action.ends_with('.')) << event->id;
  }
}

TEST(Catalogue, NoEventHasAFieldForATokenOrPassword) {
  for (const EventDefinition* event : kCatalogue) {
    for (const char* secret : {"{token}", "{digits}", "{password}", "{key_", "{secret}"}) {
      EXPECT_EQ(event->text.find(secret), std::string_view::npos) << event->id;
    }
  }
}

TEST(Catalogue, EventsAreFoundByTheirId) {
  EXPECT_EQ(find_event("MG0203"), &kMeterSilent);
  EXPECT_EQ(find_event("MG9999"), nullptr);
}

TEST(Catalogue, LevelWordsReadBack) {
  for (const Level level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
    EXPECT_EQ(parse_level(level_word(level)), level);
  }
  EXPECT_EQ(parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace metergate::journal
