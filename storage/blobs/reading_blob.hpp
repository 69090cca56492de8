// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "meters/quantity.hpp"
#include "protocols/octets/octets.hpp"
#include "storage/blobs/blob_reader.hpp"

/// The registers of one reading in one blob. Body, format 1: how many, then each: channel number ·
/// mantissa · exponent · unit as COSEM numbers it (IEC 62056-6-2, class 3 scaler_unit).
namespace metergate::blobs {

inline constexpr std::uint8_t kReadingFormat = 1;

struct StoredRegister {
  std::int64_t channel = 0;
  Decimal value;
  Unit unit = Unit::None;

  friend bool operator==(const StoredRegister&, const StoredRegister&) = default;
};

[[nodiscard]] Octets encode_reading(const std::vector<StoredRegister>& registers);
[[nodiscard]] Result<std::vector<StoredRegister>, BlobFault> decode_reading(OctetView blob);

}  // namespace metergate::blobs
