// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/guard.hpp"

#include <gtest/gtest.h>

namespace metergate::console {
namespace {

Request own_post() {
  Request request;
  request.method = Request::Method::Post;
  request.host = "127.0.0.1:9465";
  request.origin = "http://127.0.0.1:9465";
  request.fetch_site = "same-origin";
  request.content_type = "application/json";
  return request;
}

TEST(Guard, OnlyNamesOfThisBoxAreItsOwn) {
  for (const char* host : {"127.0.0.1", "127.0.0.1:9465", "localhost:8080", "[::1]", "[::1]:1"}) {
    EXPECT_TRUE(is_own_host(host)) << host;
  }
  for (const char* host : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:123456", "127.0.0.2", "::1",
                           "localhost@evil.example", "127.0.0.1:80:80"}) {
    EXPECT_FALSE(is_own_host(host)) << host;
  }
}

TEST(Guard, AnOrderOfTheOwnPagePasses) { EXPECT_FALSE(objection(own_post())); }

TEST(Guard, ARequestOfAnotherPageDoesNot) {
  auto request = own_post();
  request.origin = "http://localhost:9465";  // another one than the Host
  EXPECT_TRUE(objection(request));
  request = own_post();
  request.origin = "null";
  EXPECT_TRUE(objection(request));
  request = own_post();
  request.fetch_site = "cross-site";
  EXPECT_TRUE(objection(request));
  request = own_post();
  request.fetch_site = "none";
  EXPECT_TRUE(objection(request)) << "nobody types a POST";
  request = own_post();
  request.content_type = "text/plain";
  EXPECT_TRUE(objection(request)) << "a form of another page can send that";
  request = own_post();
  request.host = "evil.example";
  request.origin = "http://evil.example";
  EXPECT_TRUE(objection(request)) << "a name that was pointed at this box";
}

TEST(Guard, ABookmarkMayBeOpened) {
  Request request;
  request.method = Request::Method::Get;
  request.host = "localhost:9465";
  request.fetch_site = "none";
  EXPECT_FALSE(objection(request));
  request.fetch_site = "cross-site";
  EXPECT_TRUE(objection(request));
}

TEST(Guard, OneOfSeveralCookiesIsFound) {
  EXPECT_EQ(cookie("a=1; metergate_session=abc; b=2", kSessionCookie), "abc");
  EXPECT_EQ(cookie("metergate_session=", kSessionCookie), "");
  EXPECT_FALSE(cookie("xmetergate_session=abc", kSessionCookie));
  EXPECT_FALSE(cookie("metergate_session", kSessionCookie));
  EXPECT_FALSE(cookie("", kSessionCookie));
}

TEST(Guard, ACookieThatIsThereTwiceIsNone) {
  EXPECT_FALSE(cookie("metergate_session=a; metergate_session=b", kSessionCookie))
      << "one of them was put there by somebody else";
}

}  // namespace
}  // namespace metergate::console
