// SPDX-License-Identifier: Apache-2.0
#include "gateway/cli/send/step_printer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "gateway/cli/exit_codes.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class StepPrinterTest : public testing::Test {
 protected:
  void show(std::string_view json) { printer_.show(boost::json::parse(json).as_object()); }
  TestConsole test_;
  StepPrinter printer_{test_.console, StepFormat::Text};
};

TEST_F(StepPrinterTest, StepsOfASuccessEndInZero) {
  show(R"({"at":"2026-03-01T10:17:00Z","state":"accepted"})");
  show(R"({"at":"2026-03-01T10:17:01Z","state":"sending","attempt":1})");
  EXPECT_EQ(printer_.exit_code(), std::nullopt);
  show(R"({"at":"2026-03-01T10:17:02Z","state":"succeeded","result":{"value":50,"unit":"wh"}})");
  EXPECT_EQ(printer_.exit_code(), kOk);
  EXPECT_EQ(test_.out.str(),
            "2026-03-01T10:17:00Z  accepted\n"
            "2026-03-01T10:17:01Z  sending     attempt 1\n"
            "2026-03-01T10:17:02Z  succeeded\n"
            "  value  50\n"
            "  unit  wh\n");
}

TEST_F(StepPrinterTest, TokenThatIsHandedOutIsShownInTheGroupsItIsKeyedInBy) {
  show(R"({"state":"succeeded","result":{"issue":"t1","tokens":[)"
       R"({"number":1,"digits":"12345678901234567890"},{"number":2,"digits":"garbage"}]}})");
  EXPECT_EQ(test_.out.str(),
            "succeeded\n"
            "  issue  t1\n"
            "  tokens\n"
            "    number  1\n"
            "    digits  1234 5678 9012 3456 7890\n"
            "  tokens\n"
            "    number  2\n"
            "    digits  no twenty digits\n");
}

TEST_F(StepPrinterTest, EveryEndHasItsExitCode) {
  const auto code_of = [&](std::string_view json) {
    TestConsole test;
    StepPrinter printer{test.console, StepFormat::Text};
    printer.show(boost::json::parse(json).as_object());
    return printer.exit_code();
  };
  EXPECT_EQ(code_of(R"({"state":"refused","reason":"unknown-meter"})"), kRefused);
  EXPECT_EQ(code_of(R"({"state":"rejected"})"), kEndedOtherwise);
  EXPECT_EQ(code_of(R"({"state":"failed"})"), kEndedOtherwise);
  EXPECT_EQ(code_of(R"({"state":"expired"})"), kEndedOtherwise);
  EXPECT_EQ(code_of(R"({"state":"cancelled"})"), kEndedOtherwise);
  EXPECT_EQ(code_of(R"({"state":"unconfirmed"})"), std::nullopt) << "it is being settled";
  EXPECT_EQ(code_of(R"({"state":"unconfirmed","final":true})"), kUnconfirmed);
}

TEST_F(StepPrinterTest, RefusalNamesFieldValueAndWhatIsAllowed) {
  show(R"({"state":"refused","reason":"out-of-range","field":"params.state","value":"open",)"
       R"("expected":"off, armed or on"})");
  EXPECT_THAT(test_.out.str(), HasSubstr("params.state is open; allowed: off, armed or on"));
}

TEST_F(StepPrinterTest, MeterRefusalShowsOurWordAndItsOwn) {
  show(
      R"({"state":"rejected","reason":"meter-refused","meter_reason":"duplicate","meter_raw":"2"})");
  EXPECT_THAT(test_.out.str(), HasSubstr("meter-refused, the meter says duplicate (2)"));
}

TEST_F(StepPrinterTest, WhatTheGatewaySaysCannotDriveTheTerminal) {
  show("{\"state\":\"failed\",\"detail\":\"\\u001b[2J\\u0007\"}");
  EXPECT_THAT(test_.out.str(), Not(HasSubstr("\x1b")));
}

TEST_F(StepPrinterTest, GivingUpSaysHowItStands) {
  show(R"({"state":"accepted"})");
  EXPECT_EQ(printer_.gave_up("c-1"), kUnconfirmed);
  EXPECT_THAT(test_.err.str(), HasSubstr("is accepted and goes on"));
  EXPECT_THAT(test_.err.str(), HasSubstr("c-1"));
}

TEST_F(StepPrinterTest, JsonIsPassedOnLineByLine) {
  StepPrinter printer{test_.console, StepFormat::Json};
  printer.show(boost::json::parse(R"({"state":"succeeded","x":1})").as_object());
  EXPECT_EQ(test_.out.str(), "{\"state\":\"succeeded\",\"x\":1}\n");
}

}  // namespace
}  // namespace metergate::cli
