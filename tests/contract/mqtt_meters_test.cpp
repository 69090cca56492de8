// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/modems/mqtt_meters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mqtt/client.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "config/model_file.hpp"
#include "gateway/drivers/mqtt_driver.hpp"
#include "gateway/links/mqtt_meter_link.hpp"
#include "meters/virtual/token_rules.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/raw_modem.hpp"

// The MQTT meter profile over a real broker: virtual meters on one side, link and driver on the
// other.
namespace metergate {
namespace {

using namespace std::chrono_literals;
using operation::MeterRefusal;
using sim::MqttMeters;
using sim::StreetClock;
using sim::StreetMeter;
using testing::HasSubstr;

constexpr std::size_t kMeters = 20;

class MqttMetersTest : public testing::Test {
 protected:
  MqttMetersTest() {
    const auto models =
        config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
    model_ = models->at("virtual-prepayment-mqtt");
    settings_.broker.host = "127.0.0.1";
    settings_.broker.port = broker_.port();
    settings_.broker.reconnect_min = 50ms;
    settings_.broker.reconnect_max = 200ms;
    driver_ = std::make_unique<MqttDriver>(model_);
    link_ = std::make_unique<MqttMeterLink>(
        io_, settings_,
        [] {
          return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        },
        MqttMeterLink::Handlers{
            [this](const std::string& name, const meter_mqtt::Presence& presence) {
              presence_[name] = presence;
            },
            [this](const std::string& name, const meter_mqtt::Push& push) {
              pushes_[name].push_back(push);
            },
            [this](const std::string&, const std::string& what) { nonsense_.push_back(what); },
            [this] { connected_ = true; }, [this](const ConnectionLoss&) { connected_ = false; },
            [](const std::string& name) { return name.starts_with("m-"); }});
    link_->start();
  }
  ~MqttMetersTest() override {
    meters_.reset();
    link_->stop();
  }

  /// Runs the loop and the street until `condition` holds.
  template <typename Condition>
  [[nodiscard]] bool until(Condition condition, std::chrono::seconds limit = 15s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      io_.restart();
      io_.run_for(10ms);
      if (meters_) meters_->tick();
    }
    return true;
  }

  void bring_up(std::size_t count, const StreetClock& clock) {
    clock_ = clock;  // the meters look at it as long as they hang there
    meters_ = std::make_unique<MqttMeters>(settings_.broker, settings_.root, model_.name);
    for (std::size_t i = 1; i <= count; ++i) {
      const std::string name = "m-" + std::to_string(i);
      virtual_meter::Settings settings{*SerialNumber::parse("VM" + std::to_string(1'000 + i))};
      settings.seed = i;
      settings.history = std::chrono::days{3};
      settings.supply = SupplyState::On;
      auto meter = StreetMeter::open(name, settings, clock_, directory_.path());
      ASSERT_TRUE(meter) << meter.error();
      places_[name] = std::move(*meter);
      meters_->add(*places_[name]);
    }
    meters_->start();
    ASSERT_TRUE(until([&] { return connected_ && online() == count; })) << online() << " online";
  }
  void bring_up(std::size_t count) { bring_up(count, clock_); }

  [[nodiscard]] std::size_t online() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(presence_, [](const auto& one) { return one.second.online; }));
  }
  sim::WireFaults& faults(const std::string& name) { return places_.at(name)->faults(); }

  /// What a person does there.
  void at_the_meter(const std::string& name, void (virtual_meter::VirtualMeter::*act)(UtcSeconds)) {
    ASSERT_TRUE(places_.at(name)->with([&](virtual_meter::VirtualMeter& meter, UtcSeconds now) {
      (meter.*act)(now);
      return true;
    }));
  }

  /// One operation, as the runtime would carry it out.
  OperationResult perform(const std::string& name, const operation::Operation& operation,
                          std::chrono::milliseconds timeout = 5s) {
    auto exchange = driver_->start(operation, {0, name}, Pace::Full);
    auto request = std::get<Transact>(exchange->begin(now())).request;
    request.timeout = timeout;
    std::optional<WireResult> answer;
    link_->transact(std::move(request), [&](WireResult result) { answer = std::move(result); });
    EXPECT_FALSE(answer) << "never from inside the call";
    EXPECT_TRUE(until([&] { return answer.has_value(); }));
    return std::get<Finished>(exchange->answered(std::move(*answer), now())).result;
  }
  template <typename Kind>
  Kind ask(const std::string& name, const operation::Operation& operation) {
    auto result = perform(name, operation);
    EXPECT_TRUE(result) << result.error().what;
    return std::get<Kind>(*result);
  }
  static Now now() {
    return {std::chrono::steady_clock::now(),
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
  }
  /// A stranger's message.
  void publish(const std::string& leaf, const std::string& payload, bool retained = false) {
    if (!stranger_) {
      stranger_.emplace("tcp://127.0.0.1:" + std::to_string(broker_.port()), "stranger");
      stranger_->connect();
    }
    stranger_->publish(mqtt::make_message("meters/v1/" + leaf, payload, 1, retained));
  }

  test::Mosquitto broker_;
  std::optional<mqtt::client> stranger_;
  test::TemporaryDirectory directory_;
  config::MqttMeters settings_;
  model::MeterModel model_;
  StreetClock clock_;
  boost::asio::io_context io_{1};
  std::map<std::string, std::unique_ptr<StreetMeter>> places_;
  std::unique_ptr<MqttMeters> meters_;
  std::unique_ptr<MqttDriver> driver_;
  std::unique_ptr<MqttMeterLink> link_;
  std::map<std::string, meter_mqtt::Presence> presence_;
  std::map<std::string, std::vector<meter_mqtt::Push>> pushes_;
  std::vector<std::string> nonsense_;
  bool connected_ = false;
};

const Token kCredit = virtual_meter::utrn_credit(7, 1'250, 11);

operation::OrderAnswer order_of(const OperationResult& result) {
  return std::get<operation::OrderAnswer>(*result);
}

TEST_F(MqttMetersTest, TwentyMetersAreBornAndEachAnswersForItself) {
  bring_up(kMeters);
  std::set<std::string> serials;
  for (const auto& [name, place] : places_) {
    const auto identity = ask<operation::Identity>(name, operation::Identify{});
    EXPECT_EQ(identity.serial.text(), presence_.at(name).serial);
    serials.insert(identity.serial.text());
  }
  EXPECT_EQ(serials.size(), kMeters);
  EXPECT_EQ(presence_.at("m-1").model, "virtual-prepayment-mqtt");
  EXPECT_TRUE(nonsense_.empty());
}

TEST_F(MqttMetersTest, RequestsToManyMetersRunSideBySide) {
  bring_up(kMeters);
  std::map<std::string, std::string> serials;
  for (const auto& [name, place] : places_) {
    auto exchange = driver_->start(operation::Identify{}, {0, name}, Pace::Full);
    auto request = std::get<Transact>(exchange->begin(now())).request;
    request.timeout = 5s;
    link_->transact(std::move(request), [&, name](const WireResult& result) {
      ASSERT_TRUE(result) << result.error().what;
      const auto answer = meter_mqtt::decode_response(
          operation::Identify{},
          {reinterpret_cast<const char*>(result->octets.data()), result->octets.size()}, now().utc);
      const auto& identity = std::get<operation::Identity>(std::get<operation::Answer>(*answer));
      serials[name] = identity.serial.text();
    });
  }
  ASSERT_TRUE(until([&] { return serials.size() == kMeters; }));
  for (const auto& [name, serial] : serials) EXPECT_EQ(serial, presence_.at(name).serial);
}

TEST_F(MqttMetersTest, RegistersDaysAndLogsAreRead) {
  bring_up(1);
  const auto registers = ask<RegisterReading>("m-1", operation::ReadRegisters{});
  const auto import = std::ranges::find(registers.values, *cosem::ObisCode::parse("1-0:1.8.0"),
                                        &RegisterValue::obis);
  ASSERT_NE(import, registers.values.end());
  EXPECT_EQ(import->unit, Unit::Wh);
  const auto today = std::chrono::floor<std::chrono::days>(clock_.now());
  const auto days =
      ask<operation::DailyPage>("m-1", operation::ReadDaily{today - std::chrono::days{2}, today});
  EXPECT_EQ(days.snapshots.size(), 2U);
  const auto log = ask<operation::LogPage>("m-1", operation::ReadLog{LogId::Supply, 0});
  EXPECT_TRUE(log.complete);
  EXPECT_EQ(ask<RelayReading>("m-1", operation::ReadRelay{}).state, SupplyState::On);
}

TEST_F(MqttMetersTest, TheProfileIsReadPageByPageWithoutAGapOrADouble) {
  bring_up(1);
  const UtcSeconds end = period_start(clock_.now(), 30min) - 1h;
  operation::ReadProfile wanted{end - std::chrono::hours{60}, end};
  std::vector<UtcSeconds> starts;
  int pages = 0;
  while (wanted.from < wanted.to) {
    const auto page = ask<operation::ProfilePage>("m-1", wanted);
    for (const auto& interval : page.intervals) starts.push_back(interval.start);
    ASSERT_GT(page.covered_to, wanted.from);
    wanted.from = page.covered_to;
    ++pages;
  }
  EXPECT_EQ(pages, 2);
  ASSERT_EQ(starts.size(), 120U);
  for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_EQ(starts[i] - starts[i - 1], 30min);
}

TEST_F(MqttMetersTest, ATokenIsTakenOnceAndTheMeterKnowsItsTransaction) {
  bring_up(1);
  const auto taken = order_of(perform("m-1", operation::WriteToken{kCredit, 5}));
  EXPECT_EQ(std::get<operation::OrderTaken>(taken).value, 1'250);
  const auto stale = order_of(perform("m-1", operation::OperateRelay{SupplyState::Off, 5}));
  EXPECT_EQ(std::get<operation::OrderRefused>(stale).refusal, MeterRefusal::StaleTransaction);
  const auto twice = order_of(perform("m-1", operation::WriteToken{kCredit, 6}));
  EXPECT_EQ(std::get<operation::OrderRefused>(twice).refusal, MeterRefusal::Duplicate);
  const auto evidence = ask<operation::TransactionEvidence>("m-1", operation::ReadTransaction{9});
  EXPECT_TRUE(std::holds_alternative<operation::TransactionNotTaken>(evidence));
}

TEST_F(MqttMetersTest, AnOrderWhoseAnswerGotLostIsSettledByAsking) {
  bring_up(1);
  faults("m-1").set({.drop_next = 1});
  const auto lost = perform("m-1", operation::WriteToken{kCredit, 5}, 300ms);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().link->reason, LinkFault::Reason::NoAnswer);
  EXPECT_TRUE(lost.error().order_may_have_arrived);
  const auto evidence = ask<operation::TransactionEvidence>("m-1", operation::ReadTransaction{5});
  EXPECT_EQ(std::get<operation::OrderTaken>(evidence).value, 1'250);
}

TEST_F(MqttMetersTest, ALateAnswerIsNeverCreditedToTheNextRequest) {
  bring_up(1);
  faults("m-1").set({.late = 400ms});
  const auto late = perform("m-1", operation::ReadRelay{}, 100ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().link->reason, LinkFault::Reason::NoAnswer);
  // The next question is out when the answer to the first arrives.
  faults("m-1").set({.late = 1s});
  const auto clock = ask<operation::ClockReading>("m-1", operation::ReadClock{});
  EXPECT_LT(std::chrono::abs(clock.meter_time - clock_.now()), 5s);
  EXPECT_EQ(link_->counters().late_answers, 1U);
  EXPECT_TRUE(nonsense_.empty());
}

TEST_F(MqttMetersTest, AMeterThatVanishesIsReportedByItsLastWillAndComesBackByItself) {
  bring_up(3);
  const auto boot = presence_.at("m-2").boot;
  at_the_meter("m-2", &virtual_meter::VirtualMeter::cut_power);
  ASSERT_TRUE(until([&] { return !presence_.at("m-2").online; }, 3s)) << broker_.log();
  EXPECT_EQ(online(), 2U);
  at_the_meter("m-2", &virtual_meter::VirtualMeter::restore_power);
  ASSERT_TRUE(until([&] { return presence_.at("m-2").online; }));
  EXPECT_NE(presence_.at("m-2").boot, boot);
  EXPECT_TRUE(perform("m-2", operation::Identify{}));
}

TEST_F(MqttMetersTest, ADeadSocketOfAMqtt311ModemBringsItsLastWill) {
  ASSERT_TRUE(until([&] { return connected_; }));
  std::optional<test::RawModem> modem;
  modem.emplace(broker_.port(), "meters/v1/m-9/presence", meter_mqtt::encode_presence({}));
  modem->publish("meters/v1/m-9/presence",
                 meter_mqtt::encode_presence({true, "S9", "", "", 1, {}}));
  ASSERT_TRUE(until([&] { return presence_["m-9"].online; }));
  modem.reset();
  ASSERT_TRUE(until([&] { return !presence_["m-9"].online; }));
}

TEST_F(MqttMetersTest, ASwappedMeterIsBornUnderItsOwnSerialNumber) {
  bring_up(1);
  const std::string before = presence_.at("m-1").serial;
  ASSERT_TRUE(places_.at("m-1")->swap());
  ASSERT_TRUE(
      until([&] { return presence_.at("m-1").online && presence_.at("m-1").serial != before; }));
}

TEST_F(MqttMetersTest, ClosedIntervalsDaysAndEventsArePushed) {
  const UtcSeconds wall =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const UtcSeconds street = std::chrono::floor<std::chrono::days>(wall) + 23h + 20min;
  bring_up(1, StreetClock{1'200.0, wall, street});
  const auto pushed = [&](std::size_t kind) {
    return std::ranges::any_of(pushes_["m-1"],
                               [&](const auto& push) { return push.index() == kind; });
  };
  at_the_meter("m-1", &virtual_meter::VirtualMeter::open_cover);
  ASSERT_TRUE(until([&] { return pushed(1) && pushed(2) && pushed(3); }));
  const auto tells_of_the_cover = [](const meter_mqtt::Push& push) {
    const auto* entries = std::get_if<std::vector<LogEntry>>(&push);
    return entries != nullptr &&
           std::ranges::find(*entries, EventCode::TamperStarted, &LogEntry::code) != entries->end();
  };
  EXPECT_TRUE(std::ranges::any_of(pushes_["m-1"], tells_of_the_cover));
  EXPECT_TRUE(nonsense_.empty());
}

TEST_F(MqttMetersTest, WhatAStrangerSaysIsCountedAndCreditedToNobody) {
  bring_up(2);
  faults("m-1").set({.silent = false, .ignore_next = 1});
  auto exchange = driver_->start(operation::ReadClock{}, {0, "m-1"}, Pace::Full);
  auto request = std::get<Transact>(exchange->begin(now())).request;
  request.timeout = 5s;
  std::optional<WireResult> answer;
  link_->transact(std::move(request), [&](WireResult result) { answer = std::move(result); });
  // Answers to nobody, from a meter with a request out and from one without.
  publish("m-1/response", R"({"id":"1","result":{"time":"2001-01-01T00:00:00Z"}})");
  publish("m-2/response", R"({"id":"1","result":{"time":"2001-01-01T00:00:00Z"}})");
  ASSERT_TRUE(until([&] { return link_->counters().late_answers == 2; }));
  publish("m-1/response", "not json");
  ASSERT_TRUE(until([&] { return nonsense_.size() == 1; }));
  EXPECT_FALSE(answer);

  publish("x-77/push/events", R"({"entries":[]})");
  ASSERT_TRUE(until([&] { return link_->counters().unknown_meters == 1; }));
  publish("m-2/push/pictures", "{}");
  publish("m-2/push/profile", R"({"intervals":[{"start":"soon"}]})");
  publish("m-2/presence", R"({"state":"asleep"})");
  ASSERT_TRUE(until([&] { return nonsense_.size() == 4; }));
  EXPECT_THAT(nonsense_[2], HasSubstr("push/profile: intervals[0].start is \"soon\""));
  EXPECT_TRUE(pushes_.empty());
}

TEST_F(MqttMetersTest, ARetainedPushIsRefusedSinceItWouldBeNewForEver) {
  publish("m-1/push/registers", R"({"registers":{"1-0:1.8.0":{"value":"1","unit":"Wh"}}})", true);
  ASSERT_TRUE(until([&] { return connected_ && !nonsense_.empty(); }));
  EXPECT_THAT(nonsense_.front(), HasSubstr("retained"));
  EXPECT_TRUE(pushes_.empty());
}

TEST_F(MqttMetersTest, WithoutABrokerNothingIsSentAndWhatWasOutIsCut) {
  bring_up(2);
  faults("m-1").set({.ignore_next = 1});
  auto exchange = driver_->start(operation::WriteToken{kCredit, 5}, {0, "m-1"}, Pace::Full);
  auto request = std::get<Transact>(exchange->begin(now())).request;
  request.timeout = 30s;
  std::optional<WireResult> answer;
  link_->transact(std::move(request), [&](WireResult result) { answer = std::move(result); });
  broker_.kill();
  ASSERT_TRUE(until([&] { return answer.has_value(); }));
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().reason, LinkFault::Reason::Cut);
  const auto not_sent = perform("m-1", operation::ReadClock{});
  ASSERT_FALSE(not_sent);
  EXPECT_EQ(not_sent.error().link->reason, LinkFault::Reason::NotSent);

  faults("m-1").set({});
  presence_.clear();
  broker_.start();
  ASSERT_TRUE(until([&] { return connected_ && meters_->connected() == 2 && online() == 2; }, 40s));
  EXPECT_TRUE(perform("m-1", operation::ReadClock{}));
}

}  // namespace
}  // namespace metergate
