// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/octets/octets.hpp"
#include "protocols/result.hpp"

namespace metergate::blobs {

/// Why a stored blob can't be what was written.
enum class BlobFault : std::uint8_t {
  UnknownFormat,  ///< written by a later release, or not a blob
  WrongLength,    ///< cut off, or followed by something
  WrongChecksum,
  Malformed,  ///< the frame holds, the content doesn't
};
[[nodiscard]] std::string_view blob_fault_word(BlobFault fault);

/// Reads what BlobWriter wrote. Past the end, and for a number that has no end, it gives zeros and
/// `ok()` turns false, so that a parser may judge once per structure.
class BlobReader {
 public:
  /// Checks the frame and stands at the start of the body.
  [[nodiscard]] static Result<BlobReader, BlobFault> open(OctetView blob, std::uint8_t format);

  [[nodiscard]] std::uint64_t number() {
    // Nearly all have one octet or two.
    if (at_ + 1 < body_.size()) {
      const std::uint64_t first = body_[at_];
      if (first < 0x80U) return ++at_, first;
      const std::uint64_t second = body_[at_ + 1];
      if (second < 0x80U) return at_ += 2, (first & 0x7FU) | second << 7U;
    }
    return long_number();
  }
  [[nodiscard]] std::int64_t signed_number() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits >> 1U) ^ (0 - (bits & 1U)));
  }
  [[nodiscard]] std::uint8_t octet();
  [[nodiscard]] OctetView take(std::uint64_t count);
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t rest() const { return body_.size() - at_; }

 private:
  explicit BlobReader(OctetView body) : body_{body} {}
  [[nodiscard]] std::uint64_t long_number();

  OctetView body_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace metergate::blobs
