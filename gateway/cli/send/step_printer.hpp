// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "gateway/cli/terminal/console.hpp"

namespace metergate::cli {

/// Slips: no steps, but what is to be given to somebody, once it was made.
enum class StepFormat : unsigned char { Text, Json, SlipText, SlipHtml };

/// Shows the steps of one command as they come, and knows what they mean for the exit code. Takes
/// the payloads of the result topic (docs/mqtt-api.md), whichever way they came.
class StepPrinter {
 public:
  StepPrinter(Console& console, StepFormat format) : console_{console}, format_{format} {}

  void show(const boost::json::object& payload);

  /// Set once the command has ended or was refused.
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }
  [[nodiscard]] bool accepted() const { return !state_.empty(); }
  /// What is said, and the exit code, when nobody waits any longer.
  [[nodiscard]] int gave_up(const std::string& command_id);

 private:
  void show_text(const boost::json::object& payload);
  /// False: there is none.
  [[nodiscard]] bool show_slips(const boost::json::object& payload);
  void show_result(const boost::json::object& result, const std::string& indent);

  Console& console_;
  StepFormat format_;
  std::string state_;
  std::optional<int> exit_code_;
};

}  // namespace metergate::cli
