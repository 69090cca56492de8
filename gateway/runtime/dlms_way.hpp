// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "config/dlms_secrets.hpp"
#include "config/schema.hpp"
#include "gateway/links/dlms_wire.hpp"

/// From what the operator wrote to the wires and files of DLMS meters.
namespace metergate::runtime {

[[nodiscard]] DlmsWay dlms_way(const config::Line& line);

/// The meter's key file; nothing to read where none is needed. The fault names file and key.
[[nodiscard]] Result<config::DlmsSecrets, std::string> read_dlms_secrets(
    const config::Meter& meter);

}  // namespace metergate::runtime
