// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "protocols/octets/octets.hpp"

namespace metergate::blobs {

/// Small numbers in few octets, framed as `blob_reader.hpp` checks it:
/// format octet · length of the body (varint) · body · CRC-32 of all before it (big endian).
class BlobWriter {
 public:
  /// Seven bits an octet, the low ones first; the high bit says that more follow.
  void number(std::uint64_t value);
  /// Zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
  void signed_number(std::int64_t value);
  void octet(std::uint8_t value) { body_.push_back(value); }
  void append(OctetView octets) { body_.insert(body_.end(), octets.begin(), octets.end()); }
  void reserve(std::size_t octets) { body_.reserve(octets); }
  [[nodiscard]] std::size_t size() const { return body_.size(); }
  [[nodiscard]] const Octets& body() const { return body_; }
  void clear() { body_.clear(); }

  [[nodiscard]] Octets framed(std::uint8_t format) const;

 private:
  Octets body_;
};

/// Octets `signed_number` takes.
[[nodiscard]] constexpr std::size_t signed_number_octets(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value) << 1U ^ (value < 0 ? ~std::uint64_t{0} : 0);
  return (static_cast<std::size_t>(std::bit_width(bits | 1U)) + 6) / 7;
}

[[nodiscard]] std::uint32_t crc32(OctetView octets);

}  // namespace metergate::blobs
