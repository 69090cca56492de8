// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <mqtt/async_client.h>

#include <memory>
#include <set>
#include <string>

#include "gateway/meter_mqtt/messages.hpp"
#include "gateway/sim/modems/mqtt_meters.hpp"
#include "tests/support/changing_meter.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/temporary_directory.hpp"

// A change of supplier makes an MQTT meter push all it holds, over a real broker and through a
// connection that breaks on the way (docs/mqtt-meter-profile.md, 7).
namespace metergate {
namespace {

using namespace std::chrono_literals;
using namespace virtual_meter::changing;
using sim::MqttMeters;
using sim::StreetMeter;
using virtual_meter::VirtualMeter;

class MqttFullPushTest : public testing::Test {
 protected:
  MqttFullPushTest() : listener_{"tcp://127.0.0.1:" + std::to_string(broker_.port()), "listener"} {
    listener_.start_consuming();
    listener_.connect()->wait();
    listener_.subscribe("meters/v1/m-1/+/+", 1)->wait();
    listener_.subscribe("meters/v1/m-1/presence", 1)->wait();
    virtual_meter::Settings settings = in_service();
    settings.history = std::chrono::days{200};
    auto meter = StreetMeter::open("m-1", settings, clock_, directory_.path());
    meter_ = std::move(meter.value());
    config::Broker broker;
    broker.host = "127.0.0.1";
    broker.port = broker_.port();
    modems_ = std::make_unique<MqttMeters>(broker, "meters", "virtual-prepayment-mqtt");
    modems_->add(*meter_);
    modems_->start();
  }
  ~MqttFullPushTest() override {
    modems_.reset();
    listener_.disconnect()->wait();
  }

  /// Ticks the street and takes in what is published until `condition` holds.
  template <typename Condition>
  [[nodiscard]] bool until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      modems_->tick();
      mqtt::const_message_ptr message;
      while (listener_.try_consume_message_for(&message, 5ms)) take_in(*message);
    }
    return true;
  }

  void take_in(const mqtt::message& message) {
    const std::string topic = message.get_topic();
    if (topic.ends_with("presence")) {
      online_ = message.to_string().find("online") != std::string::npos;
      return;
    }
    const auto push =
        meter_mqtt::decode_push(topic.substr(topic.rfind('/') + 1), message.to_string(), UtcTime{});
    ASSERT_TRUE(push) << push.error();
    EXPECT_LE(message.to_string().size(), meter_mqtt::kMaxPayload);
    EXPECT_FALSE(message.is_retained());
    ++pushes_;
    if (const auto* rows = std::get_if<std::vector<ProfileInterval>>(&*push)) {
      for (const ProfileInterval& row : *rows) intervals_.insert(row.start);
    } else if (const auto* days = std::get_if<std::vector<DailySnapshot>>(&*push)) {
      for (const DailySnapshot& row : *days) days_.insert(row.day);
    } else if (const auto* entries = std::get_if<std::vector<LogEntry>>(&*push)) {
      for (const LogEntry& entry : *entries) {
        if (first_events_.size() < 2) first_events_.push_back(entry.code);
        entries_.insert({entry.log, entry.sequence});
      }
    }
  }

  template <typename Act>
  auto at_meter(Act act) {
    return meter_->with([&](VirtualMeter& meter, UtcSeconds now) { return act(meter, now); })
        .value();
  }

  test::Mosquitto broker_;
  test::TemporaryDirectory directory_;
  sim::StreetClock clock_;
  mqtt::async_client listener_;
  std::unique_ptr<StreetMeter> meter_;
  std::unique_ptr<MqttMeters> modems_;
  bool online_ = false;
  int pushes_ = 0;
  std::vector<EventCode> first_events_;
  std::set<UtcSeconds> intervals_;
  std::set<std::chrono::sys_days> days_;
  std::set<std::pair<LogId, std::uint32_t>> entries_;
};

TEST_F(MqttFullPushTest, P04EverythingComesAndACutOnTheWayIsTakenUpAgain) {
  ASSERT_TRUE(until([&] { return online_; }));
  ASSERT_TRUE(at_meter([](VirtualMeter& meter, UtcSeconds now) {
    return taken(give(meter, supplier(std::nullopt, 1), now));
  }));
  ASSERT_TRUE(until([&] { return intervals_.size() > 500; }));
  EXPECT_EQ(first_events_,
            (std::vector{EventCode::SupplierChangeReceived, EventCode::SupplierChanged}));

  meter_->faults().set({.silent = true});
  ASSERT_TRUE(until([&] { return !online_; }));
  const std::size_t all =
      at_meter([](const VirtualMeter& meter, UtcSeconds) { return all_intervals(meter).size(); });
  ASSERT_LT(intervals_.size(), all);
  const int before_the_cut = pushes_;
  meter_->faults().set({});

  ASSERT_TRUE(until([&] { return intervals_.size() >= all; }))
      << intervals_.size() << " of " << all;
  // It goes on where it was, not from the beginning: at most the pages that were under way again.
  EXPECT_LE(pushes_, before_the_cut + static_cast<int>(all) / 96 + 20);
  ASSERT_TRUE(until([&] {
    return at_meter([](const VirtualMeter& meter, UtcSeconds) { return meter.pushes(1).empty(); });
  }));
  at_meter([&](const VirtualMeter& meter, UtcSeconds) {
    for (const ProfileInterval& row : all_intervals(meter))
      EXPECT_TRUE(intervals_.contains(row.start));
    for (const DailySnapshot& row : meter.snapshots()) EXPECT_TRUE(days_.contains(row.day));
    for (const LogId log : kAllLogs) {
      for (const LogEntry& entry : meter.log(log)) {
        EXPECT_TRUE(entries_.contains({log, entry.sequence})) << log_word(log) << entry.sequence;
      }
    }
    return true;
  });
}

TEST_F(MqttFullPushTest, P31ChangeOfTenancyIsToldAtOnceAndNothingItPurged) {
  ASSERT_TRUE(until([&] { return online_; }));
  ASSERT_TRUE(at_meter([](VirtualMeter& meter, UtcSeconds now) {
    return taken(give(meter, tenancy(std::nullopt, 1), now));
  }));
  ASSERT_TRUE(until([&] { return first_events_.size() == 2; }));
  EXPECT_EQ(first_events_, (std::vector{EventCode::SupplyOff, EventCode::TenancyChanged}));
  EXPECT_TRUE(intervals_.empty());
}

}  // namespace
}  // namespace metergate
