// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/address.hpp"

namespace metergate::hdlc {
namespace {

constexpr unsigned kSevenBits = 0x7F;
constexpr unsigned kFourteenBits = 0x3FFF;
constexpr std::uint8_t kMostOctets = 4;

unsigned upper_bits(std::uint8_t octets) { return octets == 4 ? 14 : 7; }
unsigned lower_bits(std::uint8_t octets) { return 7U * octets - upper_bits(octets); }

}  // namespace

bool fits(const Address& address) {
  switch (address.octets) {
    case 1:
      return address.upper <= kSevenBits && address.lower == 0;
    case 2:
      return address.upper <= kSevenBits && address.lower <= kSevenBits;
    case 3:
      return address.upper <= kSevenBits && address.lower <= kFourteenBits;
    case 4:
      return address.upper <= kFourteenBits && address.lower <= kFourteenBits;
    default:
      return false;
  }
}

std::string text(const Address& address) {
  std::string out = std::to_string(address.upper);
  if (address.octets > 1) out += '/' + std::to_string(address.lower);
  return out;
}

void write_address(ByteWriter& out, const Address& address) {
  const std::uint32_t value =
      (std::uint32_t{address.upper} << lower_bits(address.octets)) | address.lower;
  for (unsigned left = address.octets; left > 0; --left) {
    const std::uint32_t bits = (value >> (7U * (left - 1))) & kSevenBits;
    out.u8(static_cast<std::uint8_t>((bits << 1U) | (left == 1 ? 1U : 0U)));
  }
}

std::optional<Address> read_address(ByteReader& in) {
  std::uint32_t value = 0;
  for (std::uint8_t octets = 1; octets <= kMostOctets; ++octets) {
    const unsigned octet = in.u8();
    if (!in.ok()) return std::nullopt;
    value = (value << 7U) | (octet >> 1U);
    if ((octet & 1U) == 0) continue;
    const unsigned lower = lower_bits(octets);
    return Address{static_cast<std::uint16_t>(value >> lower),
                   static_cast<std::uint16_t>(value & ((1U << lower) - 1U)), octets};
  }
  return std::nullopt;
}

}  // namespace metergate::hdlc
