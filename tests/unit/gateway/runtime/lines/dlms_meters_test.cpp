// SPDX-License-Identifier: Apache-2.0
#include "gateway/runtime/lines/dlms_meters.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_directory.hpp"

namespace metergate::runtime {
namespace {

using dlms::AuthenticationMechanism;

class FakeLink : public DlmsMeterLink {
 public:
  explicit FakeLink(Hooks given) : hooks{std::move(given)} {}
  void add_meter(std::uint16_t number, const dlms::SessionSettings& settings) override {
    meters.insert_or_assign(number, settings);
  }
  void name_meter(std::uint16_t number, DlmsMeterName name) override {
    EXPECT_FALSE(meters.contains(number)) << "it is named before it is expected";
    names.insert_or_assign(number, std::move(name));
  }
  void transact(WireRequest, Completion) override {}
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override {}

  Hooks hooks;
  std::map<std::uint16_t, dlms::SessionSettings> meters;
  std::map<std::uint16_t, DlmsMeterName> names;
};

class DlmsMetersTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_.emplace(*Ledger::open(directory_.path() / "ledger.db", LedgerMode::ReadWrite));
    journal_.emplace(journal::Journal::Settings{journal::Level::Debug, config::LogFormat::Plain,
                                                std::fopen("/dev/null", "w")});
    journal_->keep_in(&*ledger_);
    keeper_.emplace(*ledger_, *journal_, clock_, agenda_);
    start();
  }
  void TearDown() override { journal_->keep_in(nullptr); }

  /// As after a restart.
  void start() {
    meters_.emplace(
        *keeper_, *journal_, clock_,
        [this](const config::Meter&) -> Result<config::DlmsSecrets, std::string> {
          if (secrets_unreadable_) return failure(std::string{"k.toml: not there"});
          return secrets();
        },
        DlmsMeters::Heard{[this](MeterKey who, bool here, const std::string& why) {
                            EXPECT_EQ(who, key());
                            heard_.push_back(here ? "here" : "gone: " + why);
                          },
                          [this](MeterKey who, OctetView, dlms::PushProof proof) {
                            EXPECT_EQ(who, key());
                            EXPECT_EQ(proof, dlms::PushProof::Sufficient);
                            heard_.push_back("told");
                          }});
    link_ = std::make_unique<FakeLink>(meters_->hooks("a", [](bool, const std::string&) {}));
    meters_->line_added("a", *link_);
  }

  static config::DlmsSecrets secrets() {
    config::DlmsSecrets out;
    out.keys.unicast = crypto::SecretOctets{Octets(16, 1)};
    out.keys.authentication = crypto::SecretOctets{Octets(16, 2)};
    return out;
  }
  static config::Line line() {
    return {.name = "a",
            .access = config::SerialLine{},
            .protocol = config::LineProtocol::DlmsHdlc,
            .timeout_ceiling = std::chrono::milliseconds{1'500}};
  }
  static config::Meter meter() {
    config::DlmsAccess access;
    access.authentication = AuthenticationMechanism::HighLevelGmac;
    access.ciphering = dlms::Ciphering::Global;
    access.policy = dlms::Protection::Authenticated;
    access.system_title = *dlms::SystemTitle::from(Octets(8, 7));
    access.client = 3;
    access.window = 2;
    config::Meter out{*MeterId::parse("m1"), "v", "a", 17, {}, {}, "default"};
    out.dlms = std::make_shared<const config::DlmsAccess>(access);
    return out;
  }
  MeterKey key() { return ledger_->meter(*MeterId::parse("m1"), "v", clock_.now().utc)->key; }
  [[nodiscard]] std::size_t told(std::string_view event) {
    const auto rows = ledger_->journal(JournalFilter{});
    return static_cast<std::size_t>(std::ranges::count(*rows, event, &JournalRow::event));
  }

  test::TemporaryDirectory directory_;
  test::ManualClock clock_{UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}}};
  Agenda agenda_;
  std::optional<Ledger> ledger_;
  std::optional<journal::Journal> journal_;
  std::optional<LedgerKeeper> keeper_;
  std::optional<DlmsMeters> meters_;
  std::unique_ptr<FakeLink> link_;
  bool secrets_unreadable_ = false;
  std::vector<std::string> heard_;
};

TEST_F(DlmsMetersTest, ASessionIsWhatTheOperatorWrote) {
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  const dlms::SessionSettings& session = link_->meters.at(17);
  EXPECT_EQ(session.carrier, dlms::Carrier::Hdlc);
  EXPECT_EQ(session.link.server, (hdlc::Address{1, 17, 2}));
  EXPECT_EQ(session.link.client, hdlc::client_address(3));
  EXPECT_EQ(session.link.offer.window_receive, 2);
  EXPECT_EQ(session.link.answer_timeout, std::chrono::milliseconds{1'500});
  EXPECT_EQ(session.association.mechanism, AuthenticationMechanism::HighLevelGmac);
  ASSERT_TRUE(session.association.security);
  EXPECT_EQ(session.association.security->keys, secrets().keys);
  EXPECT_EQ(session.association.security->sent, dlms::Protection::Authenticated);
  EXPECT_EQ(session.counter_object, cosem::invocation_counter_object(0));
}

TEST_F(DlmsMetersTest, CountersGoOnBehindWhatWasReservedBeforeTheRestart) {
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  EXPECT_EQ(link_->meters.at(17).association.security->sending.next(), 1U);
  EXPECT_TRUE(link_->hooks.reserve_counters(17, 501));
  EXPECT_FALSE(ledger_->dirty()) << "it is on disk when the hook returns";
  EXPECT_FALSE(link_->hooks.reserve_counters(18, 501)) << "nobody's";
  start();
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  EXPECT_EQ(link_->meters.at(17).association.security->sending.next(), 501U);
}

TEST_F(DlmsMetersTest, ARefusalIsToldOnceUntilTheMeterAnswers) {
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  link_->hooks.refused(17, "wrong key");
  link_->hooks.refused(17, "wrong key");
  EXPECT_EQ(told("MG0217"), 1U);
  link_->hooks.refused(17, "no such client");
  EXPECT_EQ(told("MG0217"), 2U) << "another reason is news";
  meters_->came_online(meter());
  link_->hooks.refused(17, "no such client");
  EXPECT_EQ(told("MG0217"), 3U);
}

TEST_F(DlmsMetersTest, AMeterWithoutItsSecretsIsLeftOutAndNamed) {
  secrets_unreadable_ = true;
  EXPECT_FALSE(meters_->add(line(), meter(), key()));
  EXPECT_TRUE(link_->meters.empty());
  EXPECT_EQ(told("MG0218"), 1U);
}

TEST_F(DlmsMetersTest, AMeterWithAWayOfItsOwnIsItsLogicalDeviceAndHasAName) {
  config::Line dial_in = line();
  dial_in.access = config::DialIn{};
  dial_in.protocol = config::LineProtocol::DlmsWrapper;
  config::Meter one = meter();
  one.serial = "S1";
  config::DlmsAccess access = *one.dlms;
  access.logical_device = 5;
  access.meter_title = *dlms::SystemTitle::from(Octets(8, 9));
  one.dlms = std::make_shared<const config::DlmsAccess>(access);
  ASSERT_TRUE(meters_->add(dial_in, one, key()));
  EXPECT_EQ(link_->meters.at(17).server_port, 5);
  EXPECT_EQ(link_->names.at(17).serial, "S1");
  EXPECT_EQ(link_->names.at(17).title, access.meter_title);
  EXPECT_EQ(link_->names.at(17).topic, "m1");
}

TEST_F(DlmsMetersTest, WhatAMeterSaysUnaskedIsToldAndHeard) {
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  link_->hooks.present(17, true, "");
  link_->hooks.told(17, Octets{0x0F, 0x40, 0, 0, 1, 0, 2, 0}, dlms::PushProof::Sufficient);
  link_->hooks.told(17, Octets{0x0F, 0x40, 0, 0, 2, 0, 2, 0}, dlms::PushProof::Sufficient);
  link_->hooks.present(17, false, "it hung up");
  EXPECT_EQ(heard_, (std::vector<std::string>{"here", "told", "told", "gone: it hung up"}));
  EXPECT_EQ(told("MG0219"), 1U) << "once a minute";
}

TEST_F(DlmsMetersTest, APushThatMakesNoSenseIsToldAndLeadsToNothing) {
  ASSERT_TRUE(meters_->add(line(), meter(), key()));
  link_->hooks.told(17, Octets{0x0F, 0x40, 0}, dlms::PushProof::Sufficient);
  link_->hooks.told(18, Octets{0x0F, 0x40, 0, 0, 1, 0, 2, 0}, dlms::PushProof::Sufficient);
  EXPECT_TRUE(heard_.empty());
  EXPECT_EQ(told("MG0219"), 1U);
}

TEST_F(DlmsMetersTest, StrangersAreToldOnceAMinuteForTheirLine) {
  for (int count = 0; count < 100; ++count) {
    link_->hooks.stranger("192.0.2." + std::to_string(count), "it does not say who it is");
  }
  EXPECT_EQ(told("MG0306"), 1U);
}

}  // namespace
}  // namespace metergate::runtime
