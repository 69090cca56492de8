// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "meters/lifecycle.hpp"
#include "meters/operation.hpp"
#include "meters/reason.hpp"
#include "meters/time.hpp"

namespace metergate {

/// One step of a command's life as it is written down and published: an outcome when terminal.
struct Step {
  UtcTime at{};
  CommandState from = CommandState::Accepted;
  CommandState to = CommandState::Accepted;
  std::uint32_t attempt = 0;  ///< transmissions recorded so far
  Reason reason = Reason::None;
  std::string detail{};  ///< a sentence for a person; never holds a token
  std::optional<operation::MeterRefusal> meter_reason{};
  std::string meter_raw{};                   ///< the meter's own code, passed along
  operation::TransactionId transaction = 0;  ///< of the transmission, 0 = none
  std::string result_json{};  ///< what the command brought back, a JSON object, or empty
};

/// A command turned away at the door, or a question answered without a command.
struct Refusal {
  Reason reason = Reason::None;
  std::string field;     ///< JSON pointer-like name of what was wrong: `params.token`
  std::string value;     ///< what was there, shortened and redacted
  std::string expected;  ///< what would be right
};

}  // namespace metergate
