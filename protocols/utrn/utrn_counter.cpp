// SPDX-License-Identifier: Apache-2.0
#include "protocols/utrn/utrn_counter.hpp"

#include <limits>

namespace metergate::utrn {

std::optional<UtrnCounter> reconstruct_counter(UtrnCounter highest, std::uint16_t truncated) {
  constexpr std::int64_t kSpan = UtrnCounter::kTruncatedSpan;
  const std::int64_t last = highest.number() % kSpan;
  std::int64_t counter = truncated % kSpan;
  if (counter < last - kSpan / 2) counter += kSpan;
  if (counter > last + kSpan / 2) counter -= kSpan;
  counter += highest.number() - last;
  if (counter < 0 || counter > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return UtrnCounter{static_cast<std::uint32_t>(counter)};
}

}  // namespace metergate::utrn
