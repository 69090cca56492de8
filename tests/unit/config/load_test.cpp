// SPDX-License-Identifier: Apache-2.0
#include "config/load.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/dlms_access.hpp"
#include "tests/unit/config/mistakes.hpp"

namespace metergate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kSite = "site = \"s\"\n";
const std::string kLine = "[[line]]\nname = \"a\"\ndevice = \"/dev/ttyUSB0\"\n";

std::string meter(const std::string& rest) { return "[[meter]]\nmodel = \"m\"\n" + rest + "\n"; }

TEST(Load, TheSmallestFileHasEveryDefault) {
  const auto read = parse(kSite, "m.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->site.text(), "s");
  EXPECT_THAT(read->model_directories, ElementsAre(kDefaultModelDirectory));
  EXPECT_EQ(read->storage.file, "/var/lib/metergate/ledger.db");
  EXPECT_FALSE(read->north);
  EXPECT_FALSE(read->mqtt_meters);
  ASSERT_EQ(read->schedules.size(), 1U);
  EXPECT_EQ(read->schedules[0].name, "default");
}

TEST(Load, TheExampleFileIsTaken) {
  const auto read =
      load(std::filesystem::path{METERGATE_SOURCE_DIR} / "config/metergate.example.toml");
  ASSERT_TRUE(read) << read.error().front().text();
  EXPECT_EQ(read->lines.size(), 4U);
  EXPECT_EQ(read->meters.size(), 136U);
  EXPECT_EQ(read->meters.back().id.text(), "flat-0100");
  EXPECT_EQ(read->meters.back().topic_name, "modem-0100");
}

TEST(Load, TheExampleFileShowsTheDefaultsAsTheyAre) {
  // With every commented key taken into force, the meaning of the file must not change.
  const auto path = std::filesystem::path{METERGATE_SOURCE_DIR} / "config/metergate.example.toml";
  std::ifstream file{path};
  std::string in_force;
  for (std::string line; std::getline(file, line);) {
    const bool key = line.starts_with("# ") && line.find(" = ") != std::string::npos &&
                     line.find_first_of(" :") == 1 && line.find("0 = never") == std::string::npos;
    in_force += (key ? line.substr(2) : line) + '\n';
  }
  const auto all = parse(in_force, path);
  ASSERT_TRUE(all) << all.error().front().text();
  const auto shipped = load(path);
  ASSERT_TRUE(shipped);
  EXPECT_EQ(all->storage.keep_profile, shipped->storage.keep_profile);
  EXPECT_EQ(all->sessions.probe_max, shipped->sessions.probe_max);
  EXPECT_EQ(all->sessions.settle_limit, shipped->sessions.settle_limit);
  EXPECT_EQ(all->north->max_live_commands, shipped->north->max_live_commands);
  EXPECT_EQ(all->north->broker.reconnect_max, shipped->north->broker.reconnect_max);
  EXPECT_EQ(all->mqtt_meters->timeout, shipped->mqtt_meters->timeout);
  EXPECT_EQ(all->mqtt_meters->root, shipped->mqtt_meters->root);
  EXPECT_EQ(all->schedules[0].back_fill, shipped->schedules[0].back_fill);
  EXPECT_EQ(all->schedules[0].profile, shipped->schedules[0].profile);
  EXPECT_EQ(all->lines[0].timeout_ceiling, shipped->lines[0].timeout_ceiling);
  ASSERT_EQ(all->meters.size(), shipped->meters.size());
  EXPECT_EQ(all->lines[2].timeout_ceiling, shipped->lines[2].timeout_ceiling);
  EXPECT_EQ(*all->meters[1].dlms, *shipped->meters[1].dlms);
  EXPECT_EQ(all->access, shipped->access);
  EXPECT_EQ(all->registry, shipped->registry);
}

TEST(Load, RelativePathsAreRelativeToTheFile) {
  const auto read = parse(kSite + "model_directories = [\"models\"]\n[storage]\nfile = \"l.db\"\n",
                          "/etc/metergate/m.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->model_directories.front(), "/etc/metergate/models");
  EXPECT_EQ(read->storage.file, "/etc/metergate/l.db");
}

TEST(Load, AllMistakesAreToldAtOnceInTheOrderOfTheLines) {
  const auto text = mistakes(
      "site = \"a/b\"\n"
      "[log]\n"
      "level = \"loud\"\n"
      "[[line]]\n"
      "name = \"a\"\n"
      "device = \"/dev/x\"\n"
      "baud = 9601\n"
      "timeout_ceiling_ms = \"long\"\n");
  EXPECT_THAT(text, ElementsAre(HasSubstr("m.toml:1: site is \"a/b\"; allowed: 1 to 64 of"),
                                HasSubstr("m.toml:3: log.level is \"loud\"; allowed: debug, info"),
                                HasSubstr("m.toml:7: line[1].baud is 9601; allowed: 300, 600"),
                                HasSubstr("m.toml:8: line[1].timeout_ceiling_ms is \"long\"; "
                                          "allowed: 20 to 60000")));
}

TEST(Load, AnUnknownKeyIsToldWithTheNearestKnownOne) {
  EXPECT_THAT(mistakes(kSite + kLine + "timeout_celling_ms = 300\n"),
              ElementsAre(HasSubstr("did you mean `timeout_ceiling_ms`?")));
}

TEST(Load, TheValueOfAnUnknownKeyIsNeverShown) {
  const auto text = mistakes(kSite + "[north.broker]\npassword = \"sesame\"\n");
  ASSERT_EQ(text.size(), 1U);
  EXPECT_THAT(text[0], HasSubstr("did you mean `password_file`?"));
  EXPECT_THAT(text[0], ::testing::Not(HasSubstr("sesame")));
}

TEST(Load, AFileThatIsNoTomlIsToldWithItsLine) {
  EXPECT_THAT(mistakes("site = \"s\"\n[[[\n"), ElementsAre(HasSubstr("m.toml:2: ")));
}

TEST(Load, AFileThatIsNotThereIsAMistake) { EXPECT_FALSE(load("/nowhere/m.toml")); }

TEST(Load, PlainMqttLeavesTheBoxOnlyWhenAllowed) {
  const auto broker = [](const std::string& rest) { return kSite + "[north.broker]\n" + rest; };
  EXPECT_THAT(mistakes(broker("host = \"10.0.0.1\"\n")),
              ElementsAre(HasSubstr("allow_plaintext = true")));
  EXPECT_THAT(mistakes(broker("host = \"127.example.org\"\n")),
              ElementsAre(HasSubstr("a loopback address")));
  EXPECT_THAT(mistakes(broker("host = \"10.0.0.1\"\nallow_plaintext = true\n")), IsEmpty());
  EXPECT_THAT(mistakes(broker("host = \"127.0.0.1\"\n")), IsEmpty());
  EXPECT_THAT(mistakes(broker("host = \"10.0.0.1\"\n[north.broker.tls]\nca_file = \"ca.pem\"\n")),
              IsEmpty());
}

TEST(Load, BothBrokersLookAtRevokedCertificatesOrNone) {
  const auto both = [](const std::string& north, const std::string& meters) {
    return kSite + "[north.broker.tls]\nca_file = \"ca.pem\"\n" + north +
           "[mqtt_meters.broker.tls]\nca_file = \"ca.pem\"\n" + meters;
  };
  const std::string on = "check_revoked = true\n";
  const auto read = parse(both(on, on), "m.toml");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->north->broker.check_revoked);
  EXPECT_TRUE(read->mqtt_meters->broker.check_revoked);
  EXPECT_THAT(mistakes(both("", "")), IsEmpty());
  for (const std::string& one : {both(on, ""), both("", on)}) {
    EXPECT_THAT(mistakes(one), ElementsAre(HasSubstr("the same check_revoked")));
  }
}

TEST(Load, TheTrailsKeyAndItsSyslogAreRead) {
  const auto read = parse(kSite +
                              "[audit]\nsigning_key_file = \"audit.pem\"\nsyslog = true\n"
                              "syslog_socket = \"/run/log\"\n",
                          "/etc/m/m.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->audit, (Audit{"/etc/m/audit.pem", "", true, "/run/log"}));
  EXPECT_EQ(parse(kSite, "m.toml")->audit, Audit{});
  const auto wrong = [](const std::string& text) { return mistakes(kSite + "[audit]\n" + text); };
  EXPECT_THAT(wrong("signing_key_file = \"a\"\nsigning_key_credential = \"b\"\n"),
              ElementsAre(HasSubstr("one of signing_key_file, signing_key_credential")));
  EXPECT_THAT(wrong("signing_key_credential = \"a/b\"\n"),
              ElementsAre(HasSubstr("a name without a slash")));
}

TEST(Load, LimitsOnWhatIsOrderedAreReadAndBounded) {
  const auto read = parse(kSite +
                              "[relay_off_fuse]\nper_hour = 5\nper_line_hour = 4\nspread_s = 90\n"
                              "[requester_limit]\nper_minute = 7\nburst = 8\n",
                          "m.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->relay_off_fuse, (RelayOffFuse{5, 4, std::chrono::seconds{90}}));
  EXPECT_EQ(read->requester_limit, (RequesterLimit{7, 8}));
  const auto wrong = [](const std::string& text) { return mistakes(kSite + text); };
  EXPECT_THAT(wrong("[relay_off_fuse]\nspread_s = 3601\n"),
              ElementsAre(HasSubstr("relay_off_fuse.spread_s")));
  EXPECT_THAT(wrong("[relay_off_fuse]\nspread_s = -1\n"), ElementsAre(HasSubstr("3600")));
  EXPECT_THAT(wrong("[requester_limit]\nburst = 0\n"),
              ElementsAre(HasSubstr("requester_limit.burst")));
  EXPECT_THAT(wrong("[requester_limit]\nper_minut = 5\n"), ElementsAre(HasSubstr("per_minute")));
}

TEST(Load, TheConsoleListensOnThisBoxOnly) {
  const auto console = [](const std::string& lines) { return kSite + "[console]\n" + lines; };
  EXPECT_THAT(mistakes(console("port = 9465\n")), IsEmpty());
  EXPECT_THAT(mistakes(console("port = 9465\naddress = \"::1\"\n")), IsEmpty());
  for (const std::string address : {"0.0.0.0", "10.0.0.1", "::", "localhost", "127.0.0.2"}) {
    EXPECT_THAT(mistakes(console("port = 9465\naddress = \"" + address + "\"\n")),
                ElementsAre(HasSubstr("ssh -L")))
        << address;
  }
}

TEST(Load, TheConsoleIsOffUntilItHasAPortOfItsOwn) {
  EXPECT_FALSE(parse(kSite, "t.toml")->console);
  EXPECT_THAT(mistakes(kSite + "[console]\n"), ElementsAre(HasSubstr("console.port is missing")));
  EXPECT_THAT(mistakes(kSite + "[metrics]\n[console]\nport = 9464\n"),
              ElementsAre(HasSubstr("a port other than [metrics] has")));
  EXPECT_THAT(
      mistakes(kSite + "[console]\nport = 1\nsession_idle_min = 60\nsession_max_min = 30\n"),
      ElementsAre(HasSubstr("at least session_idle_min")));
}

TEST(Load, ACertificateGoesWithItsKey) {
  EXPECT_THAT(mistakes(kSite + "[north.broker.tls]\nca_file = \"c\"\nkey_file = \"k\"\n"),
              ElementsAre(HasSubstr("certificate_file is missing")));
}

TEST(Load, ACapturePeriodIsAQuarterAHalfOrAWholeHour) {
  for (const int wrong : {20, 45, 17}) {
    EXPECT_THAT(mistakes(kSite + "[[schedule]]\nname = \"x\"\ncapture_period_min = " +
                         std::to_string(wrong) + "\n"),
                ElementsAre(HasSubstr("15, 30 or 60")))
        << wrong;
  }
}

TEST(Load, TwoLinesOfOneNameOrOneDeviceAreAMistake) {
  EXPECT_EQ(mistakes(kSite + kLine + kLine).size(), 2U);
}

TEST(Load, ALineHasADeviceOrAHost) {
  EXPECT_THAT(mistakes(kSite + kLine + "host = \"h\"\n"),
              ElementsAre(HasSubstr("one of device, host, listen and mqtt_root")));
  EXPECT_THAT(mistakes(kSite + "[[line]]\nname = \"a\"\n"),
              ElementsAre(HasSubstr("line[1].device is missing")));
}

TEST(LoadMeters, AnAddressIsFrom1To247) {
  for (const int wrong : {0, 248, -1}) {
    const auto text = mistakes(
        kSite + kLine + meter("id = \"x\"\nline = \"a\"\naddress = " + std::to_string(wrong)));
    ASSERT_FALSE(text.empty());
    EXPECT_THAT(text[0], HasSubstr("1 to 247"));
  }
}

TEST(LoadMeters, TwoMetersOfOneNameOrOneAddressAreAMistake) {
  const std::string one = meter("id = \"x\"\nline = \"a\"\naddress = 1");
  EXPECT_THAT(mistakes(kSite + kLine + one + one),
              ElementsAre(HasSubstr("a name no other meter has"),
                          HasSubstr("an address no other meter of line a has")));
}

TEST(LoadMeters, TheNameOfTheBoxIsNoMeters) {
  EXPECT_THAT(mistakes(kSite + kLine + meter("id = \"_box\"\nline = \"a\"\naddress = 1")),
              ElementsAre(HasSubstr("another name; _box is the box itself")));
}

TEST(LoadRegistry, IsNotUsedUnlessTheFileSaysSo) {
  const auto without = parse(kSite, "m.toml");
  ASSERT_TRUE(without);
  EXPECT_EQ(without->registry.unplaced, registry::UnplacedPolicy::Allow);
  EXPECT_EQ(without->registry.rules.meters_per_location, 1U);
  const auto with =
      parse(kSite + "[registry]\nunplaced = \"block\"\nmeters_per_location = 3\n", "m.toml");
  ASSERT_TRUE(with);
  EXPECT_EQ(with->registry.unplaced, registry::UnplacedPolicy::Block);
  EXPECT_EQ(with->registry.rules.meters_per_location, 3U);
}

TEST(LoadRegistry, OtherWordsAndNoMeterAtALocationAreMistakes) {
  EXPECT_THAT(mistakes(kSite + "[registry]\nunplaced = \"warn\"\nmeters_per_location = 0\n"),
              ElementsAre(HasSubstr("allow, alarm or block"), HasSubstr("1 to 1000")));
}

TEST(LoadMeters, TwoMetersOfOneTopicNameAreAMistake) {
  EXPECT_THAT(mistakes(kSite + "[mqtt_meters]\n" + meter("id = \"x\"") +
                       meter("id = \"y\"\ntopic_name = \"x\"")),
              ElementsAre(HasSubstr("a topic name no other meter has; x is taken")));
}

TEST(LoadMeters, AnUnknownLineIsToldWithTheLinesThereAre) {
  EXPECT_THAT(mistakes(kSite + kLine + meter("id = \"x\"\nline = \"b\"\naddress = 1")),
              ElementsAre(HasSubstr("line is \"b\"; allowed: a line: a")));
}

TEST(LoadMeters, AnUnknownScheduleIsToldWithTheSchedulesThereAre) {
  EXPECT_THAT(mistakes(kSite + kLine +
                       meter("id = \"x\"\nline = \"a\"\naddress = 1\nschedule = \"often\"")),
              ElementsAre(HasSubstr("allowed: a schedule: default")));
}

TEST(LoadMeters, AMeterIsOnALineOrHasAModemNeverBothNorNeither) {
  EXPECT_EQ(mistakes(kSite + meter("id = \"x\"")).size(), 1U);
  EXPECT_THAT(mistakes(kSite + kLine + "[mqtt_meters]\n" +
                       meter("id = \"x\"\nline = \"a\"\naddress = 1\ntopic_name = \"x\"")),
              ElementsAre(HasSubstr("either a line or a topic name")));
  EXPECT_THAT(mistakes(kSite + "[mqtt_meters]\n" + meter("id = \"x\"\naddress = 1")),
              ElementsAre(HasSubstr("no address without a line")));
}

TEST(LoadMeters, ARangeNamesConsecutiveMeters) {
  const auto read = parse(kSite + kLine +
                              "[[meter_range]]\nprefix = \"m\"\nfirst = 9\ncount = 2\ndigits = 3\n"
                              "model = \"v\"\nline = \"a\"\nfirst_address = 40\n",
                          "m.toml");
  ASSERT_TRUE(read) << read.error().front().text();
  ASSERT_EQ(read->meters.size(), 2U);
  EXPECT_EQ(read->meters[0].id.text(), "m009");
  EXPECT_EQ(read->meters[1].id.text(), "m010");
  EXPECT_EQ(read->meters[1].address, 41);
}

TEST(LoadMeters, ARangeBeyondTheLastAddressSaysHowManyFit) {
  EXPECT_THAT(mistakes(kSite + kLine +
                       "[[meter_range]]\nprefix = \"m\"\ncount = 10\nmodel = \"v\"\nline = \"a\"\n"
                       "first_address = 240\n"),
              ElementsAre(HasSubstr("8 meters fit")));
}

TEST(LoadMeters, ARangeThatMeetsAnotherMeterIsToldWithTheNameInTheWay) {
  const auto text =
      mistakes(kSite + kLine + meter("id = \"m2\"\nline = \"a\"\naddress = 200") +
               "[[meter_range]]\nprefix = \"m\"\ncount = 3\nmodel = \"v\"\nline = \"a\"\n"
               "first_address = 1\n");
  ASSERT_EQ(text.size(), 1U);
  EXPECT_THAT(text[0], HasSubstr("m2 is taken"));
}

TEST(LoadMeters, TwoRangesOfTheSameNamesAreToldForTheirFirstMeterOnly) {
  const std::string range = "[[meter_range]]\nprefix = \"m\"\ncount = 50000\nmodel = \"v\"\n";
  EXPECT_THAT(mistakes(kSite + "[mqtt_meters]\n" + range + range),
              ElementsAre(HasSubstr("m1 is taken"), HasSubstr("m1 is taken")));
}

}  // namespace
}  // namespace metergate::config
