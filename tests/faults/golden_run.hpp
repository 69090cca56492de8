// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/scenario/story.hpp"

namespace metergate::test {

/// Digits of a UTRN that the virtual meter credits; another for each number.
[[nodiscard]] std::string utrn_digits(std::uint32_t number);

/// A scenario in which the ledger has much to do: tokens, relay orders and reads, among them lost
/// answers and repeats, over two nights of collection. `observe` is called after every small step.
class GoldenRun {
 public:
  GoldenRun() = default;
  /// The commands it gives, by id, and the digits of those that carry a token.
  static const std::map<std::string, std::string>& commands();

  void play(const std::function<void()>& observe);
  /// Publishes the commands again that have had no final answer, as a patient sender does.
  void insist();
  [[nodiscard]] bool ended(const std::string& id) const;
  Story& story() { return story_; }

 private:
  void give(const std::string& id);
  void pass(Duration whole, Duration step, const std::function<void()>& observe);

  Story story_{{.history = std::chrono::days{1}}};
  std::map<std::string, std::string> given_;  ///< id to payload
};

/// States that a command does not leave.
[[nodiscard]] bool is_final_word(const std::string& state);
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

}  // namespace metergate::test
