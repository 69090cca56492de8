// SPDX-License-Identifier: Apache-2.0
#include "protocols/dlms/acse/ber.hpp"

#include "protocols/octets/byte_reader.hpp"

namespace metergate::dlms::ber {
namespace {

constexpr std::uint8_t kLongTag = 0x1F;
constexpr std::uint8_t kLongLength = 0x80;
constexpr std::uint8_t kInteger = 0x02;

}  // namespace

Result<Element, AcseFault> Reader::next() {
  ByteReader in{octets_.subspan(at_)};
  Element element{.offset = offset()};
  element.tag = in.u8();
  if ((element.tag & kLongTag) == kLongTag) {
    return failure(AcseFault{"tag", element.offset, "one octet"});
  }
  std::size_t length = in.u8();
  if (length >= kLongLength) {
    const std::size_t count = length - kLongLength;
    if (count == 0 || count > 4) {
      return failure(AcseFault{"length", element.offset + 1, "definite, of at most 5 octets"});
    }
    length = 0;
    for (const std::uint8_t octet : in.take(count)) length = (length << 8U) | octet;
  }
  element.contents_offset = element.offset + in.offset();
  if (!in.ok() || length > in.rest()) {
    return failure(AcseFault{"length", element.offset + 1, "no more than the octets that follow"});
  }
  element.contents = in.take(length);
  at_ += in.offset();
  return element;
}

Result<Element, AcseFault> only_child(const Element& outer, std::uint8_t tag,
                                      std::string_view field, std::string_view expected) {
  Reader in{outer};
  const auto child = in.next();
  if (!child || child.value().tag != tag || !in.at_end()) {
    return failure(AcseFault{field, outer.offset, expected});
  }
  return child;
}

Result<std::uint8_t, AcseFault> small_integer(const Element& outer, std::string_view field) {
  const auto number = only_child(outer, kInteger, field, "an INTEGER of one octet");
  if (!number) return failure(number.error());
  if (number.value().contents.size() != 1) {
    return failure(AcseFault{field, outer.offset, "an INTEGER of one octet"});
  }
  return number.value().contents.front();
}

void write_length(ByteWriter& out, std::size_t length) {
  if (length < kLongLength) {
    out.u8(static_cast<std::uint8_t>(length));
  } else if (length <= 0xFF) {
    out.u8(0x81);
    out.u8(static_cast<std::uint8_t>(length));
  } else {
    out.u8(0x82);
    out.u16(static_cast<std::uint16_t>(length));
  }
}

void write(ByteWriter& out, std::uint8_t tag, OctetView contents) {
  out.u8(tag);
  write_length(out, contents.size());
  out.append(contents);
}

}  // namespace metergate::dlms::ber
