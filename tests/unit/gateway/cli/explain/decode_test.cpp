// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/cli/cli.hpp"
#include "gateway/cli/exit_codes.hpp"
#include "gateway/cli/explain/modbus.hpp"
#include "protocols/modbus/rtu_frame.hpp"
#include "protocols/octets/hex.hpp"
#include "tests/unit/gateway/cli/test_console.hpp"

namespace metergate::cli {
namespace {

using testing::HasSubstr;

Ran decode(std::vector<std::string> what) {
  what.insert(what.begin(), "decode");
  return ran(std::move(what));
}

TEST(Decode, TellsByItsFormWhatSomethingIs) {
  EXPECT_THAT(decode({"MG0203"}).out, HasSubstr("What to do: "));
  EXPECT_THAT(decode({"0000", "0000", "0001", "5099", "7584"}).out, HasSubstr("meter test"));
  EXPECT_EQ(decode({"01 04 00 00 00 02 71 CB"}).out,
            "Modbus RTU, address 1: read 2 input registers from 0\n");
  EXPECT_THAT(decode({"7EA0070321930F017E"}).out, HasSubstr("HDLC SNRM"));
  EXPECT_THAT(decode({"C001C1000100002A0000FF0200"}).out, HasSubstr("get-request"));
}

TEST(Decode, AReadoutIsTextOrOctets) {
  EXPECT_EQ(decode({"/?VM1!"}).out, "request message to VM1\n");
  EXPECT_THAT(decode({"06 30 35 30 0D 0A"}).out, HasSubstr("option select message"));
  const Ran damaged = decode({"/VM"});
  EXPECT_EQ(damaged.code, kRefused);
  EXPECT_THAT(damaged.err, HasSubstr("identification message at octet 3: must be ended by CR LF"));
}

TEST(Decode, ExplainsAnAnswerWithoutItsQuestion) {
  const auto answer = [](std::string_view pdu) {
    return explain_modbus(modbus::encode_rtu(17, *hex::parse(pdu)));
  };
  EXPECT_EQ(answer("04 04 43 66 33 33"), "Modbus RTU, address 17: answer, 2 registers 17254 13107");
  EXPECT_EQ(answer("10 00 10 00 02"), "Modbus RTU, address 17: answer, written");
  EXPECT_EQ(answer("90 02"), "Modbus RTU, address 17: answer, exception 2 illegal data address");
  EXPECT_EQ(answer("06 00 10 00 02"),
            "Modbus RTU, address 17: write 2 to register 16 (the answer to it looks the same)");
  EXPECT_EQ(answer("2b 0e"), "Modbus RTU, address 17: a function that is not decoded here: 2b 0e");
  EXPECT_EQ(explain_modbus(*hex::parse("00 07 00 00 00 06 11 03 00 c8 00 02")),
            "Modbus TCP, transaction 7, unit 17: read 2 holding registers from 200");
}

RC_GTEST_PROP(DecodeLaws, NoFrameWhoseCheckHoldsIsTooMuch, (const Octets& pdu)) {
  RC_PRE(!pdu.empty());
  RC_ASSERT(explain_modbus(modbus::encode_rtu(1, pdu)).has_value() ||
            pdu.size() + 3 > modbus::kMaxRtuFrameOctets);
}

TEST(Decode, ADamagedModbusFrameIsNotTakenForAnotherOne) {
  const Ran damaged = decode({"01 04 00 00 00 02 71 CC"});
  EXPECT_EQ(damaged.out.find("Modbus"), std::string::npos) << damaged.out;
  EXPECT_THAT(damaged.err, HasSubstr("no Modbus frame whose check holds"));
}

TEST(Decode, OctetsThatMakeNoSenseAreRefused) {
  // Whole: a frame, a wrapper PDU, an APDU, a ciphered APDU that is not opened.
  for (const char* sound :
       {"7EA0070321930F017E", "000100100001000D C001C1000100002A0000FF0200",
        "C001C1000100002A0000FF0200", "C8 12 30 00000001 AA 0102030405060708090A0B0C"}) {
    const Ran ran = decode({sound});
    EXPECT_EQ(ran.code, kOk) << sound << '\n' << ran.out << ran.err;
  }
  // No tag of an APDU; cut off; a frame check that does not hold; a PDU that ends too early; an
  // APDU within a frame or a PDU that is none.
  for (const char* senseless :
       {"FF FF FF", "01 04 00 00 00 02 71 CC", "C001C1000100002A0000FF", "7EA0070321930F027E",
        "7EA0070321930F01", "000100100001000D C001C1", "0001001000010003 FFFFFF", "00"}) {
    const Ran ran = decode({senseless});
    EXPECT_EQ(ran.code, kRefused) << senseless << '\n' << ran.out;
    EXPECT_THAT(ran.err, HasSubstr("make no sense as DLMS")) << senseless;
  }
}

TEST(Decode, AnEventCodeIsReadByItsModel) {
  const std::string models = std::string{METERGATE_SOURCE_DIR} + "/meters/models/data/";
  EXPECT_EQ(decode({"--model", models + "virtual-prepayment-modbus.toml", "201"}).out,
            "supply-armed\n");
  const Ran unknown = decode({"--model", models + "virtual-prepayment-modbus.toml", "9999"});
  EXPECT_EQ(unknown.code, kRefused);
  EXPECT_THAT(unknown.err, HasSubstr("maps no event code 9999"));
  EXPECT_THAT(decode({"--model", models + "virtual-prepayment-modbus.toml", "70000"}).err,
              HasSubstr("a number from 0 to 65535"));
  EXPECT_EQ(decode({"--model", "/nowhere.toml", "201"}).code, kConfigurationError);
}

TEST(Decode, SaysWhatItTakes) {
  const Ran nothing = decode({"something", "else"});
  EXPECT_EQ(nothing.code, kUsage);
  EXPECT_THAT(nothing.err, HasSubstr("twenty digits"));
  EXPECT_EQ(decode({"MG9999"}).code, kUsage);
  EXPECT_EQ(decode({"7394 6144 3320 4021 7316"}).code, kRefused);
}

}  // namespace
}  // namespace metergate::cli
