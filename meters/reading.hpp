// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "meters/quantity.hpp"
#include "meters/time.hpp"
#include "protocols/cosem/obis_code.hpp"

namespace metergate {

struct RegisterValue {
  cosem::ObisCode obis;
  Decimal value;
  Unit unit = Unit::None;

  friend bool operator==(const RegisterValue&, const RegisterValue&) = default;
};

/// Registers read in one go. `read_at` is the time of the read on the wire; a value that was not
/// read anew is never put under a newer time (promise 9).
struct RegisterReading {
  UtcTime read_at;
  std::vector<RegisterValue> values;
};

}  // namespace metergate
