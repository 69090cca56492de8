// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metergate::doctor {

enum class Verdict : std::uint8_t {
  Ok,
  Warn,  ///< it works, and will not for ever or not as well as it could
  Fail,  ///< something the gateway needs is not there
};

[[nodiscard]] std::string_view verdict_word(Verdict verdict);

/// One line of `metergate doctor`.
struct Finding {
  Verdict verdict = Verdict::Ok;
  std::string subject;  ///< `configuration`, `line line-1`, `broker north`, `clock`, ...
  std::string text;     ///< what was found
  std::string advice;   ///< what to do; empty when all is well
};

using Findings = std::vector<Finding>;

}  // namespace metergate::doctor
