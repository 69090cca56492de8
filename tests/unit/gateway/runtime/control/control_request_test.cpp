// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/control/control_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace metergate::runtime {
namespace {

using testing::HasSubstr;

TEST(ControlRequest, MethodAndParamsAreTakenApart) {
  const auto call = parse_control_line(R"({"method": "send", "params": {"verb": "read"}})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "send");
  EXPECT_EQ(call->params_json, R"({"verb":"read"})");
}

TEST(ControlRequest, ParamsMayBeLeftOut) {
  const auto call = parse_control_line(R"({"method": "status"})");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->params_json, "{}");
}

TEST(ControlRequest, MistakesAreNamed) {
  const auto error_of = [](std::string_view line) {
    const auto call = parse_control_line(line);
    return call ? std::string{"none"} : call.error();
  };
  EXPECT_THAT(error_of(""), HasSubstr("one JSON object"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("one JSON object"));
  EXPECT_THAT(error_of("{\"method\": \"a\"} {}"), HasSubstr("one JSON object"));
  EXPECT_THAT(error_of("{}"), HasSubstr("method: is missing"));
  EXPECT_THAT(error_of(R"({"method": 1})"), HasSubstr("method: a word"));
  EXPECT_THAT(error_of(R"({"method": "a b"})"), HasSubstr("method: a word"));
  EXPECT_THAT(error_of(R"({"method": "a", "params": []})"), HasSubstr("params: a JSON object"));
  EXPECT_THAT(error_of(R"({"method": "a", "user": "root"})"), HasSubstr("no others"));
  EXPECT_THAT(error_of("{\"method\": \"\xff\"}"), HasSubstr("UTF-8"));
  std::string deep = "{\"method\": \"a\", \"params\": ";
  for (int i = 0; i < 40; ++i) deep += "{\"x\":";
  deep += "1" + std::string(41, '}');
  EXPECT_THAT(error_of(deep), HasSubstr("16 deep"));
  EXPECT_THAT(error_of(std::string(kMaxControlLineOctets + 1, ' ')), HasSubstr("65536"));
}

TEST(ControlRequest, ReplyIsOneLineAndTheLastOneSaysSo) {
  EXPECT_EQ(control_reply_line("{\"a\": 1}", false), "{\"a\":1}\n");
  EXPECT_EQ(control_reply_line("{\"a\":\n1}", true), "{\"a\":1,\"end\":true}\n");
  EXPECT_EQ(control_reply_line("{}", true), "{\"end\":true}\n");
  EXPECT_EQ(control_reply_line("no\njson", true), "{\"text\":\"no\\njson\",\"end\":true}\n");
  EXPECT_EQ(control_error("what \"was\" wrong"), R"({"error":"what \"was\" wrong"})");
}

}  // namespace
}  // namespace metergate::runtime
