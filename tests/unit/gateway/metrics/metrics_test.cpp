// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class MetricsTest : public ::testing::Test {
 protected:
  Metrics metrics{{"9.8.7", "site-1"}, std::chrono::system_clock::time_point{1'800'000'000s}};
};

TEST_F(MetricsTest, TheBoxSaysWhoItIs) {
  EXPECT_THAT(metrics.text(),
              HasSubstr("metergate_build_info{site=\"site-1\",version=\"9.8.7\"} 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("metergate_start_time_seconds 1800000000\n"));
}

TEST_F(MetricsTest, RequestsAreCountedByLinkAndOutcomeAndTheirTimeAsBusy) {
  metrics.request_ended("line-a", "answered", 90ms);
  metrics.request_ended("line-a", "answered", 110ms);
  metrics.request_ended("line-a", "no-answer", 500ms);
  const std::string text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr("metergate_requests_total{link=\"line-a\",outcome=\"answered\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("metergate_requests_total{link=\"line-a\",outcome=\"no-answer\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("metergate_link_busy_seconds_total{link=\"line-a\"} 0.7\n"));
}

TEST_F(MetricsTest, OnlyAnsweredRequestsSayHowLongAnAnswerTakes) {
  metrics.request_ended("line-a", "answered", 90ms);
  metrics.request_ended("line-a", "no-answer", 500ms);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("metergate_request_seconds_count{link=\"line-a\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("metergate_request_seconds_bucket{link=\"line-a\",le=\"0.05\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("metergate_request_seconds_bucket{link=\"line-a\",le=\"0.1\"} 1\n"));
}

TEST_F(MetricsTest, CommandsAreCountedByVerbAndOutcome) {
  metrics.command_ended("set-relay", "succeeded", 800ms);
  metrics.command_ended("set-relay", "failed", 3s);
  const std::string text = metrics.text();
  EXPECT_THAT(text,
              HasSubstr("metergate_commands_total{outcome=\"succeeded\",verb=\"set-relay\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("metergate_command_seconds_sum{verb=\"set-relay\"} 3.8\n"));
}

TEST_F(MetricsTest, AStateNobodyIsInShowsZeroAndNotTheLastCount) {
  Figures figures;
  figures.meters = {{"online", 3}, {"silent", 2}};
  metrics.show(figures);
  EXPECT_THAT(metrics.text(), HasSubstr("metergate_meters{state=\"silent\"} 2\n"));
  figures.meters = {{"online", 5}};
  metrics.show(figures);
  EXPECT_THAT(metrics.text(), HasSubstr("metergate_meters{state=\"online\"} 5\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("metergate_meters{state=\"silent\"} 0\n"));
}

TEST_F(MetricsTest, ALineThatWasNotTriedYetIsNeitherUpNorDown) {
  Figures figures;
  figures.links["line-a"] = {};
  metrics.show(figures);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("metergate_link_up{")));
  figures.links["line-a"].up = false;
  metrics.show(figures);
  EXPECT_THAT(metrics.text(), HasSubstr("metergate_link_up{link=\"line-a\"} 0\n"));
}

TEST_F(MetricsTest, APortThatIsTakenIsSaidAndCostsNothingElse) {
  // Two on one port: the second is told.
  Metrics other{{"1", "s"}, {}};
  std::uint16_t port = 20'464;
  while (!metrics.serve(port)) ++port;
  const auto refused = other.serve(port);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("127.0.0.1:" + std::to_string(port)));
  EXPECT_THAT(other.text(), HasSubstr("metergate_build_info"));
}

}  // namespace
}  // namespace metergate::metrics
