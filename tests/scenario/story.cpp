// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/story.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "config/load.hpp"
#include "meters/virtual/test_keys.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr UtcTime kStart = std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 10h + 7min;

virtual_meter::Settings meter_settings(const char* serial, const Setting& setting) {
  virtual_meter::Settings settings{.serial = *SerialNumber::parse(serial)};
  settings.supply = SupplyState::On;
  settings.history = setting.history;
  settings.clock_drift_ppm = setting.clock_drift_ppm;
  if (setting.with_keys) settings.keys = virtual_meter::test_keys::meter_keys(settings.serial);
  return settings;
}

namespace test_keys = virtual_meter::test_keys;

const std::string kSts = "[meter.sts]\npan = \"" +
                         test_keys::meter_pan(*SerialNumber::parse("VM000001")).digits() +
                         "\"\nsupply_group = \"999901\"\n";
constexpr const char* kAccess = R"(
    [access]
    require_signature = false
    always_signed = []
    dual_control = []
    [[role]]
    name = "all"
    functions = ["credit", "free-issue", "tamper-reset", "clear-credit", "power-limit",
                 "tariff-index", "supply-group", "key-revision", "meter-test"]
    credit_limit_wh = 1000000
    free_issue_limit_wh = 10000
    power_limit_max_w = 20000
    tenancy = true

    [[operator]]
    name = "vending"
    roles = ["all"]
)";

std::unique_ptr<keys::KeyStore> key_store(const std::filesystem::path& directory) {
  const auto passphrase = [] {
    const std::string text = "a passphrase for tests";
    return keys::Passphrase{Octets(text.begin(), text.end())};
  };
  constexpr crypto::ScryptCost kQuick{.log2_n = 10};
  EXPECT_TRUE(keys::FileKeyStore::create(directory / "vending.keys", passphrase(), kQuick));
  auto store = keys::FileKeyStore::open(directory / "vending.keys", passphrase(), kQuick);
  EXPECT_TRUE(store);
  const auto revision = sts::KeyRevisionNumber::of(1);
  for (const auto group : {test_keys::kSupplyGroup, test_keys::kOtherSupplyGroup}) {
    const keys::VendingKeyRecord record{
        {*sts::SupplyGroupCode::of(group), sts::KeyType::Unique, *revision, sts::BaseDate::Y2014},
        sts::KeyGeneration::Dkga04,
        {},
        keys::AlgorithmSet::usual_for(sts::KeyGeneration::Dkga04)};
    EXPECT_TRUE((*store)->import_key(
        record, test_keys::vending_key(group, sts::KeyType::Unique, 1, sts::BaseDate::Y2014)));
  }
  return std::move(*store);
}

config::Configuration configuration(const std::filesystem::path& directory,
                                    const Setting& setting) {
  const std::string text = R"(
    site = "s1"
    [storage]
    file = "ledger.db"
    [north]
)" + setting.north + R"(
    [[line]]
    name = "a"
    device = "/dev/null"
    [[schedule]]
    name = "default"
    registers_s = 900
    back_fill_days = 2
)" + setting.schedule + R"(
    [[meter]]
    id = "m1"
    model = "virtual-prepayment-modbus"
    line = "a"
    address = 1
)" +
                           (setting.with_keys
                                ? kSts + (setting.access.empty() ? kAccess : setting.access)
                                : std::string{});
  auto parsed = config::parse(text, directory / "metergate.toml");
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().front().text());
  return *parsed;
}

bool writes(const WireRequest& request) {
  return request.octets.front() ==
         static_cast<std::uint8_t>(modbus::FunctionCode::WriteMultipleRegisters);
}

}  // namespace

/// The line of the story: answers come a moment later, as on any wire.
class Story::Line : public Link {
 public:
  explicit Line(Story& story) : story_{story} {}
  void transact(WireRequest request, Completion done) override {
    WireResult result = story_.exchange(request);
    const Duration takes = result ? Duration{50ms} : Duration{request.timeout};
    story_.agenda_->at(story_.clock_.now().instant + takes,
                       [result = std::move(result), done = std::move(done)](Now) { done(result); });
  }
  [[nodiscard]] std::size_t concurrency() const override { return 1; }
  void stop() override {}

 private:
  Story& story_;
};

Story::Story(Setting setting) : setting_{std::move(setting)}, clock_{kStart} {
  models_ =
      *config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
  meter_.emplace(meter_settings("VM000001", setting_), now_s());
  other_meter_.emplace(meter_settings("VM999999", setting_), now_s());
  slave_ = std::make_unique<sim::ModbusSlave>(models_.at("virtual-prepayment-modbus"));
  if (setting_.with_keys) keys_ = key_store(directory_);
  start();
}

Story::~Story() {
  gateway_.reset();
  journal_->keep_in(nullptr);
  ledger_.reset();
}

void Story::start() {
  agenda_ = std::make_unique<runtime::Agenda>();
  auto opened = Ledger::open(directory_ / "ledger.db", LedgerMode::ReadWrite);
  ASSERT_TRUE(opened) << opened.error().what;
  ledger_.emplace(std::move(*opened));
  static std::FILE* const kNowhere = std::fopen("/dev/null", "w");
  journal_ = std::make_unique<journal::Journal>(
      journal::Journal::Settings{journal::Level::Debug, config::LogFormat::Plain, kNowhere});
  journal_->keep_in(&*ledger_);
  runtime::Ways ways;
  ways.keys = keys_.get();
  ways.make_line = [this](const config::Line&, const runtime::Ways::LineState&) {
    return std::make_unique<Line>(*this);
  };
  ways.publish = [this](MqttMessage message, std::function<void(Published)> done) {
    if (!broker_connected_) {
      agenda_->at(clock_.now().instant, [done = std::move(done)](Now) { done(Published::Lost); });
      return;
    }
    if (message.topic == forbidden_) {
      agenda_->at(clock_.now().instant,
                  [done = std::move(done)](Now) { done(Published::Refused); });
      return;
    }
    messages_.push_back({message.topic, message.payload});
    agenda_->at(clock_.now().instant,
                [done = std::move(done)](Now) { done(Published::Acknowledged); });
  };
  gateway_ = std::make_unique<runtime::Gateway>(configuration(directory_, setting_), models_,
                                                *ledger_, *journal_, clock_, *agenda_, ways);
  gateway_->start();
  if (broker_connected_) gateway_->north_connected();
}

void Story::restart() {
  gateway_.reset();
  journal_->keep_in(nullptr);
  journal_.reset();
  ledger_.reset();
  agenda_.reset();
  start();
}

void Story::new_box() {
  gateway_.reset();
  journal_->keep_in(nullptr);
  ledger_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(directory_ / (std::string{"ledger.db"} + suffix));
  }
  restart();
}

void Story::broker(bool connected) {
  broker_connected_ = connected;
  if (connected) {
    gateway_->north_connected();
  } else {
    gateway_->north_lost({"the story wants it"});
  }
}

void Story::advance(Duration by) {
  const Instant end = clock_.now().instant + by;
  for (;;) {
    const auto next = agenda_->next();
    if (!next || *next > end) break;
    clock_.advance_to(*next);
    agenda_->run(clock_.now());
  }
  clock_.advance_to(end);
  agenda_->run(clock_.now());
}

WireResult Story::exchange(const WireRequest& request) {
  Wire state = wire_;
  if (writes(request) && next_write_) {
    state = *next_write_;
    next_write_.reset();
  }
  if (state == Wire::GoneAfter) wire_ = Wire::NotThere;
  if (state == Wire::NotThere) {
    return failure(LinkFault{LinkFault::Reason::NotSent, "no such device"});
  }
  if (state == Wire::Silent) return failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer"});
  meter_->advance(now_s());
  auto answer = slave_->serve(*meter_, request.octets, now_s());
  if (!answer || state == Wire::AnswersAreLost) {
    return failure(LinkFault{LinkFault::Reason::NoAnswer, "no answer"});
  }
  return WireAnswer{std::move(*answer), 20ms};
}

void Story::swap_meter() { std::swap(meter_, other_meter_); }

void Story::command(const std::string& verb, const std::string& id, const std::string& body,
                    std::chrono::seconds valid_for) {
  const std::string payload = R"({"id":")" + id + R"(","issued_at":")" + rfc3339::text(now()) +
                              R"(","expires_at":")" + rfc3339::text(now() + valid_for) +
                              R"(","operator":"vending","work_order":"W-1")" +
                              (body.empty() ? "" : "," + body) + "}";
  raw_command("metergate/v1/s1/meter/m1/command/" + verb, payload);
}

void Story::raw_command(const std::string& topic, const std::string& payload, bool retained,
                        const std::string& response_topic) {
  MqttMessage message;
  message.topic = topic;
  message.payload = payload;
  message.retained = retained;
  message.response_topic = response_topic;
  gateway_->north_message(message, [] {});
}

std::string Story::states_of(const std::string& id) const {
  std::string out;
  for (const Message& message : messages_) {
    if (!message.topic.ends_with("/result/" + id)) continue;
    out += (out.empty() ? "" : " ") +
           std::string{json::parse(message.payload).as_object().at("state").as_string()};
  }
  return out;
}

std::string Story::last_of(const std::string& id) const { return last_on("/result/" + id); }

std::string Story::last_on(const std::string& topic_end) const {
  for (auto at = messages_.rbegin(); at != messages_.rend(); ++at) {
    if (at->topic.ends_with(topic_end)) return at->payload;
  }
  return {};
}

std::size_t Story::published_on(const std::string& topic_part) const {
  return static_cast<std::size_t>(std::ranges::count_if(messages_, [&](const Message& message) {
    return message.topic.find(topic_part) != std::string::npos;
  }));
}

StoredMeter Story::stored() const {
  const auto meters = ledger_->meters();
  return meters->front();
}

std::size_t Story::tokens_seen() const {
  return static_cast<std::size_t>(std::ranges::count(
      meter_->orders(), virtual_meter::OrderSeen::Kind::Token, &virtual_meter::OrderSeen::kind));
}

}  // namespace metergate::test
