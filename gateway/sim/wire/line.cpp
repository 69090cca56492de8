// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/line.hpp"

#include <algorithm>

namespace metergate::sim {
namespace {
// What an FTDI adapter's packet carries.
constexpr std::size_t kAdapterPacket = 62;
}  // namespace

WireTiming::WireTiming(const WireSettings& settings)
    : line_{settings.baud},
      paced_{settings.paced},
      scale_{settings.time_scale},
      block_{std::max<std::size_t>(settings.block_octets, 1)},
      silence_{scaled(line_.silence())},
      longest_gap_{scaled(line_.longest_gap())},
      turn_round_{std::max(scaled(settings.turn_round), silence_)},
      latency_{scaled(settings.latency_timer)} {}

WireDuration WireTiming::scaled(WireDuration real) const {
  if (!paced_) return WireDuration{0};
  return WireDuration{static_cast<std::int64_t>(static_cast<double>(real.count()) / scale_)};
}

WireDuration WireTiming::characters(std::size_t count) const {
  return scaled(line_.characters(count));
}

std::vector<WireTiming::Handover> WireTiming::handovers(std::size_t octets, WireTime start) const {
  std::vector<Handover> out;
  const auto ends = [&](std::size_t count) { return start + characters(count); };
  if (latency_.count() == 0) {
    for (std::size_t given = 0; given < octets;) {
      given = std::min(given + block_, octets);
      out.push_back({ends(given), given});
    }
    return out;
  }
  for (std::size_t given = 0; given < octets;) {
    const std::size_t full = std::min(given + kAdapterPacket, octets);
    const WireTime timer = ends(given + 1) + latency_;
    if (full - given == kAdapterPacket && ends(full) <= timer) {
      given = full;
      out.push_back({ends(full), full});
      continue;
    }
    while (given < octets && ends(given + 1) <= timer) ++given;
    out.push_back({timer, given});
  }
  return out;
}

}  // namespace metergate::sim
