// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/trace/trace_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace metergate::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string shown(const char* text) { return trace_text(boost::json::parse(text).as_object()); }

TEST(TraceText, ModbusIsExplained) {
  const std::string text = shown(
      R"({"at":"2026-03-01T10:17:00.123Z","meter":"m1","link":"line-a","protocol":"modbus",
          "on_wire_us":61234,"request":"03 00 c8 00 02","answer":"03 04 00 00 12 34"})");
  EXPECT_EQ(text,
            "2026-03-01T10:17:00.123Z  m1  line-a  61.2 ms\n"
            "  -> 03 00 c8 00 02   read 2 holding registers from 200\n"
            "  <- 03 04 00 00 12 34   2 registers\n");
  EXPECT_THAT(shown(R"({"protocol":"modbus","request":"03 00 c8 00 02","answer":"83 02"})"),
              HasSubstr("exception 2"));
  EXPECT_THAT(shown(R"({"protocol":"modbus","request":"03 00 c8 00 02","answer":"04 02 00 00"})"),
              HasSubstr("no answer to this"));
}

TEST(TraceText, AFaultAndAHiddenTokenAreSaid) {
  const std::string text = shown(
      R"({"protocol":"modbus","hidden_octets":31,"fault":"no-answer","what":"none within 500 ms"})");
  EXPECT_THAT(text, HasSubstr("-> of a token on its way: 31 octets that are not shown"));
  EXPECT_THAT(text, HasSubstr("<- no-answer: none within 500 ms"));
}

TEST(TraceText, WhatCameInsteadOfAnAnswerIsShown) {
  const std::string text = shown(
      R"({"protocol":"dlms","request":"c0 01 c1 00 08 00 00 01 00 00 ff 02 00","fault":"bad-frame",
          "what":"the answer is no APDU: octets left over at octet 5","answer":"c4 01 c1 00 00 77"})");
  EXPECT_THAT(text,
              HasSubstr("<- bad-frame: the answer is no APDU: octets left over at octet 5\n"));
  EXPECT_THAT(text, HasSubstr("<- c4 01 c1 00 00 77"));
}

TEST(TraceText, PayloadsOfMetersOnMqttAreTextWithoutControlCharacters) {
  const std::string text =
      shown(R"({"protocol":"mqtt","request":"7b 7d","answer":"7b 1b 5b 33 31 6d 7d"})");
  EXPECT_THAT(text, HasSubstr("-> {}"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(TraceText, AnApduIsTakenApart) {
  // get-request-normal of the clock (class 8, 0-0:1.0.0*255, attribute 2)
  EXPECT_THAT(shown(R"({"protocol":"dlms","request":"c0 01 c1 00 08 00 00 01 00 00 ff 02 00"})"),
              HasSubstr("0-0:1.0.0"));
}

}  // namespace
}  // namespace metergate::cli
