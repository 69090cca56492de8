// SPDX-License-Identifier: Apache-2.0
#include "gateway/console/time_range.hpp"

namespace metergate::console {
namespace {

/// Leaves `into` as it is when the query does not name it; false for what is no time.
bool take(const Target& target, const char* name, UtcSeconds& into) {
  const auto found = target.query.find(name);
  if (found == target.query.end() || found->second.empty()) return true;
  const auto time = rfc3339::parse(found->second);
  if (!time) return false;
  into = std::chrono::floor<std::chrono::seconds>(*time);
  return true;
}

}  // namespace

std::optional<TimeRange> time_range(const Target& target, UtcTime now, std::chrono::seconds usual,
                                    std::chrono::seconds longest) {
  TimeRange out{{}, std::chrono::ceil<std::chrono::seconds>(now)};
  if (!take(target, "to", out.to)) return std::nullopt;
  out.from = out.to - usual;
  if (!take(target, "from", out.from)) return std::nullopt;
  if (out.to <= out.from || out.to - out.from > longest) return std::nullopt;
  return out;
}

}  // namespace metergate::console
