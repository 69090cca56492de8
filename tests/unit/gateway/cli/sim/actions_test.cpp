// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/sim/actions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/cli/exit_codes.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;

std::string request(const std::string& action, const std::string& meter, const std::string& value) {
  const auto made = sim_request(action, meter, value);
  return made ? *made : made.error().text;
}

TEST(SimActions, BecomeRequestsOfTheControlChannel) {
  EXPECT_EQ(request("list", "", ""), R"({"command":"list"})");
  EXPECT_EQ(request("silence", "a-001", ""), R"({"command":"silence","meter":"a-001"})");
  EXPECT_EQ(request("late", "*", "600"), R"({"command":"late","meter":"*","ms":600})");
  EXPECT_EQ(request("set-clock-offset", "a-001", "-90"),
            R"({"command":"set-clock-offset","meter":"a-001","seconds":-90})");
  EXPECT_EQ(request("key-in", "a-001", "0000 0000 0001 5099 7584"),
            R"({"command":"key-in","meter":"a-001","digits":"0000 0000 0001 5099 7584"})");
  EXPECT_EQ(request("set-load", "a-001", "2500"),
            R"({"command":"set-load","meter":"a-001","watts":[2500]})");
  EXPECT_EQ(request("set-load", "a-001", "900,0,100"),
            R"({"command":"set-load","meter":"a-001","watts":[900,0,100]})");
}

TEST(SimActions, WhatIsMissingIsNamed) {
  EXPECT_THAT(request("fly", "", ""), HasSubstr("ACTION fly"));
  EXPECT_THAT(request("silence", "", ""), HasSubstr("needs a METER"));
  EXPECT_THAT(request("late", "a-001", ""), HasSubstr("needs a VALUE: a whole number, ms"));
  EXPECT_THAT(request("late", "a-001", "soon"), HasSubstr("needs a VALUE"));
  EXPECT_THAT(request("key-in", "a-001", ""), HasSubstr("the digits of a code"));
  EXPECT_THAT(request("set-load", "a-001", "900,,1"), HasSubstr("1000,0,500 for phases"));
  EXPECT_THAT(request("list", "a-001", ""), HasSubstr("takes no METER"));
  EXPECT_THAT(request("heal", "a-001", "3"), HasSubstr("takes no VALUE"));
}

TEST(SimActions, AllStandInTheHelp) {
  for (const char* word : {"list", "cut-power", "set-clock-offset METER seconds", "truth"}) {
    EXPECT_THAT(sim_actions_help(), HasSubstr(word));
  }
}

TEST(SimActions, ListsAreShownAsTables) {
  const auto answer = boost::json::parse(
      R"({"ok":true,"meters":[{"serial":"1","meter":"a-001"},{"serial":"2","meter":"a-002"}]})");
  EXPECT_EQ(sim_answer_text(answer.as_object()), "meter  serial\na-001  1\na-002  2\n");
  EXPECT_EQ(sim_answer_text({{"ok", true}}), "{\"ok\":true}\n");
}

}  // namespace
}  // namespace metergate::cli
