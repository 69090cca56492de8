// SPDX-License-Identifier: Apache-2.0
#include "config/drop_ins.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "config/load.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kLine = "[[line]]\nname = \"a\"\ndevice = \"/dev/ttyUSB0\"\n";

class DropIns : public ::testing::Test {
 protected:
  DropIns() { std::filesystem::create_directory(directory.path() / "conf.d"); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{directory.path() / name} << text;
  }
  static std::string meter(const std::string& id, int address) {
    return "[[meter]]\nid = \"" + id +
           "\"\nmodel = \"abb-b23\"\nline = \"a\"\naddress = " + std::to_string(address) + "\n";
  }
  [[nodiscard]] std::vector<std::string> mistakes() const { return told_of(load(file)); }
  test::TemporaryDirectory directory;
  std::filesystem::path file = directory.path() / "m.toml";
};

TEST_F(DropIns, ListsGoOnFromFileToFileInTheOrderOfTheirNames) {
  write("m.toml", "site = \"s\"\n" + std::string{kLine} + meter("m1", 1));
  write("conf.d/20-more.toml", meter("m3", 3));
  write("conf.d/10-some.toml", meter("m2", 2));
  const auto loaded = load(file);
  ASSERT_TRUE(loaded);
  std::vector<std::string> ids;
  for (const Meter& one : loaded->meters) ids.push_back(one.id.text());
  EXPECT_THAT(ids, ElementsAre("m1", "m2", "m3"));
}

TEST_F(DropIns, ASectionMayStandInAFileOfItsOwn) {
  write("m.toml", "site = \"s\"\n");
  write("conf.d/metrics.toml", "[metrics]\nport = 9999\n");
  const auto loaded = load(file);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->metrics, Metrics{9999});
}

TEST_F(DropIns, AMistakeIsNamedWithTheFileAndLineItStandsIn) {
  write("m.toml", "site = \"s\"\n" + std::string{kLine});
  write("conf.d/meters.toml", "# the flats\n" + meter("m1", 300));
  const auto told = mistakes();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("conf.d/meters.toml:6: "));
  EXPECT_THAT(told[0], HasSubstr("300"));
}

TEST_F(DropIns, TwoMetersOfOneNameAreAMistakeAcrossFilesToo) {
  write("m.toml", "site = \"s\"\n" + std::string{kLine} + meter("m1", 1));
  write("conf.d/meters.toml", meter("m1", 2));
  const auto told = mistakes();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("conf.d/meters.toml:2: "));
}

TEST_F(DropIns, ASectionThatStandsInTwoFilesIsAMistakeThatNamesBoth) {
  write("m.toml", "site = \"s\"\n[log]\nlevel = \"info\"\n");
  write("conf.d/log.toml", "\n[log]\nlevel = \"debug\"\n");
  const auto told = mistakes();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("conf.d/log.toml:2: log"));
  EXPECT_THAT(told[0], HasSubstr("m.toml already"));
}

TEST_F(DropIns, AFileThatIsNoTomlIsNamed) {
  write("m.toml", "site = \"s\"\n");
  write("conf.d/broken.toml", "\n\n[log\n");
  const auto told = mistakes();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("conf.d/broken.toml:3"));
}

TEST_F(DropIns, OtherFilesInTheFolderAreLeftAlone) {
  write("m.toml", "site = \"s\"\n");
  write("conf.d/README", "not TOML at all");
  write("conf.d/meters.toml.dpkg-old", "[[[");
  EXPECT_TRUE(load(file));
}

}  // namespace
}  // namespace metergate::config
