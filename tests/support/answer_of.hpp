// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <variant>

#include "gateway/drivers/driver.hpp"

namespace metergate::test {

/// The answer of an operation that has to succeed; an empty one, and a failed test, if it did not.
template <typename Answer>
Answer answer_of(OperationResult result) {
  if (!result) {
    ADD_FAILURE() << result.error().what;
    return {};
  }
  return std::get<Answer>(std::move(*result));
}

}  // namespace metergate::test
