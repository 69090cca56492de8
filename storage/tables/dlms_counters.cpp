// SPDX-License-Identifier: Apache-2.0
#include "storage/ledger_impl.hpp"

namespace metergate {

Stored<std::uint32_t> Ledger::dlms_counter_end(MeterKey meter) const {
  return impl_->read("reading invocation counters", [&]() -> Stored<std::uint32_t> {
    // A repaired ledger may have lost the meter's row (storage/care/mend_numbers.cpp).
    auto end = impl_->db.number(
        "SELECT coalesce((SELECT reserved_end FROM dlms_counter WHERE meter = ?),"
        " (SELECT value FROM care WHERE name = 'dlms_counter_floor'))",
        meter);
    if (!end) return failure(end.error());
    return static_cast<std::uint32_t>(end->value_or(0));
  });
}

Stored<Done> Ledger::reserve_dlms_counters(MeterKey meter, std::uint32_t end) {
  return impl_->write("reserving invocation counters", [&]() -> Stored<Done> {
    return impl_->db.run(
        "INSERT INTO dlms_counter (meter, reserved_end) VALUES (?, ?) ON CONFLICT DO UPDATE"
        " SET reserved_end = max(reserved_end, excluded.reserved_end)",
        meter, std::int64_t{end});
  });
}

}  // namespace metergate
