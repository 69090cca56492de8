// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/target.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

namespace metergate::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Target, PathAndQueryAreTakenApartAndUnescaped) {
  const auto target = parse_target("/api/meters/a%2D1/profile?from=2026-03-01T00%3A00%3A00Z&to=");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("api", "meters", "a-1", "profile"));
  EXPECT_EQ(target->query.at("from"), "2026-03-01T00:00:00Z");
  EXPECT_EQ(target->query.at("to"), "");
}

TEST(Target, TheRootHasNoPath) {
  const auto target = parse_target("/?x=1");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, IsEmpty());
  EXPECT_EQ(target->query.at("x"), "1");
}

TEST(Target, OfOneNameTwiceTheFirstCounts) {
  EXPECT_EQ(parse_target("/a?x=1&x=2")->query.at("x"), "1");
}

TEST(Target, WhatNobodyHereAsksForIsRefused) {
  for (const std::string_view text :
       {"", "api", "http://127.0.0.1/", "*", "//", "/a//b", "/a/", "/./a", "/../etc", "/%2e%2e/a",
        "/a%2fb", "/a%00", "/a%", "/a%1", "/a%zz", "/a b", "/a?x=%", "/\xc3\xa4", "/a\n"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  EXPECT_FALSE(parse_target("/" + std::string(kMaxTargetOctets, 'a')));
}

TEST(Target, WhateverComesNoSegmentLeadsElsewhere) {
  rc::check([](const std::string& text) {
    const auto target = parse_target("/" + text);
    if (!target) return;
    for (const std::string& segment : target->path) {
      RC_ASSERT(!segment.empty());
      RC_ASSERT(segment != "." && segment != "..");
      RC_ASSERT(segment.find('/') == std::string::npos);
      RC_ASSERT(segment.find('\0') == std::string::npos);
    }
  });
}

}  // namespace
}  // namespace metergate::console
