// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/token_issue.hpp"

namespace metergate::runtime {

/// Made, and nobody knows that the meter has it.
[[nodiscard]] inline bool is_outstanding(const IssuedToken& token) {
  return token.state == IssuedState::Outstanding;
}

}  // namespace metergate::runtime
