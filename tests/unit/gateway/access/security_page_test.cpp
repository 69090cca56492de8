// SPDX-License-Identifier: Apache-2.0
// docs/security.md is true: its configuration is taken, its body has the octets it shows, and its
// table of states is the one in the code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "config/load.hpp"
#include "gateway/north/signed_body.hpp"
#include "meters/meter_condition.hpp"

namespace metergate::access {
namespace {

using ::testing::HasSubstr;

std::string page() {
  std::ifstream in{METERGATE_SOURCE_DIR "/docs/security.md"};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What stands in the first fenced block of that language, without its last line feed.
std::string block(const std::string& language) {
  const std::string text = page();
  const std::string fence = "```" + language + '\n';
  const auto begin = text.find(fence) + fence.size();
  return text.substr(begin, text.find("\n```", begin) - begin);
}

TEST(SecurityPage, ItsConfigurationIsTaken) {
  const auto read = config::parse("site = \"s\"\n" + block("toml") + '\n', "security.md");
  ASSERT_TRUE(read) << read.error().front().text();
  EXPECT_TRUE(read->access.configured);
  EXPECT_EQ(read->access.roles.size(), 3U);
  EXPECT_EQ(read->access.operators.size(), 2U);
  // The general part shows the defaults.
  EXPECT_EQ(read->access.require_signature, AccessRules{}.require_signature);
  EXPECT_EQ(read->access.always_signed, AccessRules{}.always_signed);
  EXPECT_EQ(read->access.dual_control, AccessRules{}.dual_control);
}

TEST(SecurityPage, ItsBodyHasTheOctetsItShows) {
  const auto body = boost::json::parse(block("json")).get_object();
  const auto octets = north::signed_octets({"site-1", "house-001", "issue-token"}, body);
  ASSERT_TRUE(octets);
  EXPECT_EQ(*octets, block("text"));
}

TEST(SecurityPage, ItsTableHasEveryConditionWithWhatIsRefusedInIt) {
  const auto quoted = [](TokenFunctionSet functions) {
    std::string out;
    for (const TokenFunctionTraits& one : kTokenFunctions) {
      if (!functions.has(one.function)) continue;
      out += (out.empty() ? "`" : ", `") + std::string{one.word} + '`';
    }
    return out.empty() ? " |" : ' ' + out + " |";
  };
  const std::string text = page();
  for (const MeterConditionTraits& row : kMeterConditions) {
    const auto at = text.find('`' + std::string{row.word} + '`');
    ASSERT_NE(at, std::string::npos) << row.word;
    const std::string line = text.substr(at, text.find('\n', at) - at);
    EXPECT_THAT(line, HasSubstr(" |" + quoted(row.always) + quoted(row.usually))) << row.word;
  }
}

}  // namespace
}  // namespace metergate::access
