// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocols/cosem/obis_code.hpp"

namespace metergate::cosem {

/// One column of a profile: an attribute, or one element of it (Blue Book, 4.3.6: capture_object
/// definition).
struct CaptureObject {
  std::uint16_t class_id = 0;
  ObisCode logical_name;
  std::int8_t attribute = 0;
  std::uint16_t index = 0;  ///< 0: the whole attribute; n: its n-th element

  friend bool operator==(const CaptureObject&, const CaptureObject&) = default;
};

}  // namespace metergate::cosem
