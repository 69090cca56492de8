// SPDX-License-Identifier: Apache-2.0
#include "config/read_dlms.hpp"

#include <gmock/gmock.h>

#include "config/dlms_secrets.hpp"
#include "config/load.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kSerial =
    "site = \"s\"\n[[line]]\nname = \"a\"\ndevice = \"/dev/ttyUSB0\"\nprotocol = \"dlms\"\n";
const std::string kTcp =
    "site = \"s\"\n[[line]]\nname = \"a\"\nhost = \"h\"\nprotocol = \"dlms\"\n";
const std::string kMeter = "[[meter]]\nid = \"m\"\nmodel = \"v\"\nline = \"a\"\n";
const std::string kGmac =
    "authentication = \"hls-gmac\"\nsystem_title = \"4d54470000000001\"\nkey_file = \"k\"\n";

TEST(LoadDlms, ASerialLineCarriesHdlcAtEightBitsWithoutParity) {
  const Configuration read = good(kSerial + kMeter + "address = 17\n");
  EXPECT_EQ(read.lines[0].protocol, LineProtocol::DlmsHdlc);
  const auto& serial = std::get<SerialLine>(read.lines[0].access);
  EXPECT_EQ(serial.parity, Parity::None);
  EXPECT_EQ(read.lines[0].timeout_ceiling, std::chrono::seconds{3});
  EXPECT_EQ(read.meters[0].address, 17);
  ASSERT_TRUE(read.meters[0].dlms);
  EXPECT_EQ(*read.meters[0].dlms, DlmsAccess{});
  EXPECT_THAT(mistakes(kSerial + "parity = \"even\"\n"),
              ElementsAre(HasSubstr("parity is \"even\"; allowed: none: DLMS is 8N1")));
}

TEST(LoadDlms, AnEndpointCarriesTheWrapperOrHdlc) {
  const Configuration read = good(kTcp + kMeter);
  EXPECT_EQ(read.lines[0].protocol, LineProtocol::DlmsWrapper);
  EXPECT_EQ(std::get<TcpEndpoint>(read.lines[0].access).port, 4059);
  EXPECT_EQ(read.meters[0].address, 1) << "a meter of its own is the management logical device";
  EXPECT_EQ(good(kTcp + "framing = \"hdlc\"\n").lines[0].protocol, LineProtocol::DlmsHdlc);
  EXPECT_THAT(mistakes(kSerial + "framing = \"wrapper\"\n"), ElementsAre(HasSubstr("hdlc")));
  EXPECT_THAT(mistakes("site = \"s\"\n[[line]]\nname = \"a\"\nhost = \"h\"\nframing = \"hdlc\"\n"),
              ElementsAre(HasSubstr("framing")));
}

TEST(LoadDlms, WhatAMeterDoesNotSayStandsInTheTableForAll) {
  const Configuration read =
      good(kTcp + "[dlms]\n" + kGmac + "client = 3\n" + kMeter + "[meter.dlms]\nclient = 2\n" +
           "[[meter]]\nid = \"n\"\nmodel = \"v\"\nline = \"a\"\naddress = 2\n");
  EXPECT_EQ(read.meters[0].dlms->client, 2);
  EXPECT_EQ(read.meters[1].dlms->client, 3);
  for (const Meter& meter : read.meters) {
    EXPECT_EQ(meter.dlms->authentication, dlms::AuthenticationMechanism::HighLevelGmac);
    EXPECT_EQ(meter.dlms->ciphering, dlms::Ciphering::Global);
    EXPECT_EQ(key_file_of(meter), "/etc/k");
  }
}

TEST(LoadDlms, SecurityNamesWhatGoesWithIt) {
  EXPECT_THAT(mistakes(kTcp + kMeter + "[meter.dlms]\nauthentication = \"hls-gmac\"\n"),
              ElementsAre(HasSubstr("meter[1].dlms.system_title is missing"),
                          HasSubstr("meter[1].dlms.key_file is missing")));
  EXPECT_THAT(mistakes(kTcp + kMeter + "[meter.dlms]\nauthentication = \"lls\"\n"),
              ElementsAre(HasSubstr("secrets of lls")));
  EXPECT_THAT(mistakes(kTcp + kMeter + "[meter.dlms]\nkey_file = \"k\"\n"),
              ElementsAre(HasSubstr("key_file")));
  EXPECT_THAT(
      mistakes(kTcp + kMeter + "[meter.dlms]\nauthentication = \"gmac\"\n"),
      ElementsAre(HasSubstr("none, lls, hls-md5, hls-sha1, hls-gmac, hls-sha256 or hls-ecdsa")));
}

TEST(LoadDlms, WhoSignsHasASuiteWithACurveAndASystemTitle) {
  const std::string ecdsa = kTcp + kMeter + "[meter.dlms]\nauthentication = \"hls-ecdsa\"\n";
  EXPECT_THAT(mistakes(ecdsa),
              ElementsAre(HasSubstr("system_title is missing"), HasSubstr("suite is missing"),
                          HasSubstr("key_file is missing; allowed: a file with "
                                    "the secrets of hls-ecdsa")));
  const std::string rest = "system_title = \"4d54470000000001\"\nkey_file = \"k\"\n";
  EXPECT_THAT(mistakes(ecdsa + rest + "suite = 0\n"),
              ElementsAre(HasSubstr("suite is 0; allowed: 1 (P-256) or 2 (P-384)")));
  const Configuration read = good(ecdsa + rest + "suite = 2\n");
  EXPECT_EQ(read.meters[0].dlms->ciphering, dlms::Ciphering::Global)
      << "what follows the proof would be anybody's";
}

TEST(LoadDlms, AddressesHaveToFitTheirOctets) {
  EXPECT_TRUE(mistakes(kSerial + kMeter + "address = 16383\n").empty());
  EXPECT_THAT(mistakes(kSerial + kMeter + "address = 16384\n"), ElementsAre(HasSubstr("address")));
  EXPECT_THAT(mistakes(kSerial + kMeter + "address = 200\n[meter.dlms]\naddress_octets = 2\n"),
              ElementsAre(HasSubstr("address is 200; allowed: an address that fits")));
  EXPECT_THAT(mistakes(kSerial + kMeter + "address = 17\n[meter.dlms]\nclient = 200\n"),
              ElementsAre(HasSubstr("1 to 127")));
  EXPECT_THAT(mistakes(kTcp + kMeter + "address = 0\n"), ElementsAre(HasSubstr("wPort")));
  const DlmsAccess access;
  EXPECT_EQ(access.hdlc_address(0).octets, 1);
  EXPECT_EQ(access.hdlc_address(17).octets, 2);
  EXPECT_EQ(access.hdlc_address(1000).octets, 4);
}

TEST(LoadDlms, ARangeHasAKeyFileForEach) {
  const std::string range =
      kTcp +
      "[[meter_range]]\nprefix = \"m-\"\ncount = 3\nmodel = \"v\"\nline = \"a\"\n"
      "first_address = 5\n[meter_range.dlms]\nauthentication = \"lls\"\n";
  EXPECT_THAT(mistakes(range + "key_file = \"keys\"\n"), ElementsAre(HasSubstr("{id}")));
  const Configuration read = good(range + "key_file = \"keys/{id}.toml\"\n");
  ASSERT_EQ(read.meters.size(), 3U);
  EXPECT_EQ(read.meters[2].address, 7);
  EXPECT_EQ(key_file_of(read.meters[2]), "/etc/keys/m-3.toml");
}

TEST(LoadDlms, OnlyMetersOfDlmsLinesHaveAnAccess) {
  EXPECT_THAT(
      mistakes("site = \"s\"\n[[line]]\nname = \"a\"\ndevice = \"/dev/ttyUSB0\"\n" + kMeter +
               "address = 1\n[meter.dlms]\nclient = 1\n"),
      ElementsAre(HasSubstr("meter[1].dlms is a table; allowed: none, or a line with protocol")));
}

const std::string kDialIn =
    "site = \"s\"\n[[line]]\nname = \"a\"\nlisten = 4060\nprotocol = \"dlms\"\n";
const std::string kOverMqtt =
    "site = \"s\"\n[mqtt_meters]\n[[line]]\nname = \"a\"\nmqtt_root = \"dlms\"\nprotocol = "
    "\"dlms\"\n";

TEST(LoadDlms, MetersThatDialInAreKnownBySerialNumberOrSystemTitle) {
  const Configuration read =
      good(kDialIn + kMeter + "serial = \"S1\"\n" +
           "[[meter]]\nid = \"n\"\nmodel = \"v\"\nline = \"a\"\n[meter.dlms]\n"
           "logical_device = 3\nmeter_title = \"4d54470102030405\"\n");
  const auto& place = std::get<DialIn>(read.lines[0].access);
  EXPECT_EQ(place.port, 4060);
  EXPECT_EQ(place.address, "0.0.0.0");
  EXPECT_EQ(read.lines[0].protocol, LineProtocol::DlmsWrapper);
  EXPECT_EQ(read.meters[0].address, 1);
  EXPECT_EQ(read.meters[1].address, 2) << "places on our list";
  EXPECT_TRUE(read.meters[1].dlms->meter_title);
  EXPECT_THAT(mistakes(kDialIn + kMeter), ElementsAre(HasSubstr("meter[1].serial is missing")));
  EXPECT_THAT(mistakes(kDialIn + kMeter + "serial = \"S1\"\naddress = 1\n"),
              ElementsAre(HasSubstr("logical_device")));
  EXPECT_THAT(mistakes(kDialIn + "[[meter_range]]\nprefix = \"m-\"\ncount = 2\nmodel = \"v\"\n"
                                 "line = \"a\"\n"),
              ElementsAre(HasSubstr("one by one")));
  EXPECT_THAT(mistakes(kDialIn + "[dlms]\nmeter_title = \"4d54470102030405\"\n"),
              ElementsAre(HasSubstr("[meter.dlms]")));
}

TEST(LoadDlms, WhereToListenIsJudged) {
  EXPECT_TRUE(mistakes(kDialIn + "listen_address = \"::1\"\n").empty());
  EXPECT_THAT(mistakes(kDialIn + "listen_address = \"modems.example\"\n"),
              ElementsAre(HasSubstr("an IP address")));
  EXPECT_THAT(mistakes(kDialIn + "framing = \"hdlc\"\n"), ElementsAre(HasSubstr("wrapper")));
  EXPECT_THAT(mistakes(kDialIn + "device = \"/dev/ttyUSB0\"\n"),
              ElementsAre(HasSubstr("one of device, host, listen and mqtt_root")));
  EXPECT_THAT(mistakes(kTcp + "listen = 4060\n"),
              ElementsAre(HasSubstr("one of device, host, listen and mqtt_root")));
  EXPECT_THAT(mistakes(kDialIn + "[[line]]\nname = \"b\"\nlisten = 4060\nprotocol = \"dlms\"\n"),
              ElementsAre(HasSubstr("no other line")));
  EXPECT_THAT(mistakes("site = \"s\"\n[[line]]\nname = \"a\"\nlisten = 4060\n"),
              ElementsAre(HasSubstr("protocol = \"dlms\"")));
}

TEST(LoadDlms, OverMqttAMeterHasATopicAndTheLineARootOfItsOwn) {
  const Configuration read =
      good(kOverMqtt + kMeter + "topic_name = \"plot-1\"\n" +
           "[[meter_range]]\nprefix = \"m-\"\ncount = 2\nmodel = \"v\"\nline = \"a\"\n"
           "topic_prefix = \"p-\"\n");
  EXPECT_EQ(std::get<MqttTopics>(read.lines[0].access).root, "dlms");
  EXPECT_EQ(read.meters[0].topic_name, "plot-1");
  EXPECT_EQ(read.meters[2].topic_name, "p-2");
  EXPECT_EQ(read.meters[2].address, 3);
  EXPECT_THAT(mistakes(kOverMqtt + kMeter +
                       "topic_name = \"t\"\n[[meter]]\nid = \"n\"\n"
                       "model = \"v\"\nline = \"a\"\ntopic_name = \"t\"\n"),
              ElementsAre(HasSubstr("t is taken")));
  EXPECT_THAT(mistakes("site = \"s\"\n[[line]]\nname = \"a\"\nmqtt_root = \"d\"\nprotocol = "
                       "\"dlms\"\n"),
              ElementsAre(HasSubstr("[mqtt_meters]")));
  EXPECT_THAT(mistakes("site = \"s\"\n[mqtt_meters]\n[[line]]\nname = \"a\"\n"
                       "mqtt_root = \"meters\"\nprotocol = \"dlms\"\n"),
              ElementsAre(HasSubstr("another line")));
  EXPECT_THAT(mistakes("site = \"s\"\n[mqtt_meters]\n[[line]]\nname = \"a\"\n"
                       "mqtt_root = \"d/#\"\nprotocol = \"dlms\"\n"),
              ElementsAre(HasSubstr("without wildcards")));
}

class Secrets : public testing::Test {
 protected:
  static std::vector<std::string> wrong(const std::string& text, const DlmsAccess& access) {
    const auto read = parse_dlms_secrets(text, "k.toml", access);
    std::vector<std::string> out;
    if (read) return out;
    for (const ConfigError& error : read.error()) out.push_back(error.text());
    return out;
  }
  static DlmsAccess with(dlms::AuthenticationMechanism mechanism) {
    DlmsAccess access;
    access.authentication = mechanism;
    return access;
  }
  const DlmsAccess gmac_ = with(dlms::AuthenticationMechanism::HighLevelGmac);
  const DlmsAccess low_ = with(dlms::AuthenticationMechanism::LowLevel);
  const std::string ek_ = "encryption_key = \"000102030405060708090a0b0c0d0e0f\"\n";
  const std::string ak_ = "authentication_key = \"D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF\"\n";
};

TEST_F(Secrets, KeysAreTakenAsHexDigits) {
  const auto read = parse_dlms_secrets(ek_ + ak_, "k.toml", gmac_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->keys.unicast.view()[15], 0x0F);
  EXPECT_EQ(read->keys.authentication.view()[0], 0xD0);
}

TEST_F(Secrets, WhatIsMissingOrTooShortIsNamedAndNeverShown) {
  EXPECT_THAT(wrong(ek_, gmac_), ElementsAre(HasSubstr("authentication_key is missing")));
  const auto told = wrong(ek_ + "authentication_key = \"D0D1D2D3\"\n", gmac_);
  EXPECT_THAT(told, ElementsAre(HasSubstr("k.toml:2: authentication_key is (not shown); allowed: "
                                          "32 hex digits for suite 0")));
  DlmsAccess suite2 = gmac_;
  suite2.suite = dlms::SecuritySuite::Suite2;
  EXPECT_EQ(wrong(ek_ + ak_, suite2).size(), 2U) << "suite 2 has keys of 32 octets";
}

TEST_F(Secrets, APasswordIsTextOrHexDigits) {
  EXPECT_EQ(parse_dlms_secrets("password = \"12345678\"\n", "k.toml", low_)->secret.size(), 8U);
  EXPECT_EQ(parse_dlms_secrets("secret = \"00FF\"\n", "k.toml", low_)->secret.view()[1], 0xFF);
  EXPECT_THAT(wrong("", low_), ElementsAre(HasSubstr("one of the two")));
  EXPECT_THAT(wrong("password = \"\"\n", low_), ElementsAre(HasSubstr("(not shown)")));
}

}  // namespace
}  // namespace metergate::config
