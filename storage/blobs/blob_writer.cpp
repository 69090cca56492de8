// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs/blob_writer.hpp"

#include <array>

namespace metergate::blobs {
namespace {

// CRC-32 of ISO/IEC 8802-3, reflected polynomial. kCrcTables[n] is the rest of an octet that n more
// octets follow, so that eight octets are taken in one step.
constexpr std::size_t kCrcStep = 8;
constexpr auto kCrcTables = [] {
  std::array<std::array<std::uint32_t, 256>, kCrcStep> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t rest = i;
    for (int bit = 0; bit < 8; ++bit)
      rest = (rest & 1U) != 0 ? (rest >> 1U) ^ 0xEDB88320U : rest >> 1U;
    tables[0][i] = rest;
  }
  for (std::size_t n = 1; n < kCrcStep; ++n) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[n - 1][i];
      tables[n][i] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}();

void put_number(Octets& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

std::uint32_t crc32(OctetView octets) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (; octets.size() >= kCrcStep; octets = octets.subspan(kCrcStep)) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kCrcStep; ++i) {
      // The first four octets meet what is left of those before.
      const std::uint32_t octet = i < 4 ? octets[i] ^ ((crc >> (8U * i)) & 0xFFU) : octets[i];
      next ^= kCrcTables[kCrcStep - 1 - i][octet];
    }
    crc = next;
  }
  for (const std::uint8_t octet : octets) crc = (crc >> 8U) ^ kCrcTables[0][(crc ^ octet) & 0xFFU];
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
