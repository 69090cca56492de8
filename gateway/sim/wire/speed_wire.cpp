// SPDX-License-Identifier: Apache-2.0
#include "gateway/sim/wire/speed_wire.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "protocols/iec62056_21/opening.hpp"

namespace metergate::sim {
namespace {

/// What an octet looks like at another speed: never what it was, and with odd parity now and then.
constexpr std::uint8_t kNoise = 0xE9;

void write_all(int descriptor, OctetView octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(descriptor, octets.data(), octets.size());
    if (written <= 0) return;  // nobody reads: the octets are lost, as on a wire
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
}

void make_noise(Octets& octets) {
  for (std::uint8_t& one : octets) one = static_cast<std::uint8_t>(one ^ kNoise);
}

}  // namespace

void SpeedWire::send(OctetView octets, std::uint32_t baud, Clock::time_point earliest) {
  auto free = leaving_.empty() ? earliest : std::max(earliest, leaving_.back().due);
  const std::size_t block = settings_.paced ? std::max<std::size_t>(settings_.block_octets, 1)
                                            : std::max<std::size_t>(octets.size(), 1);
  for (std::size_t at = 0; at < octets.size(); at += block) {
    const OctetView part = octets.subspan(at, std::min(block, octets.size() - at));
    if (settings_.paced) free += iec62056_21::on_the_wire(part.size(), baud);
    leave(Octets(part.begin(), part.end()), free, baud);
  }
}

void SpeedWire::leave(Octets octets, Clock::time_point due, std::optional<std::uint32_t> baud) {
  leaving_.push_back({due, baud, std::move(octets)});
}

void SpeedWire::hand_over(Clock::time_point now) {
  while (!leaving_.empty() && leaving_.front().due <= now) {
    Handover& first = leaving_.front();
    if (first.baud && terminal_.speed() != *first.baud) make_noise(first.octets);
    write_all(terminal_.far_end(), first.octets);
    leaving_.pop_front();
  }
}

std::optional<SpeedWire::Clock::time_point> SpeedWire::next() const {
  if (leaving_.empty()) return std::nullopt;
  return leaving_.front().due;
}

}  // namespace metergate::sim
