// SPDX-License-Identifier: Apache-2.0
#include "protocols/iec62056_21/parity.hpp"

#include <bit>

namespace metergate::iec62056_21 {
namespace {

constexpr unsigned kParityBit = 0x80;
constexpr unsigned kCharacter = 0x7F;

bool is_odd(unsigned octet) { return std::popcount(octet) % 2 != 0; }

}  // namespace

Octets with_parity(OctetView characters) {
  Octets out;
  out.reserve(characters.size());
  for (const unsigned one : characters) {
    const unsigned bits = one & kCharacter;
    out.push_back(static_cast<std::uint8_t>(is_odd(bits) ? bits | kParityBit : bits));
  }
  return out;
}

Result<Octets, Fault> without_parity(OctetView octets) {
  Octets out;
  out.reserve(octets.size());
  for (std::size_t at = 0; at < octets.size(); ++at) {
    if (is_odd(octets[at])) return failure(Fault{"character", at, "seven bits with even parity"});
    out.push_back(static_cast<std::uint8_t>(octets[at] & kCharacter));
  }
  return out;
}

}  // namespace metergate::iec62056_21
