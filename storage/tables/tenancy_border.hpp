// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/ledger_impl.hpp"
#include "storage/tenancy_record.hpp"

namespace metergate {

/// Takes out of a tenancy that is being sealed what was read of the next tenant before anybody knew
/// that there is one: a change is recognised late when its answer was lost or somebody else ordered
/// it. Intervals, days and log entries go; they are read again for the tenant they belong to.
/// Register readings, which nobody can read again, are handed over to `next`.
[[nodiscard]] Stored<Done> draw_border(Ledger::Impl& ledger, MeterKey meter, Epoch sealed,
                                       Epoch next, const TenancyBegin& begin);

}  // namespace metergate
