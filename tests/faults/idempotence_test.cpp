// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/faults/golden_run.hpp"
#include "tests/faults/row.hpp"

namespace metergate::test {
namespace {

using namespace std::chrono_literals;

/// One message as a sender may mean it, and whether it may have an effect at all.
struct Sent {
  std::string id;
  std::string digits;
  std::string payload;
  UtcTime expires_at{};
  bool lawful = false;  ///< neither retained nor expired nor an id that meant something else
  bool retained = false;
  std::string refusal{};  ///< the only answer there can be at the first time
};

/// A sender with all the faults that brokers and senders have, before one gateway.
class BadSender {
 public:
  explicit BadSender(std::uint64_t seed) : chance_{seed} { story_.advance(30s); }

  void send_one() {
    switch (below(20)) {
      case 0:  // the same message again
      case 1:
        return sent_.empty() ? fresh() : publish(recent());
      case 2:  // one overtakes another
      case 3: {
        const Sent first = make(10min);
        const Sent second = make(10min);
        publish(second);
        return publish(first);
      }
      case 4:  // out of an old recording
        return sent_.empty() ? fresh() : publish(sent_[below(sent_.size())]);
      case 5: {
        Sent kept = make(10min);
        kept.lawful = false;
        kept.retained = true;
        return publish(kept);
      }
      case 6: {
        Sent late = make(-30s);
        late.lawful = false;
        late.refusal = "already-expired";
        return publish(late);
      }
      case 7: {  // an id that was used for something else
        const std::string used = sent_.empty() ? std::string{} : recent().id;
        if (!was_accepted(used)) return fresh();
        Sent reused = make(10min, used);
        reused.lawful = false;
        reused.refusal = "conflicting-id";
        return publish(reused);
      }
      case 8: {  // digits that another command carries
        if (sent_.empty()) return fresh();
        const Sent& first = recent();
        const bool was_taken = first.lawful && story_.states_of(first.id).ends_with("succeeded");
        Sent again = make(10min, {}, first.digits);
        if (was_taken) again.refusal = "duplicate-token";
        return publish(again);
      }
      case 9:  // short of time before a silent meter
        story_.wire(Wire::Silent);
        publish(make(3s));
        story_.advance(below(6'000) * 1ms);
        return story_.wire(Wire::Healthy);
      default:
        return fresh();
    }
  }

  void pass_time() {
    if (below(20) == 0) story_.next_write(Wire::AnswersAreLost);
    if (below(20) == 0) story_.next_write(Wire::Silent);
    if (below(100) == 0) story_.restart();
    story_.advance(below(4'000) * 1ms);
  }

  void judge(Row& row) {
    story_.advance(15min);
    std::map<std::string, std::vector<const Sent*>> by_digits;
    std::map<std::string, const Sent*> by_id;
    for (const Sent& one : sent_) {
      if (one.lawful) by_digits[one.digits].push_back(&one);
      if (one.lawful) by_id.emplace(one.id, &one);
    }
    std::map<std::string, int> taken;
    for (const auto& order : story_.meter().orders()) {
      const auto lawful = by_digits.find(order.digits);
      if (lawful == by_digits.end()) {
        row.violation("a code reached the meter that nobody may have sent");
        continue;
      }
      const bool in_time = std::ranges::any_of(lawful->second, [&](const Sent* one) {
        return order.true_time <= std::chrono::ceil<std::chrono::seconds>(one->expires_at);
      });
      row.expect(in_time, "the code of " + lawful->second.front()->id + " came after its time");
      if (std::holds_alternative<operation::OrderTaken>(order.answer)) ++taken[order.digits];
    }
    std::map<std::string, int> claimed;
    for (const auto& [id, one] : by_id) {
      const auto states = words_of(story_.states_of(id));
      const bool told = std::ranges::any_of(states, is_final_word) ||
                        std::ranges::find(states, "refused") != states.end();
      row.expect(told, id + " was never answered: " + story_.states_of(id));
      claimed[one->digits] += std::ranges::find(states, "succeeded") != states.end() ? 1 : 0;
    }
    for (const std::string& one : wrong_answers_) row.violation(one);
    for (const auto& [digits, lawful] : by_digits) {
      row.expect(taken[digits] <= 1, lawful.front()->id + ": the meter took its code twice");
      row.expect(taken[digits] == claimed[digits],
                 lawful.front()->id + ": taken " + std::to_string(taken[digits]) + " times, told " +
                     std::to_string(claimed[digits]) + " times");
    }
  }

  [[nodiscard]] std::size_t sent() const { return messages_; }
  [[nodiscard]] std::size_t codes_seen() const { return story_.tokens_seen(); }

 private:
  std::size_t below(std::size_t bound) { return chance_() % bound; }
  void fresh() { publish(make(10min)); }
  const Sent& recent() {
    return sent_[sent_.size() - 1 - below(std::min<std::size_t>(sent_.size(), 5))];
  }

  Sent make(std::chrono::seconds valid_for, std::string id = {}, std::string digits = {}) {
    ++number_;
    Sent one;
    one.id = id.empty() ? "t" + std::to_string(number_) : std::move(id);
    one.digits = digits.empty() ? utrn_digits(number_) : std::move(digits);
    one.expires_at = story_.now() + valid_for;
    one.lawful = true;
    one.payload = R"({"id":")" + one.id + R"(","issued_at":")" + rfc3339::text(story_.now() - 60s) +
                  R"(","expires_at":")" + rfc3339::text(one.expires_at) +
                  R"(","operator":"vending","work_order":"W-1","params":{"token":")" + one.digits +
                  R"("}})";
    return one;
  }

  [[nodiscard]] bool was_accepted(const std::string& id) const {
    return !id.empty() && story_.states_of(id).starts_with("accepted");
  }

  void publish(const Sent& given) {
    const Sent one = given;  // it may stand in `sent_`
    ++messages_;
    story_.raw_command("metergate/v1/s1/meter/m1/command/deliver-token", one.payload, one.retained);
    const std::string answer = story_.last_of(one.id);
    if (!one.refusal.empty() && answer.find(one.refusal) == std::string::npos) {
      wrong_answers_.push_back(one.id + " needed the answer " + one.refusal + ", not " + answer);
    }
    sent_.push_back(one);
    sent_.back().refusal.clear();  // in another order, or later, another one may be right
  }

  std::mt19937_64 chance_;
  Story story_{{.history = std::chrono::days{1}}};
  std::vector<Sent> sent_;
  std::vector<std::string> wrong_answers_;
  std::uint32_t number_ = 0;
  std::size_t messages_ = 0;
};

TEST(IdempotenceTest, EachIdHasOneEffectWhateverSendersAndBrokersDo) {
  Row row{"R7", "messages of a bad sender", 5'000};
  constexpr std::uint64_t kOfOneSender = 400;  // below the 1,024 counters of a UTRN
  for (std::uint64_t number = 0; row.runs() < row.wanted(); ++number) {
    BadSender sender{row.seed() + number};
    while (sender.sent() < std::min(kOfOneSender, row.wanted() - row.runs())) {
      sender.send_one();
      sender.pass_time();
    }
    sender.judge(row);
    row.expect(sender.codes_seen() > sender.sent() / 3, "hardly a code reached the meter");
    row.ran(sender.sent());
  }
}

}  // namespace
}  // namespace metergate::test
