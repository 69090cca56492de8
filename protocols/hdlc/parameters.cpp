// SPDX-License-Identifier: Apache-2.0
#include "protocols/hdlc/parameters.hpp"

#include <algorithm>

#include "protocols/octets/byte_reader.hpp"
#include "protocols/octets/byte_writer.hpp"

namespace metergate::hdlc {
namespace {

constexpr std::uint8_t kFormat = 0x81;
constexpr std::uint8_t kGroup = 0x80;
constexpr std::uint8_t kInformationTransmit = 0x05;
constexpr std::uint8_t kInformationReceive = 0x06;
constexpr std::uint8_t kWindowTransmit = 0x07;
constexpr std::uint8_t kWindowReceive = 0x08;

// One octet where it fits: the coding of most meters, and of the standard's example.
void write_information(ByteWriter& out, std::uint8_t tag, std::uint16_t octets) {
  out.u8(tag);
  if (octets <= 0xFF) {
    out.u8(1);
    out.u8(static_cast<std::uint8_t>(octets));
  } else {
    out.u8(2);
    out.u16(octets);
  }
}

void write_window(ByteWriter& out, std::uint8_t tag, std::uint8_t window) {
  out.u8(tag);
  out.u8(4);
  out.u32(window);
}

std::uint32_t number(OctetView octets) {
  std::uint32_t value = 0;
  for (const std::uint8_t octet : octets) value = (value << 8U) | octet;
  return value;
}

bool take(LinkParameters& parameters, std::uint8_t tag, OctetView octets) {
  if (tag < kInformationTransmit || tag > kWindowReceive) return true;
  if (octets.empty() || octets.size() > 4) return false;
  const std::uint32_t value = number(octets);
  if (tag == kWindowTransmit || tag == kWindowReceive) {
    if (value < 1 || value > kMaxWindow) return false;
    const auto window = static_cast<std::uint8_t>(value);
    (tag == kWindowTransmit ? parameters.window_transmit : parameters.window_receive) = window;
    return true;
  }
  if (value < kMinInformationOctets) return false;
  const auto most =
      static_cast<std::uint16_t>(std::min<std::uint32_t>(value, kMaxInformationOctets));
  (tag == kInformationTransmit ? parameters.information_transmit : parameters.information_receive) =
      most;
  return true;
}

}  // namespace

Octets encode_parameters(const LinkParameters& parameters) {
  ByteWriter group;
  write_information(group, kInformationTransmit, parameters.information_transmit);
  write_information(group, kInformationReceive, parameters.information_receive);
  write_window(group, kWindowTransmit, parameters.window_transmit);
  write_window(group, kWindowReceive, parameters.window_receive);
  const Octets values = group.take();
  ByteWriter out;
  out.u8(kFormat);
  out.u8(kGroup);
  out.u8(static_cast<std::uint8_t>(values.size()));
  out.append(values);
  return out.take();
}

std::optional<LinkParameters> decode_parameters(OctetView information) {
  LinkParameters parameters;
  if (information.empty()) return parameters;
  ByteReader in{information};
  if (in.u8() != kFormat || in.u8() != kGroup) return std::nullopt;
  ByteReader group{in.take(in.u8())};
  if (!in.ok()) return std::nullopt;
  while (group.rest() > 0) {
    const std::uint8_t tag = group.u8();
    const OctetView octets = group.take(group.u8());
    if (!group.ok() || !take(parameters, tag, octets)) return std::nullopt;
  }
  return parameters;
}

LinkParameters agreed(const LinkParameters& ours, const LinkParameters& theirs) {
  return {std::min(ours.information_transmit, theirs.information_receive),
          std::min(ours.information_receive, theirs.information_transmit),
          std::min(ours.window_transmit, theirs.window_receive),
          std::min(ours.window_receive, theirs.window_transmit)};
}

}  // namespace metergate::hdlc
