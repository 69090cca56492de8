// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "config/model_file.hpp"
#include "meters/virtual/test_keys.hpp"
#include "protocols/dlms/apdu.hpp"

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
    connect = true
    sealed = true
    registry = true

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

const char* model_of(const Setting& setting) {
  return setting.speech == Speech::Dlms ? "virtual-prepayment-dlms" : "virtual-prepayment-modbus";
}

constexpr const char* kModbusLine = R"(
    [[line]]
    name = "a"
    device = "/dev/null"
)";
constexpr const char* kDlmsLine = R"(
    [dlms]
    authentication = "hls-gmac"
    system_title = "4d54470000000001"
    key_file = "{id}"
    [[line]]
    name = "a"
    host = "meters"
    protocol = "dlms"
)";

std::string configuration(const Setting& setting) {
  return R"(
    site = "s1"
    [storage]
    file = "ledger.db"
    [north]
)" + setting.north +
         (setting.speech == Speech::Dlms ? kDlmsLine : kModbusLine) +
         R"(
    [[schedule]]
    name = "default"
    registers_s = 900
    back_fill_days = 2
)" + setting.schedule +
         R"(
    [[meter]]
    id = "m1"
    line = "a"
    address = 1
    model = ")" +
         model_of(setting) + "\"\n" +
         (setting.with_keys ? kSts + (setting.access.empty() ? kAccess : setting.access)
                            : std::string{});
}

/// The request that is the order itself; in DLMS the transaction's number goes before it.
bool writes(Speech speech, const WireRequest& request) {
  if (speech == Speech::Dlms) {
    const auto apdu = dlms::decode_apdu(request.octets);
    if (!apdu || std::holds_alternative<dlms::ActionRequest>(*apdu)) return apdu.has_value();
    const auto* set = std::get_if<dlms::SetRequest>(&*apdu);
    return set != nullptr && set->attribute.logical_name != *cosem::ObisCode::parse("0-0:128.0.0");
  }
  return request.octets.front() ==
         static_cast<std::uint8_t>(modbus::FunctionCode::WriteMultipleRegisters);
}

}  // namespace

Story::Story(Setting setting) : setting_{std::move(setting)} {
  Town::Plan plan;
  plan.directory = temporary_.path();
  plan.configuration = configuration(setting_);
  plan.start = kStart;
  plan.models =
      *config::load_models({std::filesystem::path{METERGATE_SOURCE_DIR} / "meters/models/data"});
  CapabilitySet& abilities = plan.models.at(model_of(setting_)).capabilities;
  CapabilitySet kept;
  for (const std::string_view word : abilities.words()) {
    const Capability one = *parse_capability(word);
    if (std::ranges::find(setting_.without, one) == setting_.without.end()) kept.add(one);
  }
  abilities = kept;
  if (setting_.with_keys) keys_ = key_store(temporary_.path());
  plan.keys = keys_.get();
  town_ = std::make_unique<Town>(std::move(plan), hooks());
  town_->hang("m1", "a", 1, model_of(setting_), meter_settings("VM000001", setting_));
  other_meter_.emplace(meter_settings("VM999999", setting_), town_->true_now_s());
  town_->start();
}

Story::~Story() = default;

Town::Hooks Story::hooks() {
  Town::Hooks hooks;
  hooks.fate = [this](Place&, const WireRequest& request) { return fate(request); };
  hooks.acted = [this](Place&) {
    if (observer_.acted) observer_.acted();
  };
  hooks.worked_off = [this](Place&) {
    if (observer_.worked_off) observer_.worked_off();
  };
  hooks.published = [this](const MqttMessage& message) {
    messages_.push_back({message.topic, message.payload});
  };
  hooks.answer = [this](const MqttMessage& message) {
    return message.topic == forbidden_ ? Published::Refused : Published::Acknowledged;
  };
  return hooks;
}

Wire Story::fate(const WireRequest& request) {
  if (observer_.before) {
    if (const auto wanted = observer_.before()) return *wanted;
  }
  if (writes(setting_.speech, request) && next_write_)
    return *std::exchange(next_write_, std::nullopt);
  return place().wire;
}

void Story::change_access(std::string access) {
  setting_.access = std::move(access);
  town_->reload(configuration(setting_));
}

void Story::restart_with_access(std::string access) {
  setting_.access = std::move(access);
  town_->configure(configuration(setting_));
  restart();
}

void Story::restart_without_meter() {
  constexpr std::string_view kOurs = "id = \"m1\"";
  std::string without = configuration(setting_);
  town_->configure(without.replace(without.find(kOurs), kOurs.size(), "id = \"m2\""));
  restart();
}

void Story::swap_meter() { std::swap(place().meter, other_meter_); }

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
  // Where the broker is away, a story that speaks to the gateway all the same means it so.
  town_->broker_connected() ? town_->publish(message) : town_->hand_over(message);
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
  const auto meters = town_->ledger().meters();
  return meters->front();
}

std::size_t Story::tokens_seen() const {
  return static_cast<std::size_t>(std::ranges::count(town_->places().front().meter->orders(),
                                                     virtual_meter::OrderSeen::Kind::Token,
                                                     &virtual_meter::OrderSeen::kind));
}

}  // namespace metergate::test
