// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/golden_run.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <sstream>

#include "protocols/utrn/utrn.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kTokens = 14;

std::string id_of(std::uint32_t number) { return "t" + std::to_string(number); }

}  // namespace

std::string utrn_digits(std::uint32_t number) {
  // GBCS 14.8: counter, 10.00 of credit, and a MAC that the virtual meter takes.
  const std::uint64_t ptut = (std::uint64_t{number} & 0x3FFU) << 47U | std::uint64_t{1000} << 32U |
                             (0x0100'0000U + std::uint64_t{number});
  const std::string most = std::to_string(ptut + utrn::kPptdOffset);
  const auto digit = utrn::check_digit(*TokenDigits::parse(most + "0"));
  return most + std::to_string(digit);
}

bool is_final_word(const std::string& state) {
  static const std::set<std::string> kFinal{"succeeded", "rejected",   "failed",   "expired",
                                            "cancelled", "superseded", "unsettled"};
  return kFinal.contains(state);
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in{text};
  return {std::istream_iterator<std::string>{in}, {}};
}

const std::map<std::string, std::string>& GoldenRun::commands() {
  static const auto kCommands = [] {
    std::map<std::string, std::string> out;
    for (std::uint32_t number = 1; number <= kTokens; ++number) {
      out.emplace(id_of(number), utrn_digits(number));
    }
    for (const char* id : {"off", "arm", "read", "sync"}) out.emplace(id, "");
    return out;
  }();
  return kCommands;
}

void GoldenRun::give(const std::string& id) {
  static const std::map<std::string, std::array<std::string, 2>> kOthers{
      {"off", {"set-relay", R"({"state":"off"})"}},
      {"arm", {"set-relay", R"({"state":"armed"})"}},
      {"read", {"read", R"({"what":["registers","clock","relay"]})"}},
      {"sync", {"synchronise", "{}"}}};
  const std::string& digits = commands().at(id);
  const auto other = kOthers.find(id);
  const std::string verb = other == kOthers.end() ? "deliver-token" : other->second[0];
  const std::string params =
      other == kOthers.end() ? R"({"token":")" + digits + R"("})" : other->second[1];
  auto& payload = given_[id];
  if (payload.empty()) {
    payload = R"({"id":")" + id + R"(","issued_at":")" + rfc3339::text(story_.now()) +
              R"(","expires_at":")" + rfc3339::text(story_.now() + 72h) +
              R"(","operator":"vending","work_order":"W-1","params":)" + params + "}";
  }
  story_.raw_command("metergate/v1/s1/meter/m1/command/" + verb, payload);
}

void GoldenRun::pass(Duration whole, Duration step, const std::function<void()>& observe) {
  for (Duration passed{0}; passed < whole; passed += step) {
    story_.advance(step);
    observe();
  }
}

void GoldenRun::play(const std::function<void()>& observe) {
  pass(30s, 5s, observe);
  for (std::uint32_t number = 1; number <= kTokens; ++number) {
    if (number % 5 == 2) story_.next_write(Wire::AnswersAreLost);
    if (number % 5 == 4) story_.next_write(Wire::Silent);
    give(id_of(number));
    observe();
    pass(1s, 25ms, observe);
    if (number % 3 == 0) give(id_of(number));
    if (number == 3) give("off");
    if (number == 4) give("read");
    if (number == 6) give("arm");
    if (number == 8) give("sync");
    if (number == 7) story_.broker(false);
    if (number == 9) story_.broker(true);
    observe();
    pass(number % 5 == 2 || number % 5 == 4 ? 90s : 10s, 1s, observe);
    if (number % 4 == 0) pass(8h, 30min, observe);
  }
  pass(5min, 30s, observe);
}

bool GoldenRun::ended(const std::string& id) const {
  return std::ranges::any_of(words_of(story_.states_of(id)), is_final_word);
}

void GoldenRun::insist() {
  for (const auto& [id, digits] : commands()) {
    if (!ended(id)) give(id);
  }
}

}  // namespace metergate::test
