// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "config/dlms_access.hpp"
#include "config/table_reader.hpp"
#include "protocols/dlms/security/signing_keys.hpp"

namespace metergate::config {

/// `signing_key` and `meter_public_key` or `meter_certificate` of a meter's key file, for the curve
/// of `access.suite`; nothing when one of them is missing or wrong, which `errors` then says.
[[nodiscard]] std::optional<dlms::SigningKeys> read_signing_keys(TableReader& in, ErrorList& errors,
                                                                 const DlmsAccess& access);

}  // namespace metergate::config
