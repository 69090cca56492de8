// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "meters/command.hpp"
#include "meters/identity.hpp"
#include "meters/tenancy.hpp"
#include "storage/tenancy_record.hpp"

/// What is told of a meter's tenancy on its `tenancy` topic (docs/schemas/tenancy.json).
namespace metergate::north {

enum class TenancyPhase : std::uint8_t {
  Activated,     ///< recognised; the new tenant's data is being fetched
  Synchronised,  ///< it is here, and the meter was looked at
};

/// Everything the utility has to know of it; `checks` for Synchronised.
[[nodiscard]] std::string encode_tenancy(const SiteId& site, const MeterId& meter,
                                         const StoredTenancy& tenancy, TenancyPhase phase,
                                         const std::vector<TenancyCheck>& checks, UtcTime at);

/// The findings as a JSON array, as they are kept with the tenancy.
[[nodiscard]] std::string encode_checks(const std::vector<TenancyCheck>& checks);

/// What was ordered, for the audit trail.
[[nodiscard]] std::string encode_ordered_change(const Command& command);

}  // namespace metergate::north
