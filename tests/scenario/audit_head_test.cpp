// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/audit/audit_chain.hpp"
#include "tests/scenario/story.hpp"

/// The head of the audit trail, told to the utility.
namespace metergate::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kTopic = "/audit";

class AuditHeadTale : public testing::Test {
 protected:
  AuditHeadTale() { story.advance(5min); }

  /// One entry: a token that is refused.
  void entry() {
    story.command("issue-token", "t" + std::to_string(++number),
                  R"("params":{"function":"credit","energy_wh":99999999})");
  }
  [[nodiscard]] std::size_t told() const { return story.published_on(kTopic); }
  void tells_all() {
    const AuditHead head = *story.ledger().audit_head();
    EXPECT_THAT(story.last_on(kTopic), HasSubstr(hash_text(head.hash)));
    EXPECT_THAT(story.last_on(kTopic),
                HasSubstr("\"entries\":" + std::to_string(head.entries) + ','));
  }

  Story story{{.with_keys = true}};
  int number = 0;
};

TEST_F(AuditHeadTale, NothingIsToldOfATrailWithoutEntries) {
  story.advance(1h);
  EXPECT_EQ(told(), 0U);
}

TEST_F(AuditHeadTale, ItIsToldAtMostOnceAMinuteAndNothingBeforeItIsDurable) {
  for (int i = 0; i < 30; ++i) {
    entry();
    story.advance(10s);
  }
  story.advance(1min);
  EXPECT_GE(told(), 5U) << "within a minute of a change";
  EXPECT_LE(told(), 6U);
  tells_all();
  const std::size_t before = told();
  story.advance(1h);
  EXPECT_EQ(told(), before) << "nothing new, nothing told";
}

TEST_F(AuditHeadTale, ABrokerThatWasAwayHearsItAgain) {
  entry();
  story.advance(1min);
  ASSERT_EQ(told(), 1U);
  story.broker(false);
  entry();
  story.advance(10min);
  EXPECT_EQ(told(), 1U);
  story.broker(true);
  story.advance(1s);
  EXPECT_EQ(told(), 2U);
  tells_all();
}

TEST_F(AuditHeadTale, AfterARestartAndAtTheEndItIsTold) {
  entry();
  story.advance(1s);
  ASSERT_EQ(told(), 0U);
  story.gateway().stop();
  EXPECT_EQ(told(), 1U);
  tells_all();
  story.restart();
  story.advance(1s);
  EXPECT_EQ(told(), 2U);
  tells_all();
}

}  // namespace
}  // namespace metergate::test
