// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/blob_writer.hpp"

#include <array>

namespace metergate::blobs {
namespace {

// CRC-32 of ISO/IEC 8802-3, reflected polynomial.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit)
      rest = (rest & 1U) != 0 ? (rest >> 1U) ^ 0xEDB88320U : rest >> 1U;
    table[i] = rest;
  }
  return table;
}();

void put_number(Octets& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::uint32_t crc32(OctetView octets) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t octet : octets) crc = (crc >> 8U) ^ kCrcTable[(crc ^ octet) & 0xFFU];
  return ~crc;
}

void BlobWriter::number(std::uint64_t value) { put_number(body_, value); }

void BlobWriter::signed_number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  number((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

Octets BlobWriter::framed(std::uint8_t format) const {
  Octets out;
  out.reserve(body_.size() + 10);
  out.push_back(format);
  put_number(out, body_.size());
  out.insert(out.end(), body_.begin(), body_.end());
  const std::uint32_t crc = crc32(out);
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(crc >> shift));
  return out;
}

}  // namespace metergate::blobs
