// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/sim/dlms/objects.hpp"
#include "protocols/cosem/capture_object.hpp"

namespace metergate::sim {

/// One row before it is encoded: the time it was captured, and the cells behind that.
struct DlmsProfileRow {
  UtcSeconds captured;
  dlms::DataList cells;
};

/// What a profile (class 7) captures and where the rows come from. The first column is the clock.
struct DlmsProfile {
  cosem::ObisCode name{};
  std::vector<cosem::CaptureObject> columns{};
  std::uint32_t capacity = 0;
  /// Zero for one that is driven by events.
  std::function<std::chrono::seconds(const virtual_meter::VirtualMeter&)> period{};
  /// Rows captured from `from` to `to`, both included, oldest first.
  std::function<std::vector<DlmsProfileRow>(const virtual_meter::VirtualMeter&, UtcSeconds from,
                                            UtcSeconds to)>
      rows{};
  bool times_are_numbers = false;  ///< seconds since 2000, in rows and in ranges
};

[[nodiscard]] DlmsObject profile_object(DlmsProfile profile);

/// The column of the clock.
[[nodiscard]] cosem::CaptureObject clock_column();

}  // namespace metergate::sim
