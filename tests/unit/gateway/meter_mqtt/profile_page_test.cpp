// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gateway/meter_mqtt/messages.hpp"
#include "meters/quantity.hpp"

// docs/mqtt-meter-profile.md is what somebody builds a meter from; here it is held against the
// decoder that will judge that meter.
namespace metergate::meter_mqtt {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read_file(const fs::path& path) {
  std::ifstream file{path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

const fs::path kDocs = fs::path{METERGATE_SOURCE_DIR} / "docs";

const std::string& page() {
  static const std::string text = read_file(kDocs / "mqtt-meter-profile.md");
  return text;
}

/// By name without `.json`: `read-clock.request`, `push.daily`.
const std::map<std::string, std::string>& examples() {
  static const std::map<std::string, std::string> all = [] {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::directory_iterator{kDocs / "examples/meter"}) {
      found.emplace(entry.path().stem().string(), read_file(entry.path()));
    }
    return found;
  }();
  return all;
}

/// What a response of the page is the answer to.
operation::Operation asked_for(const std::string& method) {
  const auto request = decode_request(examples().at(method + ".request"));
  EXPECT_TRUE(request) << method << ": " << request.error().what;
  return request ? request->operation : operation::Operation{};
}

constexpr UtcTime kReadAt{std::chrono::milliseconds{1'772'360'223'250}};

bool page_has_word(std::string_view word) {
  return page().find('`' + std::string{word} + '`') != std::string::npos;
}

TEST(MqttMeterProfilePage, ShowsEveryExampleAsItStandsInItsFile) {
  for (const auto& [name, text] : examples()) {
    EXPECT_NE(page().find("<!-- " + name + " -->\n```json\n" + text + "```\n"), std::string::npos)
        << name;
  }
}

TEST(MqttMeterProfilePage, HasARequestAndAnAnswerForEveryMethod) {
  std::size_t methods = 0;
  for (const auto& [name, text] : examples()) {
    if (!name.ends_with(".request")) continue;
    ++methods;
    const std::string method = name.substr(0, name.find('.'));
    EXPECT_EQ(method_of(asked_for(method)), method);
    EXPECT_TRUE(examples().contains(method + ".response")) << method;
    EXPECT_NE(page().find("### " + method + '\n'), std::string::npos) << method;
  }
  EXPECT_EQ(methods, std::variant_size_v<operation::Operation>);
}

TEST(MqttMeterProfilePage, RequestsAreWhatTheGatewaySends) {
  for (const auto& [name, text] : examples()) {
    if (!name.ends_with(".request")) continue;
    const auto request = decode_request(text);
    ASSERT_TRUE(request) << name << ": " << request.error().what;
    EXPECT_EQ(json::parse(with_id(request->id, encode_request(request->operation))),
              json::parse(text))
        << name;
  }
}

TEST(MqttMeterProfilePage, AnswersAreUnderstoodInFull) {
  for (const auto& [name, text] : examples()) {
    const std::string method = name.substr(0, name.find('.'));
    if (name.ends_with(".request") || method == "push" || method == "presence") continue;
    const auto response = decode_response(asked_for(method), text, kReadAt);
    ASSERT_TRUE(response) << name << ": " << response.error();
    const auto* error = std::get_if<MeterError>(&*response);
    EXPECT_EQ(error != nullptr, name.ends_with(".error")) << name;
    if (error != nullptr) {
      EXPECT_EQ(error->code, operation::MeterRefusal::NotSupported);
      continue;
    }
    // Written again it says the same: nothing of the example was dropped on the way.
    const std::string again =
        encode_answer(*response_id(text), std::get<operation::Answer>(*response));
    const auto once_more = decode_response(asked_for(method), again, kReadAt);
    ASSERT_TRUE(once_more) << name << ": " << once_more.error();
    const json::value shown = json::parse(text).at("result");
    const json::value written = json::parse(again).at("result");
    for (const auto& field : shown.as_object()) {
      const json::value* kept = written.as_object().if_contains(field.key());
      ASSERT_NE(kept, nullptr) << name << ' ' << std::string_view{field.key()};
      EXPECT_EQ(*kept, field.value()) << name << ' ' << std::string_view{field.key()};
    }
  }
}

TEST(MqttMeterProfilePage, PushesAndPresenceAreUnderstoodInFull) {
  for (const auto& [name, text] : examples()) {
    if (name.starts_with("push.")) {
      const std::string word = name.substr(name.find('.') + 1);
      const auto push = decode_push(word, text, kReadAt);
      ASSERT_TRUE(push) << name << ": " << push.error();
      EXPECT_EQ(push_word(*push), word);
      EXPECT_EQ(json::parse(encode_push(*push)), json::parse(text)) << name;
    }
    if (name.starts_with("presence.")) {
      const auto presence = decode_presence(text);
      ASSERT_TRUE(presence) << name << ": " << presence.error();
      EXPECT_EQ(json::parse(encode_presence(*presence)), json::parse(text)) << name;
    }
  }
}

TEST(MqttMeterProfilePage, NamesEveryWordAMeterMayUse) {
  for (unsigned i = 0; i <= unsigned{static_cast<std::uint8_t>(operation::MeterRefusal::Other)};
       ++i) {
    const auto word = operation::meter_refusal_word(static_cast<operation::MeterRefusal>(i));
    EXPECT_TRUE(page_has_word(word)) << word;
  }
  for (const LogId log : kAllLogs) EXPECT_TRUE(page_has_word(log_word(log))) << log_word(log);
  for (unsigned code = 0; code < 1'000; ++code) {
    const auto word = event_word(static_cast<EventCode>(code));
    EXPECT_TRUE(page_has_word(word)) << word;
  }
  for (const auto& word : IntervalMarks{0xFFFF}.words()) EXPECT_TRUE(page_has_word(word)) << word;
  for (const auto& word : SupplyCauses{0xFFFF}.words()) EXPECT_TRUE(page_has_word(word)) << word;
  for (const auto word : ChangeActions::all().words()) EXPECT_TRUE(page_has_word(word)) << word;
  for (const auto relay : {RelayAfter::Unchanged, RelayAfter::Off, RelayAfter::Armed}) {
    EXPECT_TRUE(page_has_word(relay_after_word(relay))) << relay_after_word(relay);
  }
  for (unsigned i = 1; i <= kBillingCauses; ++i) {
    const auto word = billing_cause_word(static_cast<BillingCause>(i));
    EXPECT_TRUE(page_has_word(word)) << word;
  }
  for (auto unit = Unit::Wh; unit <= Unit::CurrencyMinor;
       unit = static_cast<Unit>(static_cast<unsigned>(unit) + 1)) {
    EXPECT_TRUE(page_has_word(unit_symbol(unit))) << unit_symbol(unit);
    EXPECT_TRUE(page_has_word(unit_suffix(unit))) << unit_suffix(unit);
  }
}

TEST(MqttMeterProfilePage, TellsTheLimitTheDecoderKeeps) {
  EXPECT_EQ(kMaxPayload, 65'536U);
  EXPECT_NE(page().find("65 536 octets"), std::string::npos);
}

}  // namespace
}  // namespace metergate::meter_mqtt
