// SPDX-License-Identifier: Apache-2.0
#include "meters/interval_values.hpp"

namespace metergate {

std::vector<std::string> IntervalMarks::words() const {
  std::vector<std::string> out;
  for (const auto& [bit, word] : kIntervalMarkWords) {
    if ((bits & bit) != 0) out.emplace_back(word);
  }
  return out;
}

}  // namespace metergate
