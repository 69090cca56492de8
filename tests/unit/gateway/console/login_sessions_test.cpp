// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/login_sessions.hpp"

#include <gtest/gtest.h>

namespace metergate::console {
namespace {

using namespace std::chrono_literals;
using Use = LoginSessions::Use;

class LoginSessionsTest : public ::testing::Test {
 protected:
  Instant start_{1h};
  LoginSessions sessions_{{.idle = 15min, .longest = 8h}};
  std::string cookie_ = sessions_.open("anna", {}, start_).cookie;
};

TEST_F(LoginSessionsTest, ItIsFoundByItsCookieAlone) {
  EXPECT_EQ(sessions_.find(cookie_, Use::ByUser, start_)->user, "anna");
  EXPECT_FALSE(sessions_.find("", Use::ByUser, start_));
  EXPECT_FALSE(sessions_.find(cookie_.substr(1), Use::ByUser, start_));
  EXPECT_EQ(cookie_.size(), 64U);
}

TEST_F(LoginSessionsTest, EveryLoginHasASecretAndATokenOfItsOwn) {
  const auto other = sessions_.open("anna", {}, start_);
  EXPECT_NE(other.cookie, cookie_);
  EXPECT_NE(other.session.csrf_token, sessions_.find(cookie_, Use::ByUser, start_)->csrf_token);
  EXPECT_NE(other.session.csrf_token, other.cookie);
}

TEST_F(LoginSessionsTest, ItEndsWhenNothingIsDone) {
  EXPECT_TRUE(sessions_.find(cookie_, Use::ByUser, start_ + 14min));
  EXPECT_TRUE(sessions_.find(cookie_, Use::ByUser, start_ + 28min));
  EXPECT_FALSE(sessions_.find(cookie_, Use::ByUser, start_ + 43min));
}

TEST_F(LoginSessionsTest, WhatThePageDoesByItselfKeepsNothingAlive) {
  for (auto at = start_; at < start_ + 15min; at += 10s) {
    EXPECT_TRUE(sessions_.find(cookie_, Use::InBackground, at));
  }
  EXPECT_FALSE(sessions_.find(cookie_, Use::InBackground, start_ + 15min));
}

TEST_F(LoginSessionsTest, ItEndsHoweverMuchIsDone) {
  for (auto at = start_; at < start_ + 8h; at += 10min) {
    EXPECT_TRUE(sessions_.find(cookie_, Use::ByUser, at));
  }
  EXPECT_FALSE(sessions_.find(cookie_, Use::ByUser, start_ + 8h));
}

TEST_F(LoginSessionsTest, ClosedItIsGone) {
  sessions_.close(cookie_);
  EXPECT_FALSE(sessions_.find(cookie_, Use::ByUser, start_));
}

TEST_F(LoginSessionsTest, TooManyCostTheOneThatWasUsedLeastLately) {
  for (std::size_t i = 1; i < LoginSessions::kMost; ++i) {
    static_cast<void>(sessions_.open("ben", {}, start_ + 1min));
  }
  EXPECT_EQ(sessions_.size(), LoginSessions::kMost);
  static_cast<void>(sessions_.open("carl", {}, start_ + 2min));
  EXPECT_EQ(sessions_.size(), LoginSessions::kMost);
  EXPECT_FALSE(sessions_.find(cookie_, Use::ByUser, start_ + 2min));
}

}  // namespace
}  // namespace metergate::console
